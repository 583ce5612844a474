"""A policy as people read it: as a listing, in plain Chinese, clause by clause.

Comes in by `listing.show`, `plain_language`, `clauses`.
"""
