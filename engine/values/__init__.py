"""Values as people write them: typed, compared, rounded, named.

Comes in by `notation.read_value`, `comparison.compare`, `verdict.verdict`, `names`; `vocabulary` holds the words, all of them a
policy's. Knows no form.
"""
