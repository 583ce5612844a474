"""Rules run over facts: the plain matcher, durable-rules beside it, and rounds of conclusions over both.

Comes in by `chaining`. Two executors of one language: neither leans on the other, and a disagreement is an error, never a result.
"""
