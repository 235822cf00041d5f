"""ONNX sessions that say where they really run (`session`), and which model files there are (`models`)."""
