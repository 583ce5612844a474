"""Tests written beside a policy in YAML: run, and counted against what there is to test.

Comes in by `policies.run_tests`; `rollup` for those of a roll-up, `view` shows the outcome.
"""
