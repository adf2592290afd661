"""Any model of the hub beside the shipped ones: a sentence encoder with heads refitted for it, a classifier for a head.

Start at `load.py`. Needs the extra `models` (torch, transformers, sentence-transformers); nothing here imports them
before a model is really loaded, and nothing but `places.fetch` opens a connection.
"""
