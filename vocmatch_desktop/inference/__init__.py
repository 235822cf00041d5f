"""ONNX models: what is known of them, where they come from, and what they run on.

`cards` are what is known of a model, `models` those the program itself needs, `store` all there are. `intake` refuses
what is no model, `download` fetches one that somebody asks for, `known` are public ones. `session` runs a model and
says where, `providers` set that up, `selftest` compares them with the CPU before they are trusted.
"""
