"""All SQL. One file a noun; `database.py` holds the only commit."""
