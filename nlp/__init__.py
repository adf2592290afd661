"""Reads text, and only that: texts in, readings out. No database, no network, no torch at run time.

Start at `base.py` (what a reading is) and `runtime.py` (load once, read many). `training/` fits the models and
`evaluation/` judges them; neither is imported when reading.
"""
