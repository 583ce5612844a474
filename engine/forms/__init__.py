"""A document and a layout make forms: titles, budget, goals, indicators, closing rows, the report's text.

Comes in by `reader.read_forms` and `layout.layout`. Every label and pattern is the policy's. Stands on `documents`, `submission`,
`values`.
"""
