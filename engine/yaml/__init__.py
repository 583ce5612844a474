"""YAML with a place for every key: read, held against a schema, edited without touching other lines.

Comes in by `reader.load`, `schema.check`, `editor`, `writer`. Stands on `files`, `errors`, `resources`.
"""
