"""The prose of drafted reports, frozen, over bundles whose drafts once were wrong in instructive ways, and two more.

`drafts/<name>.json` is a record, `drafts/<name>.txt` what is drafted of it, down to the attachment. Beside what is frozen, every
draft is held against what no draft may say. To write the texts anew after a change of wording, and then read the diff:

    JIXIAO_GOLDEN=write pytest tests/golden/test_drafted_reports.py
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import Jixiao

HOME = Path(__file__).parent / "drafts"
NAMES = [path.stem for path in sorted(HOME.glob("*.json"))]
FORMULAS = (
    r"原因：【请填写原因】",
    r"原因见前文",
    r"没有发现需要在本报告中说明的管理问题",
    r"【请填写改进措施】",
    r"定性的写明达到的标准",
    r"(?:项目|部门整体支出)的\d+个指标中没有(?:\w\w\w?指标、?)+",
    r"为(?:项目|部门整体支出)增设(?:\w\w\w?指标、?)+",
    r"按资金主要用途增设产出和效益指标",
    r"按实际进度测算以后年度资金需求，加强执行监控",
    r"同步监控资金支出进度和指标完成进度，两者不一致的及时查明",
    r"编制以后年度预算时，参照\d+年度实际需要测算，减少年中调整",
    r"调整预算的，同步调整绩效目标",
    r"年度目标\d+将“\w+指标”归在“\w+指标”下，应属“\w+指标”",
    r"按指标体系调整“\w+指标”所属的一级指标",
    r"我单位拟将本次自评结果作为以后年度安排(?:项目|部门整体支出)预算的依据",
)
"""What may stand in sections 三 and 四 of two drafts alike: a section names its form once."""
NEVER = (
    *("项目项目", "缺乏挑战性", "自评打分偏宽", "未完成原因：无", "均未完成", "仅0个", "有待补充", "类似情况共", "执行情况较好"),
    *("“”", "‘’", "（）", "…", "没有看到", "对照计分办法复核", "原自评得分", "主要原因是", "None", "nan", "{", "}", "（未填）"),
    *("全部得满分", "均得满分", "jixiao", "--policy", "policy 为", "通行做法"),
    *("得分，", "不能按规则算出得分", "反向指标超过目标", "较多指标", "。。", "；。", "，。", "，，", "“““", "为“为"),
)
"""What stood in drafts and was wrong of its kind, and what nobody means to write."""
ENGINE = re.compile(r"[a-z]+\.[a-z]+(?:-[a-z]+)*|\bP\d+\b|[a-z]+-\d{4}#|\b[0-9a-f]{12,}\b")
"""Ids of rules, problems and clauses, and hashes."""
NUMBER = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")
ASK = re.compile(r"【请[^】]+】")
MONEY = re.compile(r"[0-9][0-9,.]*(?:万元|元)")
FINE_MONEY = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})*\.[0-9]{2}万元")


@dataclass(frozen=True)
class Drafted:
    """A form's draft, with its result and its record."""

    name: str
    text: str
    form: Any
    result: Any
    record: Any

    @property
    def prose(self) -> str:
        """Without table rows."""
        return "\n".join(line for line in self.text.splitlines() if not line.startswith("|"))

    def section(self, begin: str, end: str = "") -> str:
        found = self.text.split(f"## {begin}、")[1]
        return found.split(f"## {end}、")[0] if end else found


@pytest.fixture(scope="module")
def all_drafts(shown: Jixiao, facts_alone: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Drafted]:
    """Every draft of the bundles here and of the four published forms, these from the facts alone: what a body wrote itself in a
    report stays as it is."""
    return [draft for name in [*NAMES, "seed"] for draft in _drafts(shown, facts_alone, tmp_path_factory.mktemp(name), name)]


