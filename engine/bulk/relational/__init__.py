"""Policies as relational expressions over whole numbers: recognition, scores, facts, measures, rules, for DuckDB and Spark.

Comes in by `program.compile`; the backends run what it compiles. Exactness is proven from the sizes of the numbers beforehand;
what would not fit is refused with a reason and left to the reference.
"""
