"""修改清单: what the author of a report has to correct, a row each: where, what stands there, what should, and why.

Told are the slips of a result (`told_in: list` of the policy), problem by problem; what is of management stands in the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.errors import PolicyError, Problem
from engine.policy.model import Policy
from engine.reports.proviso import proviso
from engine.resources import shipped
from engine.results.model import Result, ResultCorrection
from engine.results.views.columns import Column, sheet
from engine.results.views.details import Detail, details, places
from engine.results.views.excel import make
from engine.templating.filters import closed
from engine.templating.word import fill
from engine.yaml.reader import load_file

TEMPLATE = "word/amendments.docx"
WORDS = "workbook/words.yaml"
_VALUES = 3
"""Values that are named as what stands there, where the rule does not say which one is wrong."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """One row: what is wrong somewhere."""

    number: int
    form: str
    place: str
    now: str
    right: str
    why: str
    clause: str


class Amendments:
    """The rows of a result by its forms."""

    def __init__(self, result: Result, policy: Policy) -> None:
        self._result = result
        self._slips: dict[tuple[int | None, str], list[tuple[int, Detail]]] = {}
        for place, row in enumerate(_slips(details(result, {policy.id: policy}), policy)):
            self._slips.setdefault((row.finding.get("bundle"), row.finding["form"]), []).append((place, row))

    def of(self, forms: Sequence[int]) -> list[Amendment]:
        """The rows of some forms, by their places in the result."""
        names = dict.fromkeys((self._result["forms"][n].get("bundle"), self._result["forms"][n]["name"]) for n in forms)
        rows = sorted((row for name in names for row in self._slips.get(name, ())), key=lambda row: row[0])
        return [_row(number, row) for number, (_, row) in enumerate(rows, start=1)]


def _slips(rows: Iterator[Detail], policy: Policy) -> Iterator[Detail]:
    """Those for the author alone, each once: several findings may say the same of one place."""
    seen: set[tuple[int | None, str, str]] = set()
    for row in rows:
        finding = row.finding
        key = (finding.get("bundle"), finding["message"], finding["form"])
        if policy.told_in(finding["rule"], finding["category"]) == "list" and key not in seen:
            seen.add(key)
            yield row


def _row(number: int, row: Detail) -> Amendment:
    finding = row.finding
    known = finding.get("correction")
    values = dict.fromkeys(item["value"] for item in finding["evidence"] if item["value"])
    return Amendment(
        number,
        finding["form"],
        _place(row, known),
        known["now"] if known else "；".join(list(values)[:_VALUES]),
        known["right"] if known else closed(finding["advice"]),
        closed(finding["message"]),
        row.basis,
    )


def _place(row: Detail, known: ResultCorrection | None) -> str:
    """The indicator and the place: where the correction is, if that is known, else where all stands that the finding rests on."""
    if known is None:
        return row.place
    file = next((item["file"] for item in row.finding["evidence"] if "file" in item), "")
    item = row.item
    name = "·".join(filter(None, (f"目标{item['goal']}", item["level2"] or item["level1"], item["name"]))) if item else ""
    there = places([{"where": known["where"], "field": known["field"], "value": known["now"], "file": file}], name)
    return "\n".join(filter(None, (name, *there)))


def workbook(rows: Sequence[Amendment], roots: Sequence[Path]) -> bytes:
    """The rows as an Excel workbook; what it and its columns are called, and their order, says `templates/workbook/words.yaml`."""
    words = _words(next((root for root in roots if (root / WORDS).is_file()), shipped("templates")) / WORDS)
    columns = tuple(_column(name, title) for name, title in words["columns"].items())
    return make([sheet(str(words["sheet"]), columns, rows)])


_WIDE: Mapping[str, int] = {"place": 34, "now": 30, "right": 34, "why": 60, "clause": 30, "form": 24}


def _column(name: str, title: str) -> Column[Amendment]:
    kind = "count" if name == "number" else "text"
    return Column(title, lambda row: getattr(row, name), kind, wide=_WIDE.get(name))  # type: ignore[arg-type]  # one of two kinds


@cache
def _words(path: Path) -> Mapping[str, Mapping[str, str]]:
    """The words of the sheet. Raises PolicyError with the place of what is missing or not known."""
    document = load_file(path)
    data = document.data.get("amendments") if isinstance(document.data, dict) else None
    known = Amendment.__dataclass_fields__
    columns = data.get("columns") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not data.get("sheet") or not isinstance(columns, dict) or not columns.keys() <= known.keys():
        expected = f"amendments: {{sheet: 修改清单, columns: {{{'、'.join(known)}}}}}"
        raise PolicyError(Problem(document.place(()), "没有写修改清单的表名和各栏的名称", expected, code="template.words"))
    return data


def document(
    rows: Sequence[Amendment], result: Result, policy: Policy, title: str, unit: str, roots: Sequence[Path], template: str = ""
) -> bytes:
    """The rows as a Word document with this title, through the policy's template. Raises PolicyError where that cannot be used."""
    name = template or TEMPLATE
    path = next((root / name for root in roots if (root / name).is_file()), Path(name))
    seen = {
        "title": title,
        "unit": unit,
        "caution": proviso(result.get("policy"), policy),
        "policies": [policy.title] if result.get("policy") else [],
        "several": len({row.form for row in rows}) > 1,
        "count": str(len(rows)),
        "rows": [
            {
                "number": str(row.number),
                "form": row.form,
                "place": row.place.replace("\n", "，"),
                "now": row.now,
                "right": row.right,
                "why": row.why,
                "clause": row.clause,
            }
            for row in rows
        ],
    }
    return fill(path, seen, title, own=True)
