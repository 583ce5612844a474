"""What is wrong with a bundle: facts from an evaluation, rules run over them by two matchers that must agree, findings told.

Comes in by `findings`. Stands on `scoring`; knows no file, no screen, no database.
"""
