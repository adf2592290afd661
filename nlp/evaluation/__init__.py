"""Judges the shipped models on labelled texts that they did not see, beside baselines: `python -m nlp.evaluation`.

`exams` says what is asked of which set, `judging` puts it to the models and to the `baselines`, `scores` measures,
`slices`, `trust` and `space` write the sections, `targets`, `history` and `published` compare; `report` is one run.
"""
