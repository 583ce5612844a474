"""Checks for what is no mistake of form and likely one of meaning, each with a code and a page of its own in docs/lint.

Comes in by `run.lint`; `codes` lists them, `subject` is what they look at. Those named `proved_…` rest on proofs.
"""
