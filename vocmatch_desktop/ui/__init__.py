"""The window. Qt lives here and nowhere else.

`session.Session` is what the window shows, `commands` what it can be told; widgets know only these two, and for their
own rooms `melody_state` and `stems_state`. `beat_desk`, `take_desk`, `melody_desk` and `stems_desk` carry the
commands out with the flows (`*_flow`: recording, playback, ranking, fitting, library, takes, watching, melody,
stems), which talk to the workers through `jobs_bridge`; `desk.Desk` puts them together. The stems' flow is the list
and its queue; beside it, `stems_adding` takes in what is dropped, `stems_choice` knows the models, `stems_playback`
plays, `stems_pictures` draws, `stems_saving` copies. `main_window` lays the widgets out, `app` starts it all.
"""
