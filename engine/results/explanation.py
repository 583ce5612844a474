"""How each score came about, in words: the case, the clause's text, the operands, the value before and after rounding."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from engine.errors import Place, Problem, UsageError, closest
from engine.language.fields import ADJUSTED, COMPARED, EXECUTION, TOTAL
from engine.language.names import function_names
from engine.language.wording import code
from engine.policy.model import Policy
from engine.results.model import (
    Result,
    ResultForm,
    ResultIndicator,
    ResultScore,
    ResultStep,
    ResultTrace,
    ResultValue,
    ResultWording,
)
from engine.results.reading import STATUSES, Scored, caution, differs, label, readings_told

_DIRECTIONS = {"positive": "正向（越多越好）", "inverse": "反向（越少越好）"}


def explain(result: Result, policy: Policy, form: str = "", indicator: str = "") -> str:
    """The explanation of every score, or of those of the named form and indicator (a part of the name is enough). What is explained
    is listed first, where it is more than one thing.

    Raises UsageError, with the nearest names, where nothing has that name.
    """
    forms = [item for item in result["forms"] if form in item["name"]]
    if not forms:
        raise _unknown("表", form, [item["name"] for item in result["forms"]])
    if indicator:
        names = [item["name"] for found in forms for item in found["indicators"]]
        if not any(indicator in name for name in names):
            raise _unknown("指标", indicator, names)
    lines = [*filter(None, [caution(result.get("policy"))]), *_contents(forms, indicator)]
    for found in forms:
        chosen = [item for item in found["indicators"] if indicator in item["name"]]
        if not chosen:
            continue
        lines += [f"【{found['name']}】{found['unit']} {found['fiscal_year']}年度", ""]
        if not indicator:
            for key, score in found["scores"].items():
                lines += _head(label(key), score)
                lines += _trace(score.get("trace", {}), policy)
                lines.append("")
            grade = found["grade"]
            lines.append(f"等级：自评 {grade['reported'] or '—'}，计算 {grade['computed'] or '—'}")
            lines += [f"    {grade['reason']}"] if "reason" in grade else []
            lines += list(_clause(grade["basis"], policy)) if grade["basis"] else []
            lines.append("")
        for item in chosen:
            lines += _indicator(item, policy)
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _contents(forms: Sequence[ResultForm], indicator: str) -> Iterator[str]:
    """What is explained, in its order: forms, and the indicators of each, with those marked whose score differs or is open."""
    listed = [(form, [item for item in form["indicators"] if indicator in item["name"]]) for form in forms]
    if indicator and sum(len(items) for _, items in listed) < 2:
        return
    yield "目录"
    for form, items in listed:
        if not items:
            continue
        names = [f"{'≠' * differs(item) or '?' * (item['status'] != 'scored')}{item['name']}" for item in items]
        parts = "" if indicator else f"{'、'.join(map(label, form['scores']))}、等级；"
        yield f"· {form['name']}：{parts}指标 {len(items)} 个：{'；'.join(names)}"
    marked = any(differs(item) or item["status"] != "scored" for _, items in listed for item in items)
    if marked:
        yield "（≠ 自评与计算不同；? 没有算出得分）"
    yield ""


def of_indicator(item: ResultIndicator, policy: Policy) -> str:
    """How one indicator of a result came by its score."""
    return "\n".join(_indicator(item, policy))


def of_part(key: str, score: ResultScore, policy: Policy) -> str:
    """How another score of a form (`execution`, `total`, a group of indicators) came about."""
    return "\n".join([*_head(label(key), score), *_trace(score.get("trace", {}), policy)])


def _unknown(what: str, name: str, names: list[str]) -> UsageError:
    return UsageError(Problem(Place(), f"没有{what}“{name}”", near=closest(name, names), code="usage.name", names=(name,)))


def _indicator(item: ResultIndicator, policy: Policy) -> Iterator[str]:
    yield f"■ {item['name']}（{item['level1']} / {item['level2'] or '—'}，分值 {item['weight'] or '未列'}）"
    yield f"  目标值“{item['target']}”，实际完成值“{item['actual']}”（{item['where']}）"
    if "weight_reason" in item:
        yield f"  分值：{item['weight_reason']}"
    trace = item["trace"]
    read = trace["values_read"]
    yield f"  读作：目标 {_read(read['target'])}；实际 {_read(read['actual'])}"
    if trace.get("comparison"):
        yield f"  比较：{trace['comparison']}"
    yield from _parse(trace.get("wording"))
    if "composite_basis" in trace:
        yield f"  几个数：{trace.get('composite_take', '取最差的一个')}（{_cited(trace['composite_basis'], policy)}）"
    for note in trace.get("notes", []):
        yield f"  注意：{note}"
    for step in trace["recognition"]:
        if step["table"] == "attainment" and item["nature"] != "qualitative":
            continue  # the tier of a number is not used
        title = policy.recognition[step["table"]].title
        why = f"：{step['label']}" if step["label"] else ""
        yield f"  {title}＝{_answer(step, policy)}（{step['table']}.{step['case']}{why}；依据 {step['basis']}）"
        if step["table"] == "direction":
            yield from _direction(item)
    yield from _head("  得分", item)
    yield from _trace(trace, policy)


def _direction(item: ResultIndicator) -> Iterator[str]:
    """What the direction rests on: the words of the name, or who answered; and what the readings come to where they differ."""
    trace = item["trace"]
    if name := trace.get("name_read"):
        yield f"    名称读作：{name}"
    if answered := trace.get("answered"):
        yield f"    答复：{answered}"
    if item["readings"]:
        yield f"    定不下来，各种读法：{readings_told(item['readings'])}"


def _parse(wording: ResultWording | None) -> Iterator[str]:
    """Which words of a qualitative actual decided, and what they reach."""
    if wording is None:
        return
    yield f"  措辞：{code('wording', wording['verdict'])}。{wording['why']}"
    for mark in wording["marks"]:
        reach = f"管到“{mark['reach']}”" if mark.get("reach") else "说的是整个小句"
        place = f"第{mark['start']}字" if mark["start"] == mark["end"] else f"第{mark['start']}至{mark['end']}字"
        yield f"    “{mark['word']}”（{place}，{mark['role']}）{reach}"


def _answer(step: ResultStep, policy: Policy) -> str:
    value = step["value"]
    if step["table"] == "attainment" and (tier := next((band.label for band in policy.scoring.tiers if band.id == value), "")):
        return tier
    return _DIRECTIONS.get(value) or ("判断不了" if value == "unknown" else code(step["table"], value))


def _head(name: str, score: Scored) -> Iterator[str]:
    allowed = score["allowed"]
    span = f"，可取 {allowed[0]} 至 {allowed[1]}" if allowed and allowed[0] != allowed[1] else ""
    status = f"，{STATUSES[score['status']]}" if STATUSES[score["status"]] else ""
    reason = f"：{score['reason']}" if score.get("reason") else ""
    yield f"{name}：自评 {score['reported'] or '—'}，计算 {score['computed'] or '—'}{span}{status}{reason}"


def _trace(trace: ResultTrace, policy: Policy) -> Iterator[str]:
    if not trace.get("case"):
        return
    if "before" in trace:
        yield from _trace(trace["before"], policy)
        yield "    按别的指标或人工扣减调整："
    yield f"    情形 {trace['case']}" + (f"：{trace['label']}" if trace.get("label") else "")
    if trace.get("tier"):
        yield f"    档次 {trace['tier']}，范围 {trace['tier_range']}"
    if trace.get("formula"):
        steps = (
            _formula(trace["formula"], trace["case"].split(".")[0], policy),
            trace["operands"],
            trace.get("unrounded"),
        )  # a division by 0 has no value
        yield f"    公式 {' = '.join(dict.fromkeys(filter(None, steps)))}"  # weight = 1.5, not weight = 1.5 = 1.5
    if trace.get("bounded"):
        yield f"    调整 {trace['bounded']}" + (f"（{_cited(trace['bounded_basis'], policy)}）" if "bounded_basis" in trace else "")
    if trace.get("rounding"):
        yield f"    取整 {trace['rounding']}（{_cited(trace['rounding_basis'], policy)}）"
    yield from _clause(trace["basis"], policy)
    yield from written_clause(trace["case"], policy)


def written_clause(item: str, policy: Policy) -> Iterator[str]:
    """The clause written with a case or rule that follows an overridden value: what it says besides still holds."""
    clause = policy.clauses.get(policy.rested.get(item, ""))
    if clause is not None:
        yield f"    {item} 写着的依据 {clause.id}：{clause.text}（其中的数已改，以上一条为准）"


def _formula(written: str, table: str, policy: Policy) -> str:
    """A policy's formula, as a table has it, with the names of what it computes from: 分值 × 实际完成值 ÷ 目标值."""
    fields = {"execution": EXECUTION, "total": TOTAL}.get(table, {**COMPARED, **ADJUSTED})
    titles = {name: field.title for name, field in fields.items()}
    titles |= {item.id: item.title for item in policy.scoring.refer}
    titles |= {name: said[0] for name, said in function_names().items()}
    titles |= {name: parameter.label for name, parameter in policy.parameters.items()}
    said = re.sub(r"[A-Za-z_]\w*", lambda found: titles.get(found[0], found[0]), written)
    return said.replace("*", "×").replace("/", "÷")


def _cited(basis: str, policy: Policy) -> str:
    """A clause that many traces share, by its title: the text is with the scores that rest on it alone."""
    return f"依据 {basis} {policy.clause(basis).title}"


def _clause(basis: str, policy: Policy) -> Iterator[str]:
    clause = policy.clause(basis)
    practice = {"practice": "（通行做法）", "secondary": "（转引）", "unverified": "（未核实）"}.get(clause.evidence, "")
    yield f"    依据 {basis}{practice}：{clause.text}"


def _read(value: ResultValue) -> str:
    kinds = {"empty": "空", "not_applicable": "不适用", "text": "文字"}
    if value["kind"] in kinds:
        return kinds[value["kind"]]
    if value.get("deadline"):
        return f"期限 {value['deadline']}"
    parts = [f"{q.get('label', '')}{q.get('approximate', '')}{q['number']}{q.get('unit', '')}" for q in value.get("quantities", [])]
    return str(value.get("operator", "")) + "、".join(parts)
