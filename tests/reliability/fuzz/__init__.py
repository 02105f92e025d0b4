"""Fuzzed requests: what makes them, and what says beforehand how each must end.

oracle      what docs/protocol.md calls a reading, as one strict expression
mutations   valid requests, and what bad luck and bad will make of them
in_process  gunicorn's parser and the ingest front, without a socket
"""
