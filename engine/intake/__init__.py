"""Files and folders as bundles, each with the policy that applies.

Comes in by `bundle.read_bundle` and `collection.collect`. Stands on `policy` and `forms`; scores nothing.
"""
