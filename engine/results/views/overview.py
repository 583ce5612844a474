"""The first sheet of a workbook: what it was made by and of, its totals, what must be known first, and what was not read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from engine.language.rules import SEVERITIES
from engine.results.model import Result
from engine.results.reading import apart, caution, differs, numbers_of, rules_told
from engine.results.views.columns import Column
from engine.results.views.problems import heads_told
from engine.results.views.questions import readings
from engine.results.views.tables import UNREAD, heads, lent

FILES_SHOWN = 50
"""Files that were read, by name; of more how many."""
OverviewRow = tuple[str, str | int]
_ABOUT = (
    "涉及分值、涉及金额写在每个问题的第一行，一个问题有几处的不重复，可以直接合计。金额都是万元，执行率、完成率是数。",
    "问题明细的“处理意见”从下拉里选，也可以另写；条文、类别、规则三栏供查看，不打印。",
    "同样的表、同样的规则，同一天核对两次的文件逐字节相同。",
)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a result does not say of itself: the files it was made of (names, where it lists none), the day of `--on-date`, and the
    day it was checked on."""

    files: Sequence[str] = ()
    on: date | None = None
    day: date | None = None


def overview(result: Result, occasion: Occasion) -> list[OverviewRow]:
    """The rows of 概况: what, and what of it."""
    return [*_by(result, occasion), *_totals(result), *_first(result), *_open(result), *_files(result, occasion), *_notes(result)]


def _by(result: Result, occasion: Occasion) -> Iterator[OverviewRow]:
    if occasion.day:
        yield "核对日期", occasion.day.isoformat()
    for policy in heads(result):
        yield "政策", caution(policy) or (f"{policy['title']}（{policy['id']}）" if policy else "")
        if policy:
            yield "规则的校验码（SHA-256）", policy["sha256"]
    if told := lent(result):
        yield "表样", told.lstrip("；")
    yield "程序", f"jixiao {result['engine']}"
    yield "年度", "、".join(str(year) for year in sorted({form["fiscal_year"] for form in result["forms"]}))
    if occasion.on:
        yield "填报日期（--on-date）", occasion.on.isoformat()


def _totals(result: Result) -> Iterator[OverviewRow]:
    forms = result["forms"]
    items = [item for form in forms for item in form["indicators"]]
    yield "单位", len({form["unit"] for form in forms})
    yield "自评表", len(forms)
    yield "自评总分与计算总分不同的表", sum(differs(form["scores"]["total"]) for form in forms)
    if gap := max((apart(form["scores"]["total"]["reported"], form["scores"]["total"]["computed"]) for form in forms), default=0):
        yield "总分最多相差", f"{gap} 分"
    yield "指标", len(items)
    yield "得分不同的指标", sum(differs(item) for item in items)
    yield "待人工判断的指标", sum(item["status"] in ("needs_review", "error") for item in items)
    yield "问题", len(result["problems"])
    for severity, number in numbers_of(result["problems"]).items():
        yield f"其中{SEVERITIES[severity]}", number
    yield "问题共有几处", len(result["findings"])


def _first(result: Result) -> Iterator[OverviewRow]:
    for n, told in enumerate(heads_told(result), start=1):
        about = f"（{told.about}）" if told.about else ""
        yield f"先要知道的 {n}", f"[{told.level}] {told.concern['title']}{about}"


def _open(result: Result) -> Iterator[OverviewRow]:
    for question in result["questions"]:
        yield "待答复", f"{question['ask'] or question['subject']}（{'、'.join(question['forms'])}）{readings(question)}"
    if ran := result.get("rules"):
        yield "规则", rules_told(ran)


def _files(result: Result, occasion: Occasion) -> Iterator[OverviewRow]:
    listed = result.get("files")
    read = [file["name"] for file in listed if file["status"] == "read"] if listed is not None else list(occasion.files)
    yield "读入的文件", len(read)
    for name in read[:FILES_SHOWN]:
        yield "读入", name
    if len(read) > FILES_SHOWN:
        yield "读入", f"另有 {len(read) - FILES_SHOWN} 个"
    for file in listed or ():
        if file["status"] != "read":
            yield UNREAD[file["status"]], f"{file['name']}：{file.get('reason', '')}"
    for problem in result.get("input_problems", ()):
        right = f"；应为：{problem['expected']}" if "expected" in problem else ""
        yield "读入时的问题", f"{problem['where']}：{problem['message']}{right}"


def _notes(result: Result) -> Iterator[OverviewRow]:
    for note in result.get("notes", ()):
        yield "注意", note
    for text in _ABOUT:
        yield "说明", text


OVERVIEW_ROWS: tuple[Column[OverviewRow], ...] = (
    Column("项目", lambda row: row[0], "name"),
    Column("内容", lambda row: row[1], wide=120),
)
"""The sheet 概况."""