def _drafts(shown: Jixiao, seed: Path, out: Path, name: str) -> Iterator[Drafted]:
    path = seed if name == "seed" else HOME / f"{name}.json"
    result = shown("evaluate", path, "--format", "json").data
    record = json.loads(shown("read", path).out)
    run = shown("report", path, "--out", out, "--format", "markdown")
    assert run.status == 0, run.err
    texts = [Path(line).read_text(encoding="utf-8").replace("\\", "").split("\n## 附件")[0] + "\n" for line in run.out.split()]
    for form, text, own in zip(result["forms"], texts, record["forms"], strict=True):
        yield Drafted(name, text, form, result, own)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_drafted(all_drafts: list[Drafted], name: str) -> None:
    told = "\n".join(draft.text for draft in all_drafts if draft.name == name)
    frozen = HOME / f"{name}.txt"
    if os.environ.get("JIXIAO_GOLDEN") == "write":
        frozen.write_text(told, encoding="utf-8", newline="\n")
    assert told == frozen.read_text(encoding="utf-8"), "if meant: JIXIAO_GOLDEN=write pytest tests/golden/test_drafted_reports.py"


def test_no_draft_says_what_no_draft_may_say(all_drafts: list[Drafted]) -> None:
    said = [(draft.name, word) for draft in all_drafts for word in NEVER if word in draft.prose]
    assert said == []
    assert [(draft.name, found[0]) for draft in all_drafts for found in ENGINE.finditer(draft.prose)] == []


def test_no_name_is_cut_or_quoted_amiss(all_drafts: list[Drafted]) -> None:
    """What stands in quotation marks in sections 三 and 四 is a name, a value, a goal or a section of the record, whole."""
    for draft in all_drafts:
        known = re.sub(r"[“”‘’]", "", _texts(draft.record) + _texts(draft.result))
        quoted = re.findall(r"“((?:[^“”])+)”", draft.section("三"))
        assert quoted or "没有发现" in draft.text or draft.name == "g_nobudget"  # of which nothing of an indicator is told
        assert [text for text in quoted if re.sub(r"[‘’]", "", text) not in known and not text.startswith("年度目标")] == [], (
            draft.name
        )
        depth = 0
        for sign in draft.prose:
            depth += (sign == "“") - (sign == "”")
            assert depth in (0, 1), (draft.name, "quotation marks in quotation marks")


def test_every_number_is_a_fact(all_drafts: list[Drafted]) -> None:
    for draft in all_drafts:
        facts = _numbers(_texts(draft.result)) | _numbers(_texts(draft.record)) | _counted(draft.form)
        facts |= {round(number / 10_000, 2) for number in facts} | {number * 100 for number in _numbers(_texts(draft.form))}
        prose = re.sub(r"（以下简称[^）]*）", "", draft.prose)
        strange = {number for number in _numbers(prose) if number.normalize() not in {one.normalize() for one in facts}}
        assert not strange - {Decimal(90)}, (draft.name, strange)  # 90 %: the policy's line for low execution


def test_amounts_have_one_form(all_drafts: list[Drafted]) -> None:
    for draft in all_drafts:
        filed = _texts(draft.record)  # targets and actual values in money stand as they were filed
        amounts = [amount for amount in MONEY.findall(draft.prose) if amount not in filed or FINE_MONEY.fullmatch(amount)]
        assert [amount for amount in amounts if not FINE_MONEY.fullmatch(amount)] == [], draft.name
        assert "预算" not in draft.section("二", "三").split("## （二）")[0] or amounts or draft.name in ("g_nobudget",)


def test_the_parts_add_up_to_the_total_or_the_text_says_they_do_not(all_drafts: list[Drafted]) -> None:
    for draft in all_drafts:
        text = draft.section("一", "二").split("自评等级")[0]
        total = re.search(r"得分为([0-9.]+)分", text)
        parts = re.findall(r"得([0-9.]+)分", text)
        assert total, draft.name
        adds_up = sum(map(Decimal, parts)) == Decimal(total[1])
        assert adds_up != ("不一致" in text), draft.name


def test_no_two_drafts_share_a_sentence(all_drafts: list[Drafted]) -> None:
    """In sections 三 and 四: what the program writes names what it is about. What may be alike is listed; two forms of one bundle
    may have the same indicator, of which the same is to be said."""
    where: defaultdict[str, set[int]] = defaultdict(set)
    for number, draft in enumerate(all_drafts):
        lines = [line for line in draft.section("三").splitlines()[1:] if line and not line.startswith("#")]
        for sentence in re.split(r"[。；]", "。".join(lines[:-2])):  # the last two are unit and date
            where[re.sub(r"^[一二三四五六七八九十]是", "", sentence.strip())].add(number)
    shared = {sentence: drafts for sentence, drafts in where.items() if len(drafts) > 1 and sentence}
    plain = {sentence: drafts for sentence, drafts in shared.items() if not any(re.fullmatch(one, sentence) for one in FORMULAS)}
    for sentence, drafts in plain.items():
        names = [{_folded(row["name"]) for row in all_drafts[number].form["indicators"]} for number in drafts]
        assert any(_folded(name) in set.intersection(*names) for name in re.findall(r"“([^“”]+)”", sentence)), sentence


