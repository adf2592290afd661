"""Classifiers on the shared encoder's features; each is one module and one line in `nlp/runtime.py`."""
