"""Jinja2 from strangers: sandboxed, strict, bounded in time and output.

Comes in by `sandbox.render`, `page.self_contained`; `filters` says how values stand in sentences. Stands on `values`.
"""
