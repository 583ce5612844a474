"""Recognise and score: what an indicator is, what the policy makes of it, and the trace of every number.

Comes in by `form.evaluate`; `model` holds what comes out. Stands on `policy`; knows no file, no screen, no database. Exact
fractions inside, rounded where the policy says.
"""
