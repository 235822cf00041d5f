"""The user's beats and takes: schema and migrations, catalogue, scanner, watcher, vectors, take folders."""
