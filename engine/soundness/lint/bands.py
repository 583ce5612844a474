"""Lints of weights, tiers and grades: every score has its band, no band is out of reach, tiers are those recognition gives."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from engine.errors import Place
from engine.language.conditions import leaves
from engine.policy.model import Band
from engine.soundness.lint.subject import Subject
from engine.soundness.proof.logic import Term, number
from engine.soundness.proof.prover import decimal, exact, opposite
from engine.values.numerals import plain
from engine.yaml.reader import Path_


def check(subject: Subject) -> None:
    """Weights, tiers, grades of a policy; nothing of a pack."""
    policy = subject.policy
    if policy is None:
        return
    scoring = policy.scoring
    _weights(subject)
    _bands(subject, "等级", "总分", policy.grades, ("grades",), scoring.weights.full_score)
    _bands(subject, "档次", "得分占分值的比例", scoring.tiers, ("scoring", "qualitative", "tiers"), Decimal(1))
    _tiers(subject)


def _weights(subject: Subject) -> None:
    policy = subject.policy
    assert policy is not None
    weights = policy.scoring.weights
    place = subject.place(("scoring", "weights"), key=True)
    if weights.schemes:
        return
    if not weights.level1:
        message = "没有写各一级指标的分值（weights.level1），表上各部分的分值不会与办法核对"
        subject.add("weights-absent", "scoring.weights", place, message, "文件规定了的写上；没有规定的不必写")
        return
    for level in policy.taxonomy:
        if level.name not in weights.level1:
            written, added = subject.place(("scoring", "weights", "level1")), subject.place(("taxonomy", level.name), key=True)
            ours = subject.is_own(added) and not subject.is_own(written)
            subject.add(
                "weights-taxonomy",
                f"scoring.weights.{level.name}",
                added if ours else written,
                f"指标体系里有“{level.name}”，weights.level1 里没有它的分值" + (f"（{written}）" if ours else ""),
                ("在本政策里写 scoring: weights: 一段，" if ours else "") + "写上分值；这一级不计分的写 0",
            )


def _bands(subject: Subject, what: str, of: str, bands: Sequence[Band], path: Path_, top: Decimal) -> None:
    """Prove that every value from 0 to the top is in one band, and that each band has values."""
    import z3

    value = z3.Real("value")
    inside: list[Term] = [value >= 0, value <= number(top)]
    above: list[Term] = []
    for index, band in enumerate(bands):
        place = subject.place((*path, index, "from" if band.floor_included else "above"))
        floor = number(band.floor)
        here = value >= floor if band.floor_included else value > floor
        answer, _ = subject.prover.possible([*inside, here, *[z3.Not(other) for other in above]])
        subject.prover.note(what, f"“{band.id}”有分数可以到", opposite(answer), place)
        if answer == "proved":
            limit = f"{of}不会超过 {plain(top)}" if not index else "上一档已经包括了它"
            subject.add(
                "band-unreachable", f"{what}.{band.id}", place, f"{what}“{band.id}”永远用不上：{limit}", "改正下限，写 from（含）"
            )
        above.append(z3.And(here, z3.Bool(f"when {index}")) if band.conditions else here)
    answer, model = subject.prover.possible([*inside, *[z3.Not(here) for here in above]])
    subject.prover.note(what, f"{of} 0 至 {plain(top)} 都有归属", answer, subject.place(path, key=True))
    if answer == "refuted":
        found = exact(model, value)
        sample = decimal(found) if found is not None else None
        subject.add(
            "band-gap",
            what,
            bands[-1].place,
            f"{of} {plain(sample) if sample is not None else '0'} 不属于任何一档",
            "最末一档写 from: 0",
        )
    _edges(subject, what, bands, path, top)


def _edges(subject: Subject, what: str, bands: Sequence[Band], path: Path_, top: Decimal) -> None:
    open_ = [band for band in bands if not band.floor_included]
    if open_ and len(open_) < len([band for band in bands if band.floor]):
        subject.add(
            "band-edges-mixed",
            what,
            _floor(subject, path, bands, open_[0]),
            f"{what}有的下限含（from）、有的不含（above）：正好 {plain(open_[0].floor)} 归“{_below(bands, open_[0])}”",
            "文件写“以上（含）”的用 from；确有不同的在标题里写明",
        )
    elif open_ and len(bands) > 1:
        subject.add(
            "band-edges-mixed",
            what,
            _floor(subject, path, bands, open_[0]),
            f"{what}“{open_[0].id}”的下限不含：正好 {plain(open_[0].floor)} 归“{_below(bands, open_[0])}”",
            "文件写“以上（含）”的用 from",
            severity="info",
        )
    if top > 10 and bands[0].floor and bands[0].floor <= 1:
        place = _floor(subject, path, bands, bands[0])
        subject.add(
            "band-scale",
            what,
            place,
            f"{what}“{bands[0].id}”的下限 {plain(bands[0].floor)}，满分却是 {plain(top)}",
            "按分写，如 90",
        )
    narrow = [band for band, upper in zip(bands[1:], bands, strict=False) if top > 10 and upper.floor - band.floor < top / 50]
    for band in narrow:
        place = _floor(subject, path, bands, band)
        subject.add(
            "band-scale",
            f"{what}.{band.id}",
            place,
            f"{what}“{band.id}”不足 {plain(top / 50)} 分宽",
            "核对下限是不是少写、多写了一位",
        )


def _below(bands: Sequence[Band], band: Band) -> str:
    at = list(bands).index(band)
    return bands[at + 1].id if at + 1 < len(bands) else "（没有）"


def _floor(subject: Subject, path: Path_, bands: Sequence[Band], band: Band) -> Place:
    return subject.place((*path, list(bands).index(band), "from" if band.floor_included else "above"))


def _tiers(subject: Subject) -> None:
    """Each tier has a case that gives it, a recognition that leads there, and the two agree."""
    policy = subject.policy
    assert policy is not None
    tiers = [band.id for band in policy.scoring.tiers]
    cases = policy.scoring.tables["qualitative"].cases
    for index, tier in enumerate(policy.scoring.tiers):
        if not any(case.tier == tier.id for case in cases):
            subject.add(
                "tier-unused",
                f"档次.{tier.id}",
                tier.place,
                f"没有一条情形用到“{tier.id}”这一档",
                f"在 cases 里加一条 tier: {tier.id}",
            )
        given = policy.recognition["attainment"].cases
        if not any(case.value == tier.id for case in given):
            subject.add(
                "attainment-never",
                f"档次.{tier.id}",
                subject.place(("scoring", "qualitative", "tiers", index, "tier")),
                f"recognition 的 attainment 表没有一条给出“{tier.id}”，没有指标会归入这一档",
                f"加一条 value: {tier.id}，或改用已有的档名：{'、'.join(dict.fromkeys(c.value for c in given))}",
            )
    for index, case in enumerate(cases):
        wanted = [c.test.value for c in leaves(case.conditions) if c.test.field == "attainment" and c.test.op == "eq"]
        if case.tier and wanted and wanted[0] in tiers and wanted[0] != case.tier:
            subject.add(
                "tier-swapped",
                f"qualitative.{case.id}",
                subject.place(("scoring", "qualitative", "cases", index, "tier")),
                f"识别为“{wanted[0]}”的指标按“{case.tier}”一档计分",
                f"改为 tier: {wanted[0]}",
            )