def test_every_cause_is_given_or_asked_for(all_drafts: list[Drafted]) -> None:
    """A paragraph of section 三 tells a cause of the form's own, or asks for one; so does each row of what was not completed."""
    for draft in all_drafts:
        for paragraph in re.findall(r"### （.+\n\n(.+)\n", draft.section("三", "四")):
            assert "原因：【请填写原因】" in paragraph or "原因见前文" in paragraph, (draft.name, paragraph)
        filed = _texts(draft.record)
        rows = [line.strip("| ").split(" | ") for line in draft.section("二", "三").splitlines() if line.startswith("| ")]
        for cell in (row[-1] for row in rows[2:]):
            assert ASK.fullmatch(cell) or cell == "见表后说明" or cell in filed, (draft.name, cell)


def test_what_is_undecided_is_asked_and_not_told_as_missed(all_drafts: list[Drafted]) -> None:
    """Nor as reached: by name it stands where it is asked for, and in no list of what was or was not completed."""
    seen = 0
    for draft in all_drafts:
        second = draft.section("二", "三")
        undecided = {row["name"] for row in draft.form["indicators"] if row["met"] == "unknown"}
        decided = {row["name"] for row in draft.form["indicators"] if row["met"] != "unknown"}
        told = [line for line in second.splitlines() if "【请核实是否完成】" not in line]
        for name in undecided - decided:
            seen += 1
            assert not any(f"“{name}”" in line or f"| {name} |" in line for line in told), (draft.name, name)
        assert "尚待核实" in second or not undecided, draft.name
    assert seen, "there are such in the bundles"


def test_an_event_that_was_not_to_happen_comes_first(all_drafts: list[Drafted]) -> None:
    for name, event in (("d_roads", "重大安全责任事故次数"), ("j_schools", "校园欺凌事件起数")):
        (draft,) = (draft for draft in all_drafts if draft.name == name)
        first = draft.section("三", "四").split("### （二）")[0]
        assert re.search(f"“{event}”（10分）目标为0.，实际发生[12].。", first)


def _folded(text: str) -> str:
    return re.sub(r"[“”‘’]", "", text)


def _texts(node: Any) -> str:
    if isinstance(node, dict):
        return "\n".join(map(_texts, node.values()))
    return "\n".join(map(_texts, node)) if isinstance(node, list) else str(node)


def _numbers(text: str) -> set[Decimal]:
    return {Decimal(found.replace(",", "")) for found in NUMBER.findall(text)}


def _counted(form: Any) -> set[Decimal]:
    """How many there are of what the result lists, and what their weights add up to."""
    rows = form["indicators"]
    out: set[Decimal] = set()
    for level in (None, *(row["level1"] for row in rows), *(row["goal"] for row in rows)):
        inside = [row for row in rows if level in (None, row["level1"], row["goal"])]
        out |= {Decimal(len(inside)), *(Decimal(sum(row["met"] == met for row in inside)) for met in ("yes", "no", "unknown"))}
    missed = [row for row in rows if row["met"] == "no"]
    weights = [Decimal(row["weight"] or 0) for row in missed]
    plain = [w for w, row in zip(weights, missed, strict=True) if row["target"][:1] != "0"]
    known = [score["reported"] for key, score in form["scores"].items() if key != "total" and score["reported"]]
    out |= {sum(weights, Decimal(0)), sum(plain, Decimal(0)), Decimal(len(plain)), sum(map(Decimal, known), Decimal(0))}
    out |= {Decimal(len({row["goal"] for row in rows})), Decimal(sum("exceeded_by" in row and row["met"] == "yes" for row in rows))}
    out |= {Decimal(sum(row["status"] != "scored" for row in rows) + (form["scores"]["execution"]["computed"] is None))}
    return out | {Decimal(n) for n in range(len(rows) + 1)}
