"""The workbook of a batch: every form in numbers, causes and rules counted over all, and in words the problems of the bundles that
were judged again for it (`--words`), the worst findings' own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from engine import __version__
from engine.bulk.batch.summary import results
from engine.bulk.corpus.columns import FORM_SHIFT, SCALE, WIDE_SCALE
from engine.bulk.corpus.store import duckdb_connection, open_corpus, quoted
from engine.bulk.corpus.tables import TEXTS
from engine.findings.findings import Findings
from engine.language.causes import ProblemTelling
from engine.language.rules import SEVERITIES
from engine.policy.model import Policy
from engine.results.concerns import Numbered, concerns
from engine.results.document import policy_data, to_data
from engine.results.model import Result
from engine.results.reading import form_kind, rules_told
from engine.results.views.columns import Column, sheet
from engine.results.views.details import PRINTED, detail_columns, details
from engine.results.views.excel import make
from engine.results.views.form_lines import wan_of
from engine.results.views.overview import OVERVIEW_ROWS, OverviewRow
from engine.results.views.problems import heads_told
from engine.results.views.tables import INDICATORS, RULES, indicators, parts, ran
from engine.results.views.workbook import RULES_PRINTED
from engine.scoring.model import Evaluation
from engine.values.rounding import rounded

_PLACES = 6
_ABOUT = (
    "各表、问题汇总、规则是全部申报的；问题明细和得分是问题最重的那些份的（--words），各份的问题全部列出。",
    "涉及分值、涉及金额写在每个问题的第一行，可以直接合计。金额都是万元，执行率、完成率是数。",
    "问题明细的“处理意见”从下拉里选，也可以另写；条文、类别、规则三栏供查看，不打印。",
)
Row = Mapping[str, Any]


@dataclass(slots=True)
class Rejudged:
    """The bundles that were judged again, one by one, as they are seen."""

    result: Result = field(
        default_factory=lambda: Result(engine=__version__, forms=[], findings=[], problems=[], head=[], questions=[])
    )
    numbered: list[Numbered] = field(default_factory=list)
    telling: ProblemTelling = field(default_factory=ProblemTelling)

    def add(self, number: int, evaluation: Evaluation, checked: Findings) -> None:
        """One bundle, by its number in the corpus."""
        own, whole = to_data(evaluation, checked), self.result
        self.telling = evaluation.policy.telling
        self.numbered.append(Numbered(checked, own["forms"], number, len(whole["forms"]), len(whole["findings"])))
        whole["forms"] += [{**form, "bundle": number, "policy": evaluation.policy.id} for form in own["forms"]]
        whole["findings"] += [{**finding, "bundle": number} for finding in own["findings"]]

    def whole(self) -> Result:
        """All of them as one result, their problems in one order."""
        problems, head = concerns(self.numbered, self.telling)
        return {**self.result, "problems": problems, "head": head}


def batch_workbook(
    corpus: Path, out: Path, data: Row, policies: Mapping[str, Policy], rejudged: Rejudged, day: date | None = None
) -> bytes:
    """The workbook of the results at `out`. `data`: their summary; `day`: on which it was made."""
    told = rejudged.whole()
    scores = [row for form in told["forms"] for rows in (parts(form), indicators(form)) for row in rows]
    rules: Any = {"rules": data["ran"]}
    return make(
        [
            sheet("概况", OVERVIEW_ROWS, list(_overview(data, policies, told, day))),
            sheet("各表", FORMS, _forms(corpus, out, policies), left=3),
            sheet("问题汇总", CAUSES, data["causes"]),
            sheet("问题明细", detail_columns(), details(told, policies), printed=PRINTED),
            sheet("得分", INDICATORS, scores),
            sheet("规则", RULES, ran(rules), printed=RULES_PRINTED),
        ]
    )


def _overview(data: Row, policies: Mapping[str, Policy], told: Result, day: date | None) -> Iterator[OverviewRow]:
    if day:
        yield "核对日期", day.isoformat()
    for note in data["notes"]:
        yield "注意", note
    for policy in policies.values():
        named = policy_data(policy)
        yield "政策", f"{named['title']}（{named['id']}）"
        yield "规则的校验码（SHA-256）", named["sha256"]
    yield "程序", f"jixiao {__version__}"
    yield "自评表", data["forms"]
    yield "自评总分与计算总分不同的表", data["totals"]["differ"]
    yield "没有总分的表（待人工判断）", data["totals"]["open"]
    yield "指标", data["indicators"]
    for key, title in SEVERITIES.items():
        yield f"{title}（处）", data["findings"].get(key, 0)
    yield "问题明细列出的份数", len({form.get("bundle") for form in told["forms"]})
    for n, problem in enumerate(heads_told(told), start=1):
        yield f"先要知道的 {n}", f"[{problem.level}] {problem.concern['title']}（{problem.unit}：{problem.about}）"
    if taken := data["reference"]["bundles"]:
        yield "注意", f"有 {taken} 份由参照执行器核对；其中数据库存不下的，各表里没有金额"
    yield "规则", rules_told(data["ran"])
    for kind, lines in (("没有核对", data["problems"]), ("注意", data["told"]), ("说明", _ABOUT)):
        for line in lines:
            yield kind, line


_COUNTED = ", ".join(f"count(*) FILTER (severity = '{key}') AS {key}" for key in SEVERITIES)


def _forms(corpus: Path, out: Path, policies: Mapping[str, Policy]) -> Sequence[Row]:
    """Every form: its scores, its money as filed, and how many findings it has, most errors first."""
    stored = open_corpus(corpus).parts
    filed, texts = (_files(part.file(name) for part in stored) for name in ("form", TEXTS))
    by_folder = {name.replace("/", "_"): policy for name, policy in policies.items()}
    with duckdb_connection() as con:
        found = con.execute(
            "SELECT form.*, budget, executed, execution_rate, money.text AS money_unit, counted.* EXCLUDE (policy, bundle, form) "
            f"FROM {results(out, 'forms')} AS form "
            f"LEFT JOIN (SELECT form_key, budget, executed, execution_rate, money_unit FROM {filed}) AS filed "
            f"ON filed.form_key = form.bundle * {FORM_SHIFT} + form.form_number "
            f"LEFT JOIN (SELECT DISTINCT id, text FROM {texts}) AS money ON money.id = filed.money_unit "
            f"LEFT JOIN (SELECT policy, bundle, form, {_COUNTED} FROM {results(out, 'findings')} GROUP BY ALL) AS counted "
            "USING (policy, bundle, form) "
            f"ORDER BY {', '.join(f'coalesce({key}, 0) DESC' for key in SEVERITIES)}, bundle, form_number"
        )
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    for row in rows:
        words = policy.words if (policy := by_folder.get(row["policy"])) else None
        for name in ("budget", "executed"):
            if row[name] is not None:
                row[name] = wan_of(_plain(Decimal(row[name]) / SCALE), row["money_unit"] or "", words)
    return rows


def _files(paths: Iterable[Path]) -> str:
    return f"read_parquet([{', '.join(quoted(str(path)) for path in paths)}], union_by_name = true)"


def _plain(value: Any) -> str:
    """A number of a database as the forms have it, without noughts that its column adds."""
    return format(Decimal(str(value)).normalize(), "f")


def _number(row: Row, name: str) -> Decimal | None:
    return None if row[name] is None else Decimal(_plain(row[name]))


def _scored(title: str, name: str) -> Column[Row]:
    return Column(title, lambda row: _number(row, name), "number")


def _counted(key: str, title: str) -> Column[Row]:
    return Column(title, lambda row: row[key] or 0, "count")


def _share(part: Any, whole: Any) -> Decimal | None:
    return rounded(Fraction(int(part), int(whole)), _PLACES) if whole else None


def _rate(row: Row) -> Decimal | None:
    rate = row["execution_rate"]
    return None if rate is None else rounded(Fraction(int(rate), WIDE_SCALE * 100), _PLACES)


FORMS: tuple[Column[Row], ...] = (
    Column("单位", lambda row: row["unit"], wide=30),
    Column("年度", lambda row: int(row["fiscal_year"]), "count"),
    Column("自评表", lambda row: row["form"], "name", wide=40),
    Column("表种", lambda row: form_kind(row["kind"])),
    _scored("自评总分", "total_reported"),
    _scored("计算总分", "total_computed"),
    _scored("可能最低", "total_low"),
    _scored("可能最高", "total_high"),
    Column("自评等级", lambda row: row["grade_reported"] or ""),
    Column("计算等级", lambda row: row["grade_computed"] or ""),
    Column("指标", lambda row: row["indicators"], "count"),
    Column("完成", lambda row: row["met"], "count"),
    Column("完成率", lambda row: _share(row["met"], row["indicators"]), "rate"),
    Column("预算数（万元）", lambda row: row["budget"], "money"),
    Column("执行数（万元）", lambda row: row["executed"], "money"),
    Column("执行率", _rate, "rate"),
    *(_counted(key, f"{title}（处）") for key, title in SEVERITIES.items()),
)
"""The sheet 各表 of a batch."""
CAUSES: tuple[Column[Row], ...] = (
    Column("问题", lambda row: row["title"], "name"),
    Column("份数", lambda row: row["bundles"], "count"),
    Column("自评表数", lambda row: row["forms"], "count"),
    Column("处数", lambda row: row["findings"], "count"),
)
"""The sheet 问题汇总 of a batch."""
