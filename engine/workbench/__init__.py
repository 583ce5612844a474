"""Policies edited and forms checked in the browser, for people and for other systems.

Comes in by `server.serve`; `app` puts together `state`, `access`, `problems`, the pages and the interface. Nothing but `cli` stands
on it; needs the extra `workbench`.
"""
