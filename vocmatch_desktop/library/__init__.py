"""The user's beats and takes.

`catalogue.Catalogue` is the door to the database: `schema` opens and migrates it, `intake` stores what indexing found,
`reading` answers questions, `edits` changes what the user may change (and gives what undoes it), `words` searches,
`versions` recognises bounces of one beat. `scan` compares folders with what is known, `watch` tells when they change.
`vectors` is the derived file that ranking maps. Takes are folders (`takes`, with `takelog` and `takemark`) and need no
database.
"""
