"""Proofs about tables and formulas over exact numbers (z3), and counterexamples in a form's own terms.

Comes in by `prover`. Knows no lint.
"""
