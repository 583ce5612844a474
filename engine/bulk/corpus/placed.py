"""The one policy of a place for a whole corpus: what `batch --place` judges by."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from engine.bulk.corpus import index, store
from engine.errors import Place, Problem, UsageError
from engine.intake import placing
from engine.intake.shelf import Shelf
from engine.policy.library import Library


def for_place(path: Path, where: Library) -> str | None:
    """The policy that the place named in `where` has for every form of a corpus, its own or the nearest above it; None where no
    place was named.

    Raises UsageError where no one policy covers the years, kinds and days of filing of all forms: each has to be chosen for when it
    is read (`ingest --place`). InputError for a corpus that is damaged.
    """
    if not where.place:
        return None
    shelf = Shelf(where)
    place = placing.asked(shelf)
    filed = sorted(
        {
            (form.year, form.kind, form.day)
            for source in index.sources(store.open_corpus(path).index).values()
            for piece in source.read
            for head in piece.heads
            for form in head.forms
        }
    )
    ranked = [
        (rank, head)
        for head in shelf.published()
        if (rank := place.rank(head, shelf)) is not None
        and all(head.covers(year, kind, date.fromisoformat(day) if day else None) for year, kind, day in filed)
    ]
    nearest = [head for rank, head in ranked if rank == min(one for one, _ in ranked)]
    if len(nearest) == 1:
        return nearest[0].id
    years = "、".join(sorted({str(year) for year, _, _ in filed}))
    told = f"{place.name}没有一个政策适用于语料里所有的表（{years} 年度）" if not nearest else f"{place.name}有几个政策适用"
    expected = f"各表各按年度选：jixiao ingest 时写 --place {where.place}；或用 --policy 指定"
    raise UsageError(Problem(Place(), told, expected, code="usage.place"))
