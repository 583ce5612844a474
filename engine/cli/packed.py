"""Where the packed folder begins (`make bundle`): the same command on a machine without Python.

Started without arguments, by a double click, it opens the workbench in the browser.
"""

from __future__ import annotations

import multiprocessing
import runpy
import sys

OWN = "engine."
"""Modules that the command starts in processes of their own (`sys.executable -m …`), and no others."""


def main() -> None:
    """Entry point of the packed program."""
    multiprocessing.freeze_support()
    if sys.argv[1:2] == ["-m"] and len(sys.argv) > 2 and sys.argv[2].startswith(OWN):
        module = sys.argv[2]
        sys.argv = [module, *sys.argv[3:]]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        return
    if len(sys.argv) == 1:
        sys.argv += ["workbench", "--open"]
    from engine.cli.start import main as run

    run()


if __name__ == "__main__":
    main()
