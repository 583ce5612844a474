"""Two policies held against each other by what they make of every input: equal, or where they differ, by how much, with an example.

Comes in by `compare.compare_scores`; `view` and `data` show it.
"""
