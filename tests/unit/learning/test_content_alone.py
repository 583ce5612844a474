"""Forms whose headings say nothing: columns told by their content alone give the cells that known headings give, all in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from conftest import ROOT
from layouts import layout_of, written

from engine.documents import reader
from engine.documents.model import Document, Row, Table
from engine.forms.columns import header_columns, one_line
from engine.forms.inheritance import laid_over
from engine.forms.layout import layout
from engine.forms.reader import read_forms
from engine.learning.guesses import guesses_of
from engine.learning.samples import samples
from engine.learning.writing import form_yaml
from engine.submission.model import Form
from engine.yaml.reader import load

BASE = layout_of("central/2020")
DATA = ROOT / "tests" / "acceptance" / "data" / "layouts"
SIGNS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
CELLS = ("target", "actual", "weight", "score")
AMOUNTS = ("budget", "executed", "rate")


def blind(document: Document) -> Document:
    """The document with a word that says nothing for each heading of its indicators and its budget."""
    names: dict[str, str] = {}

    def row(of: Row) -> Row:
        budget, indicators = header_columns(of, BASE.budget.columns), header_columns(of, BASE.columns)
        found = indicators if len(indicators) >= 4 else budget if len(budget) >= 3 else ()
        for index, _ in found:
            names.setdefault(one_line(of[index].text), f"某{SIGNS[len(names)]}项")
        at = {index for index, _ in found}
        return tuple(replace(c, text=names[one_line(c.text)]) if n in at else c for n, c in enumerate(of))

    blocks = (replace(b, rows=tuple(map(row, b.rows))) if isinstance(b, Table) else b for b in document.blocks)
    return replace(document, blocks=tuple(blocks))


def cells(forms: Sequence[Form]) -> Iterator[tuple[str, ...]]:
    for form in forms:
        for line in form.budget:
            if line.role == "total":
                yield tuple(cell.text if (cell := getattr(line, key)) else "" for key in AMOUNTS)
        for goal in form.goals:
            for item in goal.indicators:
                yield (item.name, item.level1, item.level2, *(cell.text if (cell := getattr(item, key)) else "" for key in CELLS))


@pytest.mark.parametrize(
    "name", ["central-road-2022.txt", "sichuan-clinic-2025.txt", "sichuan-department-2025.txt", "sichuan-farm-2025.txt"]
)
def test_headings_that_say_nothing(name: str) -> None:
    document = reader.document((DATA / name).read_bytes(), name)
    unnamed = blind(document)
    found = samples(unnamed, BASE, name)
    data = written("central/2020")
    text = form_yaml(guesses_of(found, BASE, data, None), found, BASE, "例", "schema")
    read = read_forms(unnamed, layout(laid_over(data, load(text, "form.yaml").data["form"])[0]), name)
    assert list(cells(read)) == list(cells(read_forms(document, BASE, name)))
    for form in read:
        for goal in form.goals:
            for item in goal.indicators:
                assert item.actual is None or not item.actual or item.actual.doubt
