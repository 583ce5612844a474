"""The narrative report drafted from a policy's templates: Word, HTML, Markdown.

Comes in by `files.reports`. Stands on `results`; every sentence is a template's.
"""
