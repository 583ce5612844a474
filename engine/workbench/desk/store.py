"""What came of a job, in one SQLite file of its folder: what was read and judged already is not read and judged again.

The process of the job writes, pages read. Files of several years or thousands of forms are looked at a page at a time.
"""

from __future__ import annotations

import io
import pickle
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from engine.policy.model import Policy
from engine.workbench.desk.model import DeskLine, Wanted

NAME = "desk.sqlite"
_COLUMNS = [one.name for one in fields(DeskLine)]
_TABLES = f"""
CREATE TABLE IF NOT EXISTS said (key TEXT PRIMARY KEY, value BLOB);
CREATE TABLE IF NOT EXISTS bundle (n INTEGER PRIMARY KEY, key TEXT, data BLOB);
CREATE TABLE IF NOT EXISTS line ({", ".join(_COLUMNS)}, own_n, computed_n, gap_n, PRIMARY KEY (id));
CREATE INDEX IF NOT EXISTS line_bundle ON line (bundle, place);
"""
_SORTS = {
    "unit": "unit",
    "name": "name",
    "own": "own_n",
    "computed": "computed_n",
    "gap": "gap_n",
    "grade": "grade",
    "problems": "error * 1000000 + warning * 1000 + info",
    "state": "state",
}
_PARTS = 10_000
"""Of a point, for numbers that lines are put in order by; what is shown is the text."""


