"""The command line (Contract): parses, calls the rooms below, prints, and turns errors into exit statuses.

Comes in by `start.main`. Nothing stands on it; everything heavy is imported when a command needs it.
"""
