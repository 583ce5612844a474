"""Which values nobody provided for: what falls to the last case of a scoring table though no case is written for it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.soundness.lint.proved_scores import ScoringTable
from engine.soundness.proof.logic import Term


def check(on: ScoringTable) -> None:
    """Which values of an indicator the last case takes; a warning where they are plain ones."""
    last = on.table.cases[-1]
    key, base = {"quantitative": ("actual", "target"), "execution": ("executed", "budget")}.get(on.table.name, ("", ""))
    if not key or last.conditions or last.score is not None:
        return
    record = on.world.record
    for direction in ("positive", "inverse") if key == "actual" else ("",):
        chosen = [record.text("direction", direction)] if direction else []
        if key == "actual":
            chosen.append(on.directed(record))
        plainly = [*chosen, record.value(base) > 0, record.value(key) >= 0]
        answer, model = on.model(on.ways[-1], *plainly)
        word = {"positive": "正向指标", "inverse": "反向指标"}.get(direction, "预算")
        found = on.engine(model) if answer == "refuted" else None
        confirmed = found is not None and found[1].case.id == last.id
        on.outcome(
            f"{word}的目标为正、完成不为负时都有规定" if direction else "预算数为正、执行数不为负时都有规定",
            "unknown" if answer == "refuted" and not confirmed else answer,
            last,
        )
        if found is not None and confirmed:
            on.subject.add(
                "value-uncovered",
                f"{on.table.name}.{last.id}.{direction or 'budget'}",
                last.place,
                f"{word}有的值各条都不成立，落到 otherwise（{last.status or last.tier}）",
                "补上一条，或把相邻两条的 gt/gte、lt/lte 接上（边界值要归其中一条）",
                example=on.told(found[0]),
            )
    regions = list(_regions(on, base, key))
    if regions:
        on.subject.add(
            "value-otherwise",
            f"{on.table.name}.{last.id}",
            last.place,
            f"落到 otherwise（{last.status}）的有：{'；'.join(regions)}",
            "确属不作规定的不必改",
        )


def _regions(on: ScoringTable, base: str, key: str) -> Iterator[str]:
    """What falls to the last case, by the signs of the two values."""
    record = on.world.record
    titles = ("目标值", "完成值") if key == "actual" else ("预算数", "执行数")
    for direction in ("positive", "inverse") if key == "actual" else ("",):
        for low, low_said in ((-1, "为负"), (0, "为零"), (1, "为正")):
            taken = []
            for sign, said in ((-1, "为负"), (0, "为零"), (1, "为正")):
                terms = [_signed(record.value(base), low), _signed(record.value(key), sign)]
                if direction:
                    terms += [record.text("direction", direction), on.directed(record)]
                answer, _ = on.subject.prover.possible(on.world.terms(on.ways[-1], *terms))
                on.undecided(f"{titles[0]}{low_said}、{titles[1]}{said}的落不落到 otherwise", answer, on.table.cases[-1])
                if answer == "refuted":
                    taken.append(said)
            if taken:
                word = {"positive": "正向、", "inverse": "反向、"}.get(direction, "")
                rest = "" if len(taken) == 3 else f"、{titles[1]}{'或'.join(taken)}"
                yield f"{word}{titles[0]}{low_said}{rest}"


def _signed(value: Term, sign: int) -> Term:
    return value < 0 if sign < 0 else value > 0 if sign else value == 0
