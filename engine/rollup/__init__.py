"""Many forms made one (汇总), and ranked.

Comes in by `run.roll_up` and `ranking`. How values add up is the policy's (`engine.policy.rollup`). Stands on `scoring`,
`findings`, `results`.
"""
