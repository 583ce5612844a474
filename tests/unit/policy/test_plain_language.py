"""What `policy explain` says: everything that is in the policy, in words and not in field names, whatever the texts hold."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Policies
from deep import some

from engine.errors import UsageError
from engine.language.fact_fields import FACTS
from engine.language.fields import COMPARED, EXECUTION, TOTAL
from engine.policy.build import build
from engine.policy.heads import heads
from engine.policy.library import library
from engine.policy.loading import resolve
from engine.policy.views import clauses as clause_views
from engine.policy.views import rendering
from engine.policy.views.clauses import clause_html, clauses, policy_html
from engine.policy.views.plain_language import PolicyReading

SHIPPED = [head.id for head in heads(library())[0] if head.status != "pack"]
GOLDEN = ROOT / "tests" / "golden" / "explained" / "hubei-2021-scoring.md"
SENTENCES = ("- 条件：", "- 结果：", "- 级别：", "- 用于：")
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>[点](javascript:alert(3)) *粗* `码` |"


@cache
def reading(policy: str) -> PolicyReading:
    resolved = resolve(policy, library())
    return PolicyReading(build(resolved), resolved)


def render(of: PolicyReading, name: str = "", *, form: str = "", roots: Sequence[Path] = ()) -> str:
    """As Markdown; without `form`, what escapes the texts' own marks taken out again."""
    said = rendering.render(of, name, form=form or "markdown", roots=roots)
    return said if form else unescaped(said)


def clause_text(of: PolicyReading) -> str:
    return unescaped(clause_views.clause_text(of, form="markdown"))


def unescaped(said: str) -> str:
    return re.sub(r"\\([\\*`|\[\]])", r"\1", said).replace("&lt;", "<").replace("&amp;", "&")


@cache
def text(policy: str) -> str:
    return render(reading(policy))


def changed(policies: Policies) -> PolicyReading:
    where = library(policies.root)
    resolved = resolve("hubei/2021", where)
    return PolicyReading(build(resolved), resolved)


def sentences(said: str) -> Iterator[str]:
    """The lines that put conditions and outcomes into words, without what is quoted as code."""
    for line in said.splitlines():
        if line.startswith(SENTENCES):
            yield re.sub(r"`[^`]*`", "", line)


@pytest.mark.deep
@pytest.mark.parametrize("policy", some(SHIPPED, 3))
def test_every_part_of_the_policy_is_explained(policy: str) -> None:
    own, said = reading(policy), text(policy)
    built = own.policy
    wanted = [f"`{name}`" for name in built.rules.rules]
    wanted += [f"`{measure.id}`" for measure in built.rules.measures]
    for table in (*built.recognition.values(), built.scoring.execution, *built.scoring.tables.values(), built.scoring.total):
        wanted += [f"`{table.name}.{case.id}`" for case in table.cases]
    for parameter in built.parameters.values():
        values = parameter.value if isinstance(parameter.value, tuple) else ()
        wanted += [f"{parameter.label} `{parameter.id}`", *values]
    wanted += [f"`{clause.id}`" for clause in built.clauses.values()]
    wanted += [" ".join(clause.text.split()) for clause in built.clauses.values()]
    wanted += [f"`grades.{band.id}`" for band in built.grades] + [f"`tiers.{band.id}`" for band in built.scoring.tiers]
    wanted += [f"`weights.{scheme.id}`" for scheme in built.scoring.weights.schemes]
    assert [item for item in wanted if item not in said] == []


@pytest.mark.deep
@pytest.mark.parametrize("policy", some(SHIPPED, 3))
def test_no_sentence_has_a_field_name_or_a_code_in_it(policy: str) -> None:
    own = reading(policy)
    fields = {name for known in (*FACTS.values(), COMPARED, EXECUTION, TOTAL) for name in known}
    raw = {name for name in fields | set(own.policy.parameters) | set(own.policy.rules.kinds) if len(name) > 2}
    raw |= {measure.id for measure in own.policy.rules.measures} | {"positive", "needs_review", "half_up", "lte", "not_in", "True"}
    wrong = [line for line in sentences(text(policy)) if raw & set(re.findall(r"[A-Za-z_][A-Za-z_0-9]*", line))]
    assert wrong == []


def test_the_scoring_of_hubei_reads_as_it_was_written() -> None:
    """Places are left out: a change elsewhere in a file is no change of words."""
    said = text("hubei/2021")
    part = said[said.index("## 各部分分值") : said.index("## 指标体系")]
    part = re.sub(r"；写在 \S+$", "", part, flags=re.MULTILINE)
    if os.environ.get("JIXIAO_GOLDEN") == "write":
        GOLDEN.write_text(part, encoding="utf-8")
    assert part == GOLDEN.read_text(encoding="utf-8"), (
        "if this is meant: JIXIAO_GOLDEN=write pytest tests/unit/test_plain_language.py"
    )


