"""Slack: cards as Block Kit (`blocks`, pure) and sending them (`send`).

What authors wrote never goes into a field that Slack reads as markup: see `blocks` for which fields are used and why.
"""
