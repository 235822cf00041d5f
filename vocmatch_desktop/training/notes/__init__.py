"""The network that hears where sung notes begin and end, trained on rendered singing.

`melodies` draws what is sung, `examples` sings and records it and keeps what the network is given, `feed` cuts batches
from that, `network` is the network, `export` makes ONNX and a card of it; `command` does it all.
"""
