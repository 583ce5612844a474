"""What a switch of policy does to forms: each one's scores and findings before and after.

Comes in by `run.impact`; `tally` adds up, `view`, `html` and `data` show it.
"""
