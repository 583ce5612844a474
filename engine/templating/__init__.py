"""Jinja2 from strangers: sandboxed, strict, bounded in time and output.

Comes in by `sandbox.render`, `page.self_contained`, `word.fill`; `filters` says how values stand in sentences.
Stands on `values` and, for Word, `documents`.
"""
