"""The sample studio: a made-up game studio, what people wrote about it, and a small server that plays its internet.

Start at `content.py` (reads the YAML and CSV files beside it), `showing.py` (what the world shows at a moment) and
`internet.py` (the server). `truth.py` tells what was planted, so that a report can say how much of it was found.
"""
