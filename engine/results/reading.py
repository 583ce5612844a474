"""What every view tells of a result: names of what is coded, what differs, whose findings are whose. No layout."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal

from engine.language.rules import CATEGORIES, SEVERITIES
from engine.language.wording import code
from engine.results.model import (
    Result,
    ResultConcern,
    ResultEvidence,
    ResultFinding,
    ResultFindingRow,
    ResultForm,
    ResultIndicator,
    ResultPolicy,
    ResultReading,
    ResultRule,
    ResultScore,
)

STATUSES = {"scored": "", "not_applicable": "不适用", "needs_review": "待人工判断", "error": "出错"}
RULE_STATES = {"hit": "发现问题", "clean": "没有发现", "not_applicable": "不适用", "skipped": "没有核对"}
"""What came of a rule, as people call it."""
MISSING = "—"
Scored = ResultScore | ResultIndicator
_READINGS = {"positive": "越高越好", "inverse": "越低越好"}


def form_kind(kind: str) -> str:
    """What a kind of form is called."""
    return code("form_kind", kind)


def label(name: str) -> str:
    """A score's key as people call it."""
    return {"execution": "预算执行", "total": "总分"}.get(name, name)


def counts(form: ResultForm) -> str:
    """How many indicators are met, of how many."""
    numbers = form["counts"]
    text = f"{numbers['met']}/{numbers['indicators']}"
    return text + (f"（{numbers['unknown']} 待定）" if numbers["unknown"] else "")


def apart(reported: str | None, computed: str | None) -> Decimal:
    """How far two numbers are apart; 0 where one of them is not known (20 and 20.00 are the same)."""
    return abs(Decimal(reported) - Decimal(computed)) if reported and computed else Decimal(0)


def differs(score: Scored) -> bool:
    """Whether the reported number is another than the computed one."""
    return apart(score["reported"], score["computed"]) != 0


def span(score: Scored) -> str:
    """The admissible range, where there is more than one admissible value."""
    allowed = score["allowed"]
    return f"{allowed[0]}–{allowed[1]}" if allowed and allowed[0] != allowed[1] else ""


def remark(score: Scored) -> str:
    """What is to be said of a score beside its numbers: nothing, that they differ, or that a human must judge."""
    if score["status"] != "scored":
        return STATUSES[score["status"]]
    return "≠ 不同" if differs(score) else ""


def worth(form: ResultForm, part: str) -> str | None:
    """What a part of a form is worth: by the policy, or for a part the policy does not name, what its indicators are."""
    scheme = form["scheme"]
    named = {"execution": scheme["execution"], "total": scheme["full_score"], **scheme["level1"]}
    return named.get(part) or added(item["weight"] for item in form["indicators"] if item["level1"] == part)


def added(numbers: Iterable[str | None]) -> str | None:
    """The sum of numbers; None where one is missing, or there are none."""
    values = list(numbers)
    known = [Decimal(value) for value in values if value is not None]
    return format(sum(known, Decimal(0)), "f") if known and len(known) == len(values) else None


def grades_differ(form: ResultForm) -> bool:
    """Whether the body's own grade is another than the computed one, where both are known."""
    reported, computed = form["grade"]["reported"], form["grade"]["computed"]
    return bool(reported and computed and reported != computed)


def grades(form: ResultForm) -> str:
    """The grade; where the two differ, the reported and the computed one."""
    grade = form["grade"]
    return "→".join(dict.fromkeys(filter(None, (grade["reported"], grade["computed"])))) or MISSING


class Grouped:
    """The findings of a result by their form; in a result of many bundles two forms may have one name."""

    def __init__(self, result: Result) -> None:
        self._own: dict[tuple[int | None, str], list[ResultFinding]] = {}
        for finding in result["findings"]:
            self._own.setdefault((finding.get("bundle"), finding["form"]), []).append(finding)

    def of(self, form: ResultForm) -> list[ResultFinding]:
        """The findings of one form, in the result's order."""
        return self._own.get((form.get("bundle"), form["name"]), [])


def concerning(result: Result) -> list[list[ResultConcern]]:
    """The problems that touch each form, by the places of the forms."""
    out: list[list[ResultConcern]] = [[] for _ in result["forms"]]
    for problem in result["problems"]:
        for number in problem["forms"]:
            out[number].append(problem)
    return out


def worst_first(result: Result) -> list[tuple[ResultForm, list[ResultConcern]]]:
    """Every form with its problems: most errors first, then most warnings, then the largest difference of the totals."""
    found = concerning(result)

    def badness(row: tuple[ResultForm, list[ResultConcern]]) -> tuple[int, int, Decimal]:
        numbers, total = numbers_of(row[1]), row[0]["scores"]["total"]
        return -numbers["error"], -numbers["warning"], -apart(total["reported"], total["computed"])

    return sorted(zip(result["forms"], found, strict=True), key=badness)


def numbers_of(findings: Iterable[ResultFinding | ResultConcern]) -> dict[str, int]:
    """How many findings or problems there are of each severity."""
    numbers = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        numbers[finding["severity"]] += 1
    return numbers


def tally(findings: Iterable[ResultFinding | ResultConcern]) -> str:
    """How many findings or problems there are of each severity, in words: 错误 2、警告 3."""
    return "、".join(f"{SEVERITIES[severity]} {number}" for severity, number in numbers_of(findings).items() if number) or "无"


def kind_of(finding: ResultFinding) -> str:
    """Severity and category of a finding."""
    return f"{SEVERITIES[finding['severity']]}·{CATEGORIES[finding['category']]}"


def shorter(text: str, length: int = 24) -> str:
    return text if len(text) <= length else text[:length] + "…"


