"""A corpus run under a policy, partition by partition, with a sample of each checked against the reference.

Comes in by `run.batch`; `summary`, `differences` and `impact` say what came of it.
"""
