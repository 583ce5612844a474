"""Findings on rows, folded: what one rule says of several rows of a form within one problem is one finding.

Problems are put together before, row by row: what hangs on them, what follows from what and their keys do not depend on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from engine.findings.concerns import Concerns
from engine.findings.model import Concern, Finding, FoldedRow
from engine.language.rules import RowFold


def folded(
    findings: Sequence[Finding], concerns: Sequence[Concern], of: Concerns, folds: Mapping[str, RowFold]
) -> tuple[tuple[Finding, ...], tuple[Concern, ...]]:
    """The findings in their order, those of a rule that `folds` names as one for each form (or for all), and the problems they are
    part of."""
    home = {index: n for n, concern in enumerate(concerns) for index in concern.findings}
    follow = {index for concern in concerns for index in concern.findings[len(concern.findings) - concern.follow :]}
    groups: dict[tuple[str, str, int], list[int]] = {}
    for index, finding in enumerate(findings):
        fold = folds.get(finding.rule)
        if fold is None:
            groups[finding.rule, finding.form, -1 - index] = [index]
        elif not (fold.once and index in follow):
            groups.setdefault((finding.rule, "" if fold.across else finding.form, home[index]), []).append(index)
    told: list[Finding] = []
    moved: dict[int, int] = {}
    for (rule, _, _), indexes in sorted(groups.items(), key=lambda item: item[1][0]):
        fold = folds.get(rule)
        together = fold is not None and len(indexes) >= fold.least
        for index in indexes:
            moved[index] = len(told)
            if fold is None or not together:
                told.append(findings[index])
        if fold is not None and together:
            told.append(_one([findings[n] for n in indexes], fold, of))
    return tuple(told), tuple(_moved(concern, moved) for concern in concerns)


def _moved(concern: Concern, moved: Mapping[int, int]) -> Concern:
    """The problem with its findings where they are told now; one told with another of the problem is told once, or not again."""
    own = len(concern.findings) - concern.follow
    told, follow = ([moved[n] for n in some if n in moved] for some in (concern.findings[:own], concern.findings[own:]))
    findings = tuple(dict.fromkeys((*told, *follow)))
    return replace(concern, findings=findings, follow=len(findings) - len(set(told)))


def _one(listed: Sequence[Finding], fold: RowFold, of: Concerns) -> Finding:
    """What is told of several rows; what stands beside the first, with the evidence of all."""
    first = listed[0]
    evidence = dict.fromkeys(item for finding in listed for item in finding.evidence)
    message = of.said_of(listed, fold.message)
    return replace(
        first,
        subject="、".join(_once(finding.form for finding in listed)),
        message=message,
        report=message,
        evidence=tuple(evidence),
        derived_by=_once(rule for finding in listed for rule in finding.derived_by),
        correction=None,
        rows=tuple(FoldedRow(one.form, one.subject, one.message, one.report, one.evidence) for one in listed),
    )


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
