"""Fits the shipped models; anyone can run it again: `python -m nlp.training --data FOLDER`. Never used at run time."""
