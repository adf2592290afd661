"""Reads the outside world, and only that: what people wrote, as `Post` objects, page by page.

Start at `base.py` (the contract) and `registry.py` (the kinds). Nothing here knows the database, the web or the models.
"""
