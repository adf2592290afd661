"""Writes to the outside world and hears its call-backs, and only that. Knows neither the database nor the models.

Start at `base.py` (messages, receipts, protocols, errors) and `registry.py` (the kinds).
"""