class DeskStore:
    """The file of one job. `policy`: what gives a policy by its id, where bundles are taken out again."""

    def __init__(self, folder: Path, policy: Callable[[str], Policy] | None = None) -> None:
        self.path, self._policy = folder / NAME, policy

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection that writes; what was put in is there afterwards. Raises OSError where the disk does not let it."""
        with closing(sqlite3.connect(self.path, timeout=30)) as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.executescript(_TABLES)
            try:
                yield db
                db.commit()
            except sqlite3.OperationalError as error:
                raise OSError(str(error)) from None

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=30)) as db:
            db.executescript(_TABLES)
            yield db

    # --- what pages ask -------------------------------------------------------------------------------------------

    def lines(self, wanted: Wanted) -> tuple[int, list[DeskLine]]:
        """How many lines there are as wanted, and those of the page."""
        where, values = _where(wanted)
        order = f"{_SORTS.get(wanted.sort, 'unit')} {'DESC' if wanted.down else 'ASC'}, unit, name, id"
        with self._reading() as db:
            (count,) = db.execute(f"SELECT count(*) FROM line {where}", values).fetchone()
            found = db.execute(
                f"SELECT {', '.join(_COLUMNS)} FROM line {where} ORDER BY {order} LIMIT ? OFFSET ?",
                (*values, wanted.size, wanted.offset),
            )
            return count, [DeskLine(*row) for row in found]

    def line(self, id_: int) -> DeskLine | None:
        """One line."""
        with self._reading() as db:
            row = db.execute(f"SELECT {', '.join(_COLUMNS)} FROM line WHERE id = ?", (id_,)).fetchone()
            return DeskLine(*row) if row else None

    def beside(self, line: DeskLine) -> tuple[int | None, int | None]:
        """The lines of forms before and after one, in the order of units."""
        with self._reading() as db:
            ids = [row[0] for row in db.execute("SELECT id FROM line WHERE bundle > 0 ORDER BY unit, name, id")]
        if line.id not in ids:
            return None, None
        n = ids.index(line.id)
        return (ids[n - 1] if n else None), (ids[n + 1] if n + 1 < len(ids) else None)

    def tally(self) -> dict[str, int]:
        """How many lines of each state there are; `units`, and `seen`."""
        with self._reading() as db:
            out = dict(db.execute("SELECT state, count(*) FROM line GROUP BY state"))
            out["units"] = db.execute("SELECT count(DISTINCT unit) FROM line WHERE bundle > 0").fetchone()[0]
            out["seen"] = db.execute("SELECT count(*) FROM line WHERE seen").fetchone()[0]
        return out

    def mark(self, id_: int, seen: bool) -> None:
        """Put a line aside as done, or take it back."""
        with self.writing() as db:
            db.execute("UPDATE line SET seen = ? WHERE id = ?", (seen, id_))

    # --- what the job puts in and takes out ------------------------------------------------------------------------

    def said(self, key: str) -> Any:
        """What was put under a key; None if nothing was."""
        with self._reading() as db:
            row = db.execute("SELECT value FROM said WHERE key = ?", (key,)).fetchone()
            return self._taken(row[0]) if row else None

    def say(self, **values: Any) -> None:
        """Put values under their keys."""
        self.say_all(values)

    def say_all(self, values: Mapping[str, Any]) -> None:
        """The same for keys of any kind."""
        with self.writing() as db:
            db.executemany("REPLACE INTO said VALUES (?, ?)", [(key, _put(value)) for key, value in values.items()])

    def bundles(self, numbers: Sequence[int] = ()) -> Iterator[Any]:
        """The bundles with what came of them (`BundleResult`), one at a time; those of `numbers`, or all."""
        for n in numbers or self.numbers():
            with self._reading() as db:
                row = db.execute("SELECT data FROM bundle WHERE n = ?", (n,)).fetchone()
            if row:
                yield self._taken(row[0])

    def numbers(self) -> list[int]:
        """The numbers of the bundles, in their order."""
        with self._reading() as db:
            return [row[0] for row in db.execute("SELECT n FROM bundle ORDER BY n")]

    def _taken(self, data: bytes) -> Any:
        return _Taken(io.BytesIO(zlib.decompress(data)), self._policy).load()


def put_line(db: sqlite3.Connection, line: DeskLine) -> None:
    """Put a line in, or in place of the one with its number; what the reviewer said of it stays."""
    own, computed = _number(line.own), _number(line.computed)
    gap = abs(own - computed) if own is not None and computed is not None else None
    known = db.execute("SELECT seen FROM line WHERE id = ?", (line.id,)).fetchone()
    values = (*astuple(line)[:-1], known[0] if known else False, own, computed, gap)
    db.execute(f"REPLACE INTO line VALUES ({', '.join('?' * len(values))})", values)


def put_bundle(db: sqlite3.Connection, n: int, key: str, data: Any) -> None:
    """Put a bundle in with what came of it."""
    db.execute("REPLACE INTO bundle VALUES (?, ?, ?)", (n, key, _put(data)))


def _number(text: str) -> int | None:
    try:
        return int(Decimal(text) * _PARTS)
    except InvalidOperation:
        return None


def _where(wanted: Wanted) -> tuple[str, tuple[Any, ...]]:
    tests: list[str] = []
    values: list[Any] = []
    if wanted.text:
        tests.append("(unit || ' ' || name || ' ' || file || ' ' || head || ' ' || grade) LIKE ? ESCAPE '\\'")
        escaped = wanted.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        values.append(f"%{escaped}%")
    for column in ("state", "unit"):
        if value := getattr(wanted, column):
            tests.append(f"{column} = ?")
            values.append(value)
    if wanted.severity in ("error", "warning", "info"):
        tests.append(f"{wanted.severity} > 0")
    if wanted.seen in ("yes", "no"):
        tests.append("seen" if wanted.seen == "yes" else "NOT seen")
    return (f"WHERE {' AND '.join(tests)}" if tests else ""), tuple(values)


class _Put(pickle.Pickler):
    """A policy is put by its id: it is loaded once for all that it judged."""

    def persistent_id(self, obj: Any) -> str | None:
        return obj.id if isinstance(obj, Policy) else None


class _Taken(pickle.Unpickler):
    def __init__(self, stream: io.BytesIO, policy: Callable[[str], Policy] | None) -> None:
        super().__init__(stream)
        self._policy = policy

    def persistent_load(self, pid: Any) -> Any:
        if self._policy is None:
            raise pickle.UnpicklingError(pid)
        return self._policy(pid)


def _put(value: Any) -> bytes:
    out = io.BytesIO()
    _Put(out, pickle.HIGHEST_PROTOCOL).dump(value)
    return zlib.compress(out.getvalue(), 1)
