"""Policies on disk: found, laid over each other, held against their locks, built.

Comes in by `library.library`, `loading.resolve`, `loading.load`; `model.Policy` is compiled once and holds no raw data. Stands on
`language` and `yaml`.
"""
