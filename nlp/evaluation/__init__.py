"""Judges the shipped models on labelled sets they were not fitted on: `python -m nlp.evaluation --data FOLDER`."""
