"""The sources of a policy: its clauses, whether every basis names one, and what supersedes what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from engine.errors import nearest
from engine.policy.bases import superseding
from engine.policy.model import Clause
from engine.policy.periods import Period, period, wrong_days
from engine.policy.resolved import bases, cited, years
from engine.policy.values import Values
from engine.yaml.reader import Path_

_LAST_DAY = (12, 31)
"""Of the year after the fiscal year: forms of a year are filed in the next."""


def clauses(values: Values) -> dict[str, Clause]:
    """Every clause by `source#clause`."""
    out = {}
    heirs = superseding(values.data)
    for source, item in values.data["sources"].items():
        for number, clause in item["clauses"].items():
            place = values.place(("sources", source, "clauses", number))
            name = f"{source}#{number}"
            text = clause["text"].strip()
            said = (clause.get("implemented", ""), clause.get("reason", ""), heirs.get(name, ""))
            head = (name, item["title"], item.get("document", ""), item["evidence"])
            out[name] = Clause(*head, clause["title"], text, place, *said)
    return out


def check(values: Values) -> None:
    """Say what is wrong with what cites the sources, and with what they say of themselves."""
    sources = values.data["sources"]
    known = [f"{source}#{number}" for source, item in sources.items() for number in item["clauses"]]
    _cited(values, known)
    for source, item in sources.items():
        for key, wrong in wrong_days(item):
            values.add(("sources", source, *key), wrong, "如 {from: 2024-04-28}，两端都算在内", code="policy.in-force")
        for number, clause in item["clauses"].items():
            if ("implemented" in clause) != ("reason" in clause):
                expected = "implemented: none 或 partly，并用 reason 写明哪一部分、为什么"
                place = ("sources", source, "clauses", number)
                values.add(place, "implemented 与 reason 要一起写", expected, code="policy.implemented")
    _superseded(values, known)


def _cited(values: Values, known: list[str]) -> None:
    """Every basis names a clause. It is told of the clause that is written: what follows a value is told where that cites it."""
    written = values.resolved.sections
    lost: dict[str, set[str]] = {}
    missing = cited(written).difference(known)
    for path, basis in bases(written) if missing else ():
        source = basis.partition("#")[0]
        ours = ("sources", source)
        if basis not in known and values.resolved.overridden.get(ours) and values.resolved.owner(path) != values.resolved.id:
            lost.setdefault(source, set()).add(basis.partition("#")[2])  # told once, at the source that was written anew
        elif basis not in known:
            close = nearest(basis, known)
            told = f"依据“{basis}”在 sources 里没有"
            names = ("sources", *basis.split("#"))
            values.add(path, told, "" if close else "、".join(known), close, code="policy.no-clause", names=names)
    for source, gone in lost.items():
        listed = "、".join(sorted(gone))
        message = f"来源“{source}”整个换掉了，少了还在引用的条款 {listed}"
        remedy = "新文件用新的来源编号（如 document-2022）；补充原来源的，把原来的条款照抄过来"
        values.add(("sources", source), message, remedy, code="policy.lost-clauses", names=("sources", source))


def _superseded(values: Values, known: list[str]) -> None:
    """What supersedes a clause is a clause, in force while the policy is, and does not come round to the clause itself."""
    heirs = superseding(values.data)
    for path, clause, heir in _said(values):
        wrong = next((name for name in (clause, heir) if name not in known), "")
        if wrong:
            close, names = nearest(wrong, known), ("sources", *wrong.split("#"))
            told = f"“{heir}”取代“{clause}”：“{wrong}”在 sources 里没有"
            values.add(path, told, "" if close else "、".join(known), close, code="policy.no-clause", names=names)
        elif heirs[clause] != heir:
            told = f"“{clause}”写着由“{heir}”取代，又写着由“{heirs[clause]}”取代"
            values.add(path, told, "只写一条取代它", code="policy.superseded")
        elif way := _goes_round(clause, heirs):
            remedy = "由后来的条款取代先前的，不反过来"
            values.add(path, f"“{clause}”由哪一条取代绕成了圈：{way}", remedy, code="policy.superseded")
        else:
            _in_force(values, clause, heir, path)


def _said(values: Values) -> Iterator[tuple[Path_, str, str]]:
    """Where it is said that a clause is superseded, the clause, and by which."""
    for source, item in values.data["sources"].items():
        for number, clause in item["clauses"].items():
            at, name = ("sources", source, "clauses", number), f"{source}#{number}"
            if "superseded_by" in clause:
                yield (*at, "superseded_by"), name, clause["superseded_by"]
            for index, old in enumerate(clause.get("supersedes", ())):
                yield (*at, "supersedes", index), old, name


def _goes_round(clause: str, heirs: dict[str, str]) -> str:
    """The way round from a clause to itself (Chinese); empty where there is none."""
    seen, at = [clause], heirs.get(clause)
    while at is not None and at not in seen:
        seen.append(at)
        at = heirs.get(at)
    return " → ".join([*seen, clause]) if at == clause else ""


def _in_force(values: Values, clause: str, heir: str, path: Path_) -> None:
    source, _, number = heir.partition("#")
    item = values.data["sources"][source]
    if item["clauses"][number].get("implemented") == "none":
        told = f"取代“{clause}”的“{heir}”没有写成规则（implemented: none）：依它的就没有依据"
        values.add(path, told, "取代的条款要有写成的规则；或去掉 superseded_by", code="policy.superseded")
    own, of_source = _span(values), period(item)
    early = of_source.first and own.last and own.last < of_source.first
    late = of_source.last and own.first and of_source.last < own.first
    if early or late:
        told = f"取代“{clause}”的“{heir}”在本政策适用的时候不施行：来源“{source}”{of_source}，本政策{own}"
        values.add(path, told.replace("填报", ""), "本政策适用期间施行的条款", code="policy.superseded")


def _span(values: Values) -> Period:
    """The days forms are filed on that the policy applies to: as it says, else from the year on to the end of the next."""
    said = period(values.data["policy"])
    first, to = years(values.data["policy"])
    return Period(said.first or (date(first, 1, 1) if first else None), said.last or (date(to + 1, *_LAST_DAY) if to else None))
