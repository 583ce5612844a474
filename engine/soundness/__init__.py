"""Everything that can be told of a policy before it judges a form: lint, proofs, its own tests.

Comes in by `lint.run`, `tests.policies`. Stands on `findings` and what is below it.
"""
