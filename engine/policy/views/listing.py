"""A policy as plain text: what it covers, its parameters, tables, tiers, grades and clauses, each with file and line."""

from __future__ import annotations

from collections.abc import Iterator

from engine.language.tables import Case, CaseTable
from engine.language.wording import all_asked
from engine.policy.headings import heading_lines
from engine.policy.model import Band, Policy
from engine.values.numerals import plain


def show(policy: Policy) -> str:
    """The whole resolved policy, for reading in a terminal."""
    return "\n".join(_lines(policy)) + "\n"


def _lines(policy: Policy) -> Iterator[str]:
    last = policy.last_year or "今"
    yield f"{policy.id}  {policy.title}"
    kinds = "、".join(policy.form_kinds)
    yield f"地区 {policy.jurisdiction_name}；{policy.first_year} 至 {last} 年度；表种 {kinds}；状态 {policy.status}"
    yield from heading_lines(policy.chosen_by, policy.kept_away_by)
    if policy.extends:
        yield f"在其上：{'、'.join(policy.extends)}"
    yield f"sha256 {policy.sha256}"
    yield "\n参数"
    for parameter in policy.parameters.values():
        value = "、".join(parameter.value) if isinstance(parameter.value, tuple) else f"{parameter.value}{parameter.unit}"
        yield f"  {parameter.id} = {value}"
        yield f"      {parameter.label}（依据 {parameter.basis}；{parameter.place}）"
    yield "\n各部分分值"
    yield from _weights(policy)
    rolled_up = (policy.rollup.values,) if policy.rollup else ()
    scoring = (
        policy.scoring.execution,
        *policy.scoring.tables.values(),
        policy.scoring.total,
        *([policy.scoring.adjust] if policy.scoring.adjust else []),
    )
    for table in (*policy.recognition.values(), *scoring, *rolled_up):
        yield f"\n{table.title}（{table.name}）"
        yield from _table(table)
    yield "\n定性指标分档（占分值的比例）"
    yield from _bands(policy.scoring.tiers)
    yield "\n等级"
    yield from _bands(policy.grades)
    yield "\n条款"
    for clause in policy.clauses.values():
        yield f"  {clause.id}  {clause.title}（{clause.source_title}）"
        yield f"      {clause.text}"


def _weights(policy: Policy) -> Iterator[str]:
    weights = policy.scoring.weights
    yield f"  总分 {plain(weights.full_score)}，预算执行 {plain(weights.execution)}（依据 {weights.basis}）"
    if weights.level1:
        yield "  " + "，".join(f"{name} {plain(points)}" for name, points in weights.level1.items())
    for scheme in weights.schemes:
        parts = "，".join(f"{name} {plain(points)}" for name, points in scheme.level1.items())
        yield f"  {scheme.id}：{all_asked(scheme.conditions) or '其余'} → {parts}"
        yield f"      {scheme.label + '；' if scheme.label else ''}依据 {scheme.basis}；{scheme.place}"


def _table(table: CaseTable) -> Iterator[str]:
    for case in table.cases:
        yield f"  {case.id}：{case_text(case)}"
        yield f"      {case.label + '；' if case.label else ''}依据 {case.basis}；{case.place}"


def case_text(case: Case) -> str:
    """A case in one line: its conditions and what follows."""
    return f"{all_asked(case.conditions) or '其余'} → {case.value or case.formula or case.tier or case.status}"


def _bands(bands: tuple[Band, ...]) -> Iterator[str]:
    top = ""
    for band in bands:
        sign = "≥" if band.floor_included else ">"
        yield f"  {band.id}（{band.label}）：{sign} {plain(band.floor)}{top}{_asked(band)}（依据 {band.basis}；{band.place}）"
        top = f"，且 {'<' if band.floor_included else '≤'} {plain(band.floor)}"


def _asked(band: Band) -> str:
    return f"，且 {all_asked(band.conditions)}" if band.conditions else ""