def test_a_formula_is_said_in_words_with_the_brackets_it_needs() -> None:
    said = render(reading("platform/2021"), "quantitative.inverse-linear")
    assert "得分＝分值×（1－（实际完成值－目标值）÷目标值），四舍五入，保留 2 位小数" in said
    assert "总分＝（预算执行得分＋各指标得分之和）÷总分减去不适用指标的分值×总分" in render(
        reading("sichuan/2025"), "total.rescaled"
    )


def test_tiers_and_grades_are_intervals_with_their_open_ends() -> None:
    assert "[50%，80%)，即 50%（含）至 80%（不含）" in render(reading("hubei/2021"), "tiers.partial")
    assert "总分 [70，80)" in render(reading("sichuan/2025"), "grades.中")


def test_parameters_stand_in_place_with_value_and_name() -> None:
    said = render(reading("sichuan/2025"), "quantitative.key-short")
    assert "完成值与目标值之比小于 70%（可调：部门关键指标完成值与目标值之比低于此的得 0 分）" in said
    own = render(reading("sichuan/2025"), "key_lowest")
    assert "`quantitative.key-short`、`scoring.key-indicators-unmarked`" in own.replace(
        "`scoring.key-indicators-unmarked`、`quantitative.key-short`", "`quantitative.key-short`、`scoring.key-indicators-unmarked`"
    )


def test_a_rule_is_explained_alone_with_its_clause_quoted() -> None:
    said = render(reading("hubei/2021"), "classification.level2-differs-across-forms")
    assert said.startswith("# 同一指标在两张表上的二级指标不同\n")
    assert "有一个三级指标（甲）；有另一个三级指标（乙），" in said
    assert "与甲不在同一张表上" in said
    assert "“〔甲的三级指标〕”在“〔甲的表〕”归入“〔甲的二级指标〕”" in said
    assert "“二级指标应当放在所属的一级指标之下；" in said
    assert "## " not in said.replace("# 同", "", 1)


def test_a_name_may_be_short_where_it_is_the_only_one() -> None:
    assert "`classification.money-as-quantity`" in render(reading("hubei/2021"), "money-as-quantity")


@pytest.mark.parametrize(
    ("wrong", "close"), [("quantitative.prportional", "quantitative.proportional"), ("full_scor", "full_score")]
)
def test_a_wrong_name_is_answered_with_the_nearest(wrong: str, close: str) -> None:
    with pytest.raises(UsageError) as error:
        render(reading("hubei/2021"), wrong)
    assert close in str(error.value)


def test_a_name_that_several_have_lists_them() -> None:
    with pytest.raises(UsageError) as error:
        render(reading("hubei/2021"), "otherwise")
    assert "quantitative.otherwise" in str(error.value)


@pytest.mark.deep
@pytest.mark.parametrize("policy", some(SHIPPED, 3))
def test_every_clause_is_on_the_clause_page_with_what_rests_on_it(policy: str) -> None:
    own = reading(policy)
    data = clauses(own)
    shown = [clause for source in data["sources"] for clause in source["clauses"]]
    assert sorted(clause["id"] for clause in shown) == sorted(own.policy.clauses)
    states = [clause["state"] for clause in shown]
    assert data["counts"] == {"all": str(len(shown)), **{s: str(states.count(s)) for s in clause_views.STATES}}
    said = clause_text(own)
    assert [clause["id"] for clause in shown if f"`{clause['id']}`" not in said] == []
    cited = {item["id"] for clause in shown for item in clause["items"]}
    built = own.policy
    missing = [name for name in (*built.rules.rules, *built.parameters) if name not in cited]
    assert missing == []
    assert all(item["place"].startswith("policies/") for clause in shown for item in clause["items"])


def test_the_policy_s_own_clauses_come_first() -> None:
    assert [source["id"] for source in clauses(reading("hubei/2021"))["sources"]][:3] == ["note-2021", "form-2021", "practice-2021"]


def test_what_is_not_implemented_is_said() -> None:
    said = clause_text(reading("sichuan/2025"))
    assert "### 空泛的指标 `sichuan-2025#hollow` 【没有写成】" in said
    assert "- 没有写成规则：空泛与否" in said
    assert "### 部门关键指标 `sichuan-2025#key` 【部分写成】" in said
    assert "`quantitative.key-short`" in said


