"""ONNX sessions, execution providers and where model files lie."""
