"""Where the command begins, before anything that takes memory: where there is little, what goes wrong is told in a sentence, too.

Libraries written in other languages do not raise where they get no memory: they end the process, or print their own words. So where
the system allows less than is comfortable, the command runs in a process of its own, which says when it came to its end by itself.
Where there is room, and that is nearly everywhere, nothing of this happens.
"""

from __future__ import annotations

import gc
import os
import sys

TIGHT = 600 << 20
"""Bytes of address space (`ulimit -v`) below which a command is watched."""
_TOLD = "JIXIAO_STATUS_TO"
_MACHINE = 6
SENTENCE = "错误：内存不够；应为：分几次做，或换一台内存多的机器"


def main() -> None:
    """Entry point of `jixiao`."""
    try:
        if _is_tight() and _TOLD not in os.environ:
            sys.exit(_watched())
        _run()
    except SystemExit as ended:
        _tell(ended.code)
        raise
    except MemoryError:
        _end()
    except (ImportError, OSError, SystemError):  # a library that found no room
        if not _is_tight():
            raise
        _end()


def _run() -> None:
    """The command, with what earlier ones have kept."""
    from engine.resources import GARBAGE, use_kept

    gc.set_threshold(*GARBAGE)  # before the imports, which make nothing but what stays
    use_kept()
    if sys.argv[1:] and not sys.argv[1].startswith("-"):
        from engine.cli.methods import Methods

        with Methods(sys.argv[1]):
            from engine.cli.app import main as run

            try:
                run()
            finally:
                gc.freeze()  # what is there at the end need not be looked through for garbage: a tenth of a short command
    else:  # help and version need none
        from engine.cli.app import main as run

        run()


def _is_tight() -> bool:
    try:
        import resource
    except ImportError:  # Windows
        return False
    soft = resource.getrlimit(resource.RLIMIT_AS)[0]
    return soft != resource.RLIM_INFINITY and soft < TIGHT


def _watched() -> int:
    """The exit status of the command run in a process of its own; that the memory is not enough where it did not end by itself."""
    import subprocess

    ours, theirs = os.pipe()
    paths = os.pathsep.join(filter(None, sys.path))
    environment = {**os.environ, _TOLD: str(theirs), "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "engine.cli", *sys.argv[1:]]
    process = subprocess.Popen(command, env=environment, pass_fds=(theirs,), stderr=subprocess.PIPE)
    os.close(theirs)
    said = process.communicate()[1].decode("utf-8", "replace")
    status = os.read(ours, 1)
    if not status or (status[0] == _MACHINE and SENTENCE in said):  # whatever else libraries said on the way
        said = SENTENCE + "\n"
    sys.stderr.buffer.write(said.encode("utf-8", "backslashreplace"))
    sys.stderr.flush()
    return status[0] if status else _MACHINE


def _tell(code: object) -> None:
    """Say to who watches that the command came to its end."""
    if told := os.environ.pop(_TOLD, ""):
        os.write(int(told), bytes([code if isinstance(code, int) else int(bool(code))]))


def _end() -> None:
    """Ends with the sentence; nothing is tidied up, which would take memory."""
    os.write(2, (SENTENCE + "\n").encode())
    os._exit(_MACHINE)
