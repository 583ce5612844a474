"""A province at once: forms read once into a corpus, then judged and compared in a database.

Same policies, same results to the last digit as `scoring` and `findings`; what the database cannot do exactly goes to them.
Comes in by `corpus.ingest`, `batch.run.batch`, `batch.impact`. Stands on everything up to `changes`; needs the extra `corpus`.
"""
