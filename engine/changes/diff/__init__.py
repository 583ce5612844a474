"""Two policies held against each other, item by item: what touches scores, what findings, what only words.

Comes in by `compare.compare`; `view` and `data` show it.
"""
