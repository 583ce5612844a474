"""Slips of an officer made on purpose, and which of them check, lint and the tests of a policy notice.

Comes in by `run.mutate`. What nothing notices is told with a test that would, or shown to make no difference.
"""
