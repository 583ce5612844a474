"""What a body filed, cell by cell with its place, and its record as JSON or YAML.

Comes in by `model` and `record`. Stands on `yaml`; knows no policy.
"""
