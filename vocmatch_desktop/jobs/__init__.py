"""Long work beside the window: jobs, live sessions, progress, cancel, and the processes that run them.

A job is a frozen spec from `services`; `registry` names the function that runs it. `worker.Worker` starts a process,
keeps its `pending` jobs and starts it again when it crashes; `handle` is what the window polls. `link` holds the pipes,
`process` is the other end, with `live` sessions and the `report` a job talks to; `protocol` is what is said in between.
`workers` are the two there are: *now* answers while someone waits, *later* does what takes long.
"""
