"""How well the program does on labelled data.

`match` ranks the takes of a `dataset` with the program, its parts and simpler `methods`, sums up with intervals over
songs (`ranking`), and writes a spreadsheet (`workbook`; extra "evaluate"). `melody` compares the notes found in sung
takes (`melody_dataset`) with annotated ones (`melody_metrics`), beside other programs' (`melody_methods`). `separation`
compares the stems that models (`separation_methods`) make of songs (`separation_dataset`) with the true ones
(`separation_scores`, and `separation_bss` for what is wrong with them). It stands above the services, because it
measures what users get. Speed is `services.bench`'s business.
"""
