"""Facts made from one evaluation: flat, each with the places its values stand at. Nothing here judges.

Comes in by `build.facts_of`; one module for each kind that takes work. What a fact holds is declared in `engine.language.facts`.
"""
