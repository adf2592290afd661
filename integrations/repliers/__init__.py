"""Answers on platforms: one module for each kind of source that can be answered by a program."""
