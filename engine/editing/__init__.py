"""A policy changed field by field, in a form or in Excel, with every other line of its files untouched.

Comes in by `changes.after` and `workbook`. Stands on `policy` and `yaml`; who changes what is the workbench's.
"""
