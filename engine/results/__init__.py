"""The one document that holds scores, findings and traces, and every way it is shown or explained.

Comes in by `document`, `bundles`, `render`, `explanation`. Stands on `findings`; computes nothing.
"""
