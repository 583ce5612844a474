"""What a policy change does: what differs, what it makes of last year's forms, a new year, publishing.

Comes in by `diff.compare`, `impact.run`, `lifecycle.new`, `lifecycle.publish`. Stands on `soundness` and what is below it.
"""
