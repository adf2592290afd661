"""The pages and the JSON API: reads the store, writes nothing, decides nothing.

`app.py` builds the application; `pages/` and `api/` hold one file an area; `auth.py` alone decides who may see what.
"""