def row_told(row: ResultFindingRow) -> str:
    """What is said of one of several rows; of one on another form, which."""
    return f"“{row['form']}”{row['message']}" if "form" in row else row["message"]


def said_of_rows(finding: ResultFinding) -> str:
    """What a finding says; of one on several rows, below it what is said of each."""
    return "\n".join([finding["message"], *(f"· {row_told(row)}" for row in finding.get("rows", ()))])


def unfolded(findings: Iterable[ResultFinding]) -> Iterator[ResultFinding]:
    """The findings, one on several rows as a finding for each of them."""
    for finding in findings:
        for row in finding.get("rows", ()):
            one = finding.copy()
            del one["rows"]
            one["subject"], one["message"] = row["subject"], row["message"]
            one["evidence"] = [finding["evidence"][n] for n in row["evidence"]]
            one["report"] = row.get("report", row["message"])
            one["form"] = row.get("form", finding["form"])
            yield one
        if not finding.get("rows"):
            yield finding


def evidence_told(evidence: Iterable[ResultEvidence]) -> str:
    """What a finding rests on, in one line: each value with its title and place."""
    return "；".join(f"{item['title']}“{shorter(item['value'])}”（{place_only(item)}）" for item in evidence)


def cited(finding: ResultFinding) -> str:
    """The clause a finding rests on, by what it is called."""
    title = finding.get("basis_title", "")
    return f"依据：{title}（{finding['basis']}）" if title else f"依据：{finding['basis']}"


def readings_told(readings: Iterable[ResultReading]) -> str:
    """Each reading with what follows from it: 越高越好：完成，10 分；越低越好：未完成，6.58 分."""
    return "；".join(
        f"{_READINGS.get(one['reading'], one['reading'])}：{code('met', one['met'])}"
        + (f"，{one['computed']} 分" if one["computed"] is not None else "")
        for one in readings
    )


def place_only(evidence: ResultEvidence) -> str:
    """Where evidence stands, without the file's name: its line, or table and row where there are no lines."""
    line = evidence.get("line")
    return f"第{line}行" if line else evidence["where"].removeprefix(f"{evidence.get('file', '')}：")


def summary(result: Result, bundles: int = 0) -> str:
    """How many forms and indicators there are, what of them differs or is open, and how many problems of each severity.

    `bundles`: how many bundles they are of, where that is to be told.
    """
    indicators = [item for form in result["forms"] for item in form["indicators"]]
    wrong = sum(differs(item) for item in indicators)
    review = sum(item["status"] in ("needs_review", "error") for item in indicators)
    groups = f"{bundles} 组（一个单位一个年度为一组）、" if bundles else ""
    scores = f"共 {groups}{len(result['forms'])} 张表、{len(indicators)} 个指标：得分不同 {wrong} 个，待人工判断 {review} 个。"
    notes = "".join(f"\n注意：{note}。" for note in result.get("notes", []))
    for rule in result.get("rules", []):
        if rule.get("by_option"):
            continue  # told by one note for all of them
        if rule["state"] == "skipped":
            notes += f"\n规则“{rule.get('title') or rule['id']}”没有运行：{rule['reason']}；其余规则不受影响。"
        elif rule["state"] == "hit" and rule["reason"]:
            notes += f"\n规则“{rule.get('title') or rule['id']}”：{rule['reason']}。"
    places = f"，见于 {len(result['findings'])} 处" if result["findings"] else ""
    return f"{scores}\n发现问题：{tally(result['problems'])}{places}（{matched(result['matcher'])}）。{notes}"


def matched(matcher: str) -> str:
    """How the rules were matched, as people say it; `matcher` as the result has it names the programs."""
    if matcher == "durable-rules+plain、plain":
        return "规则由一种办法核对，抽出的由两种办法核对，结果一致"
    for written, said in _MATCHED:
        matcher = matcher.replace(written, said)
    return matcher


_MATCHED = (
    ("durable-rules+plain", "规则由两种办法核对，结果一致"),
    ("plain (durable-rules failed: ", "规则由一种办法核对（另一种没有运行："),
    ("plain", "规则由一种办法核对"),
    ("durable-rules", "另一种办法"),
)


def rules_told(rules: Collection[ResultRule]) -> str:
    """What came of all rules, in one sentence."""
    numbers = {state: sum(rule["state"] == state for rule in rules) for state in RULE_STATES}
    said = "，".join(f"{RULE_STATES[state]} {number} 条" for state, number in numbers.items() if number)
    return f"规则共 {len(rules)} 条：{said}。"


def clause_ids(value: object) -> list[str]:
    """Every clause cited anywhere in a part of the document, each once."""
    found: dict[str, None] = {}
    pending = [value]
    while pending:
        node = pending.pop()
        if isinstance(node, Mapping):
            found |= {inner: None for key, inner in node.items() if str(key).endswith("basis") and isinstance(inner, str)}
            pending += node.values()
        elif isinstance(node, list | tuple):
            pending += node
    return list(found)


def headline(policy: ResultPolicy | None) -> str:
    """What a result is by, for the first line of every view: the policy, that it is a draft, or that there is none."""
    if policy is None:
        return "没有适用的政策：没有计分，只作不用到分值、档次和等级的核对（policy 为 null）"
    if policy["status"] == "draft":
        return f"按未经核实的草案 {policy['id']} 计分：{policy['title']}"
    return f"政策 {policy['id']}：{policy['title']}"


def caution(policy: ResultPolicy | None) -> str:
    """The headline where whoever reads a result must know before all else what it is by: a draft, or no policy; else empty."""
    return headline(policy) if policy is None or policy["status"] == "draft" else ""
