"""Whatever happens to the files, a corpus that was kept up with them is the one a fresh run makes of them, byte for byte; also
where runs were cut off, and where not every folder was given each time."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from deep import Figure, tries
from filed import Filed, contents

for missing in ("duckdb", "pyarrow"):
    pytest.importorskip(missing, reason="the corpus extra is not installed: pip install jixiao[corpus]")

from engine.bulk.corpus import bundles, index, readings, store  # noqa: E402
from engine.bulk.corpus.ingest import Ingested, ingest  # noqa: E402
from engine.policy.library import library  # noqa: E402

FIRST, HISTORIES = tries(2, 0), tries(1, 200)
"""The one of the sample has all kinds of events."""
ROUNDS = 8
LIBRARY = library()


class CutOff(Exception):
    """The machine goes down."""


@pytest.mark.deep
def test_a_corpus_with_a_history_is_the_corpus_of_its_files(
    tmp_path: Path, figure: Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, small in {"LEAST": 2, "USUAL": 2, "MOST": 5}.items():  # so that there are many parts of few bundles
        monkeypatch.setattr(bundles, name, small)
    seen: Counter[str] = Counter()
    for number in range(FIRST, FIRST + HISTORIES):
        history(tmp_path / str(number), random.Random(number), seen, monkeypatch)
        shutil.rmtree(tmp_path / str(number))
    figure("、".join(f"{name} {count:,}" for name, count in sorted(seen.items())))
    assert seen["compared"] == HISTORIES * ROUNDS
    assert seen["parts"] > seen["parts kept"] > seen["parts"] / 4  # a change makes the parts anew that it is in, and no others
    assert min(seen[name] for name in ("add", "edit", "delete", "move", "copy", "forms", "instead", "cut off", "gone")) > 0


def history(at: Path, rng: random.Random, seen: Counter[str], patch: pytest.MonkeyPatch) -> None:
    """Several rounds of changes to two folders, each followed by an ingest of one of them or both, some of them cut off."""
    filed, corpus = Filed(at / "in", rng), at / "corpus"
    for n in range(ROUNDS):
        for _ in range(rng.randint(6, 12) if not n else rng.randint(0, 4)):
            seen[filed.step()] += 1
        if rng.random() < 0.3:
            seen["cut off"] += cut_off(filed, corpus, rng, patch)
        order = rng.choice((filed.roots, filed.roots[::-1]))
        if rng.random() < 0.5:
            done = ingest(order, corpus, LIBRARY, jobs=1)
        else:  # one after the other: what was not given this time stays, so that together they are the same
            ingest(order[:1], corpus, LIBRARY, jobs=1)
            done = ingest(order[1:], corpus, LIBRARY, jobs=1)
        count(done, corpus, seen)
        fresh = at / f"fresh{n}"
        ingest(filed.roots, fresh, LIBRARY, jobs=1)
        assert differing(corpus, fresh) == []
        seen["compared"] += 1


def differing(one: Path, other: Path) -> list[str]:
    a, b = contents(one), contents(other)
    return [name for name in sorted({*a, *b}) if a.get(name) != b.get(name)]


def count(done: Ingested, corpus: Path, seen: Counter[str]) -> None:
    seen["gone"] += len(done.gone)
    seen["parts kept"] += done.kept
    seen["parts"] += done.parts
    forms = index.forms(done.index)
    seen["forms"] += len(forms)
    seen["instead"] += sum("instead" in form for form in forms)
    standing = [(form["bundle"], form["form_number"]) for form in forms if "bundle" in form]
    assert len(standing) == len(set(standing)) == done.forms


def cut_off(filed: Filed, corpus: Path, rng: random.Random, patch: pytest.MonkeyPatch) -> bool:
    """An ingest that stops at any of the times it writes; the corpus is then what it was, or what it was to be. Whether it was."""
    stamp = corpus / store.STAMP
    before = stamp.read_bytes() if stamp.exists() else None
    left = rng.randint(0, 12)
    places = [(readings.files, "write"), (store, "write"), (store, "write_part"), (index, "whole_directory"), (store, "_clear")]

    def stopping(do: Any) -> Any:
        def run(*args: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise CutOff
            return do(*args, **named)

        return run

    with patch.context() as patched:
        for module, name in places:
            patched.setattr(module, name, stopping(getattr(module, name)))
        try:
            ingest(filed.roots, corpus, LIBRARY, jobs=1)
        except CutOff:
            pass
        else:
            return False
    if before is not None and stamp.read_bytes() == before and store.check_stamp(corpus)["parts"]:
        store.open_corpus(corpus)  # every part that is in force still stands
    return True
