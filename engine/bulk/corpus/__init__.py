"""Forms read once, as columns in Parquet: what is prepared, by which columns, from which files.

Comes in by `ingest.ingest` and `store.open_corpus`. `columns` is the one place that says what a corpus holds.
"""
