"""The one document that holds scores, findings and traces, and every way it is shown or explained.

Comes in by `document`, `bundles`, `render`, `explanation`; `model` is the document's type, made from its schema, and `reading` what
all views tell alike. Stands on `findings`; computes nothing.
"""
