"""The reviewer's desk: a folder, a zip or some thousands of files of many units, checked as a job, and what came of it.

`desk.Desk` takes what was sent and starts the work; `sent` unpacks it, `checking` is what the process does, `store` holds what came
of it, `made` the files to take away, `sheet` one form as its page shows it. All of a job lies in one folder and goes with it.
"""
