"""The window. Qt lives here and nowhere else.

`session.Session` is what the window shows, `commands` what it can be told; widgets know only these two. `beat_desk` and
`take_desk` carry the commands out with the flows (`*_flow`: recording, playback, ranking, fitting, library, takes,
watching), which talk to the workers through `jobs_bridge`; `desk.Desk` puts them together. `main_window` lays the
widgets out, `app` starts it all.
"""