def test_a_clause_nobody_cites_is_told(policies: Policies) -> None:
    extra = '      "5":\n        title: 附则\n        text: 本说明由某处解释。\n  form-2021:\n'
    policies.change("policy.yaml", ("  form-2021:\n", extra))
    said = clause_text(changed(policies))
    assert "### 附则 `note-2021#5` 【没有条目引用】" in said
    assert "没有条目引用这一条，政策也没有说明为什么" in said


def hostile(policies: Policies) -> PolicyReading:
    title = "        title: 满意度指标\n        text: 基于"
    policies.change(
        "policy.yaml",
        (title, f"        title: '{HOSTILE}'\n        text: '{HOSTILE}'\n      \"6\":\n        title: 六\n        text: 基于"),
    )
    policies.change("scoring.yaml", ("label: 预算数不是正数，执行率无从计算", f"label: '{HOSTILE}'"))
    policies.change("parameters.yaml", ("label: 总分", f"label: '{HOSTILE}'"))
    policies.change("findings/budget.yaml", ("title: 表列预算数是年初数，不是调整后的数", f"title: '{HOSTILE}'"))
    return changed(policies)


def test_hostile_texts_are_only_text_on_the_pages(policies: Policies) -> None:
    justhtml = pytest.importorskip("justhtml", reason="needs justhtml, which `pip install -e '.[dev]'` brings")
    own = hostile(policies)
    for page in (policy_html(own), clause_html(own), policy_html(own, "full_score")):
        tree = justhtml.JustHTML(page, strict=True, sanitize=False)
        assert not list(tree.query("script"))
        assert not list(tree.query("img"))
        assert all(not (node.attrs or {}).get("href", "").startswith("javascript") for node in tree.query("a"))
        assert not [node for node in tree.query("*") if any(name.startswith("on") for name in node.attrs or {})]
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "default-src &#39;none&#39;" in page
    said = render(own, form="markdown")
    assert "<script" not in said
    assert "\\[点\\](javascript" in said
    assert "\\*粗\\*" in said


def test_control_characters_do_not_reach_the_terminal(policies: Policies) -> None:
    policies.change("parameters.yaml", ("label: 总分", 'label: "总分\\e[31m红"'))
    assert "\x1b" not in render(changed(policies), form="text")


MARKS = re.compile(r"^#|`|\*\*|^- |^\s*\|", re.MULTILINE)


@pytest.mark.deep
@pytest.mark.parametrize("policy", some(SHIPPED, 3))
def test_on_the_terminal_it_opens_with_its_contents_and_has_no_marks(policy: str) -> None:
    own = reading(policy)
    for said, of in (
        (render(own, form="text"), [section for section in own.sections() if section["entries"]]),
        (clause_views.clause_text(own), clauses(own)["sources"]),
    ):
        written = [" ".join(clause.text.split()) for clause in own.policy.clauses.values() if MARKS.search(clause.text)]
        assert not written, "the texts themselves have none"
        assert not MARKS.findall(said)
        contents = said.split("\n目录\n")[1].split("\n\n")[0].splitlines()
        assert len(contents) == len(of)
        heads = [line.rpartition("（")[0] for line in contents]
        body = said.split("\n目录\n")[1].splitlines()[len(contents) :]
        assert [line for line in body if line in heads] == heads, "each stands there as it is listed, in that order"


def test_the_words_are_the_template_s(tmp_path: Path) -> None:
    own = tmp_path / "policy"
    own.mkdir()
    shipped = (ROOT / "templates" / "policy" / "sentences.j2").read_text(encoding="utf-8")
    (own / "sentences.j2").write_text(shipped.replace("得满分（得分＝分值）", "给满分"), encoding="utf-8")
    assert "- 结果：给满分。" in render(reading("hubei/2021"), "quantitative.met", roots=[tmp_path])


@pytest.mark.parametrize("make", [policy_html, clause_html])
def test_a_page_is_well_formed_and_links_inside_itself(make: Any) -> None:
    justhtml = pytest.importorskip("justhtml", reason="needs justhtml, which `pip install -e '.[dev]'` brings")
    tree = justhtml.JustHTML(make(reading("central/2021-101")), strict=True, sanitize=False)
    ids = [node.attrs["id"] for node in tree.query("[id]")]
    assert len(ids) == len(set(ids))
    links = [node.attrs["href"] for node in tree.query("a")]
    assert len(links) > 5
    assert {link[1:] for link in links} <= set(ids)
    assert all(link.startswith("#") for link in links)
