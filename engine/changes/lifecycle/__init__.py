"""The life of a policy: a new year from an old one, tests taken over, publishing with its lock.

Comes in by `new.new`, `adopt.adopt`, `publish.publish`.
"""
