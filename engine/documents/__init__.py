"""Any office file as paragraphs and tables, bounded in time and memory.

Comes in by `reader.document`; one module a kind of file, `model` holds what they all give. Knows nothing of forms. Stands on
`files`, `errors` and `resources`.
"""
