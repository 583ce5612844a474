"""The words policies are written in, and what each means of one record: fields, conditions, tables, formulas, rules, messages.

`model` is the intermediate form that executors run; `wording` says it in Chinese. Stands on `values` and `templating`; knows no
policy as a whole.
"""
