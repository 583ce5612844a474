"""The HTML page: valid, self-contained, escaped, complete without script, and true to the result document."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Forms, replace_once

from engine.errors import PolicyError
from engine.intake.bundle import read_bundle
from engine.policy.library import library
from engine.policy.model import Policy
from engine.reports.context import contexts
from engine.reports.draft import Draft, drafts
from engine.reports.html import MOST_PROBLEMS, index_of, pages, render
from engine.reports.index import page as index_page
from engine.reports.problems import cut, unbroken
from engine.results.bundles import checked_bundles
from engine.templating.page import self_contained
from engine.templating.weights import JOINER

justhtml = pytest.importorskip("justhtml", reason="needs justhtml, which `pip install -e '.[dev]'` brings")
TEMPLATES = ROOT / "templates"
CSS = (TEMPLATES / "page" / "report.css").read_text(encoding="utf-8")
NUMBER = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Page:
    """A rendered page, what it was made from, and its tree."""

    html: str
    result: Any
    drafts: Sequence[Draft]
    policy: Policy
    tree: Any

    def all(self, selector: str) -> list[Any]:
        return list(self.tree.query(selector))

    def text(self, selector: str = "body") -> str:
        return " ".join(words(node) for node in self.all(selector))

    def elements(self) -> list[Any]:
        return [node for node in self.all("*") if node.attrs is not None]


def words(node: Any) -> str:
    """All the text under a node as a reader gets it, but for style and script."""
    if node.name == "#text":
        return str(node.data)
    if node.name in ("style", "script"):
        return ""
    text = "".join(words(child) for child in node.children or ())
    return f" {text} " if node.name in ("td", "th", "dt", "dd", "li", "p", "caption", "summary") else text


def squeezed(text: str) -> str:
    return "".join(text.replace(JOINER, "").split())


def make(path: Path, roots: Sequence[Path] = (TEMPLATES,)) -> Page:
    bundle = read_bundle([path], library())
    result = next(checked_bundles([bundle])).result
    made = drafts(contexts(result, bundle.submission.forms, bundle.policy), bundle.policy, [TEMPLATES])
    return shown(result, made, bundle.policy, roots)


def shown(result: Any, made: Sequence[Draft], policy: Policy, roots: Sequence[Path] = (TEMPLATES,)) -> Page:
    html = render(result, made, policy, roots)
    return Page(html, result, made, policy, justhtml.JustHTML(html, strict=True, sanitize=False))


@pytest.fixture(scope="module")
def page(seed: Path) -> Page:
    return make(seed)


def test_the_page_is_valid_html(page: Page) -> None:
    """`strict` raised at the first parse error of the HTML standard; here is what the standard says of ids and landmarks."""
    ids = [node.attrs["id"] for node in page.elements() if "id" in node.attrs]
    assert [name for name, times in Counter(ids).items() if times > 1] == []
    assert page.html.lstrip().lower().startswith("<!doctype html>")
    assert page.all("html")[0].attrs["lang"] == "zh-CN"
    assert page.text("title") == "湖北省工商业联合会2021年度绩效自评核对报告"
    for name in ("header", "main", "footer", "nav", "h1"):
        assert len(page.all(name)) == 1, name
    assert "{{" not in page.html
    assert "{%" not in page.html


def test_every_link_inside_the_page_leads_somewhere(page: Page) -> None:
    ids = {node.attrs["id"] for node in page.elements() if "id" in node.attrs}
    links = [node.attrs["href"] for node in page.all("a")]
    assert len(links) > 300
    assert {link for link in links if not link.startswith("#") or link[1:] not in ids} == set()
    named = [node.attrs["aria-labelledby"] for node in page.elements() if "aria-labelledby" in node.attrs]
    assert named
    assert set(named) <= ids


def test_nothing_is_loaded_from_outside(page: Page) -> None:
    for node in page.elements():
        assert node.name not in ("iframe", "object", "embed", "base", "img", "form"), node.name
        for name, value in node.attrs.items():
            assert not name.startswith("on"), f"a handler: {name}"
            assert name != "style", "the policy lets no style attribute through"
            if name in ("src", "href", "srcset", "action", "data", "poster", "xlink:href", "background", "formaction"):
                assert value.startswith(("#", "data:")), f"{node.name} {name}={value}"
    for node in page.all("style") + page.all("script"):
        assert not re.search(r"@import|url\(|https?:|//\w|fetch\(|XMLHttpRequest|import\(|eval\(", node.children[0].data)


def test_the_policy_lets_through_the_page_s_own_style_and_script_only(page: Page) -> None:
    policy = page.all('meta[http-equiv="Content-Security-Policy"]')[0].attrs["content"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert "unsafe" not in policy
    for name in ("style", "script"):
        (element,) = page.all(name)
        digest = base64.b64encode(hashlib.sha256(element.children[0].data.encode()).digest()).decode()
        assert directives[f"{name}-src"] == f"'sha256-{digest}'"


ATTACK = "<script>alert(1)</script>"
QUOTED = '" onmouseover="alert(2)" x="'


def test_what_the_forms_say_is_text_and_never_markup(forms: Forms) -> None:
    path = forms.write(
        ("\t服务水平（30分）\n", f"\t{ATTACK}{QUOTED}（30分）\n"),
        ("填报单位：示例单位", f"填报单位：{ATTACK}"),
        ("\t示例经费项目\n", f"\t示例{ATTACK}项目\n"),
        ("\t已完成\n", f"\t已完成</td></details>{QUOTED}<img src=x onerror=alert(3)>\n"),
    )
    attacked = make(path)
    assert ATTACK in attacked.text("header")
    assert ATTACK + QUOTED.strip() in squeezed(attacked.text("h2, th")).replace("onmouseover", " onmouseover").replace("x=", " x=")
    assert len(attacked.all("script")) == 1
    assert attacked.all("img") == []
    assert all(not name.startswith("on") for node in attacked.elements() for name in node.attrs)
    assert "alert(1)" not in attacked.all("script")[0].children[0].data
    assert ATTACK not in attacked.html


def test_headings_follow_each_other_without_a_gap(page: Page) -> None:
    levels = [int(node.name[1]) for node in page.elements() if re.fullmatch("h[1-6]", node.name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_says_what_its_rows_and_columns_are(page: Page) -> None:
    for table in page.all("table"):
        assert words(table.query("caption")[0]).strip()
        head = table.query("thead th")
        assert all(cell.attrs["scope"] == "col" and words(cell).strip() for cell in head)
        for row in table.query("tbody tr"):
            cells = [cell for cell in row.children if cell.name in ("td", "th")]
            assert sum(int(cell.attrs.get("colspan", 1)) for cell in cells) == len(head)
            if row.attrs.get("class") != "why":
                assert [cell.attrs["scope"] for cell in cells if cell.name == "th"] == ["row"]
                assert all(cell.attrs["data-l"] for cell in cells if cell.name == "td"), "the label a phone shows"


def test_what_is_not_text_has_a_name_and_what_can_be_used_has_a_label(page: Page) -> None:
    for picture in page.all("svg"):
        assert picture.attrs.get("aria-hidden") == "true" or "自评" in picture.attrs["aria-label"]
    for control in page.all("input") + page.all("select"):
        assert control.parent.name == "label"
        assert words(control.parent).strip()
    summaries = [squeezed(words(node)) for node in page.all("summary")]
    assert all(summaries)
    assert page.all("a")[0].attrs["href"] == "#main", "the skip link comes first"
    assert page.all("#tools")[0].attrs.get("hidden") is not None, "controls show only where the script runs"


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))


LIGHT = colours(CSS[: CSS.index("@media")])
DARK = LIGHT | colours(CSS[CSS.index("prefers-color-scheme: dark") : CSS.index("box-sizing")])
PRINT = LIGHT | colours(CSS[CSS.index("@media print") :])
TEXT_ON = [
    *((name, ground) for name in ("text", "muted", "link") for ground in ("page", "panel")),
    *((name, "panel") for name in ("error", "warning", "info", "same")),
    ("text", "head"),
    ("warning", "page"),
    *((name, f"{name}-bg") for name in ("error", "warning", "info")),
]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK, PRINT], ids=["light", "dark", "print"])
def test_text_and_bars_stand_out_from_their_ground(scheme: dict[str, str]) -> None:
    for text, ground in TEXT_ON:
        assert contrast(scheme[text], scheme[ground]) >= 4.5, f"{text} on {ground}"
    for name in ("reported", "computed", "focus"):
        assert contrast(scheme[name], scheme["track" if name != "focus" else "panel"]) >= 3, name


def test_every_number_is_in_the_result_or_the_record(page: Page) -> None:
    """But for counts and sums of what is listed, which are made here anew from the result document."""
    result = page.result
    known = json.dumps(result, ensure_ascii=False) + page.policy.id
    known += "".join(clause.text + clause.title + clause.source_title + clause.document for clause in page.policy.clauses.values())
    known += "".join(block.text for draft in page.drafts for block in draft.blocks)
    known += "".join(json.dumps(draft.context.data, ensure_ascii=False, default=str) for draft in page.drafts)
    weights = page.policy.scoring.weights
    numbers = {Decimal(text.replace(",", "")) for text in NUMBER.findall(known)}
    ran = Counter(rule["state"] for rule in result["rules"])
    numbers |= {Decimal(len(result["rules"])), *map(Decimal, ran.values())}
    numbers |= {weights.full_score, weights.execution, *weights.level1.values(), Decimal(256)}
    numbers |= set(map(Decimal, range(len(result["problems"]) + 1)))  # their numbers, and how many there are
    numbers |= {Decimal(len(result["rules"])), *map(Decimal, Counter(rule["state"] for rule in result["rules"]).values())}
    numbers |= {Decimal(problem["stake"]["money_yuan"] or 0) / 10_000 for problem in result["problems"]}
    for form in result["forms"]:
        for goal in {item["goal"] for item in form["indicators"]}:
            items = [item for item in form["indicators"] if item["goal"] == goal]
            numbers |= {sum(Decimal(item[key]) for item in items) for key in ("weight", "reported", "computed")}
            numbers |= {Decimal(len(items)), Decimal(sum(item["met"] == "yes" for item in items)), Decimal(0)}
    text = page.text() + " ".join(node.attrs["aria-label"] for node in page.all("svg.bar"))
    text = re.sub(r"[0-9a-f]{12,64}", "", text)
    strange = {found for found in NUMBER.findall(text) if Decimal(found.replace(",", "")) not in numbers}
    assert strange == set()
    assert len(NUMBER.findall(text)) > 3000


def test_the_page_is_complete_without_script(page: Page) -> None:
    text = squeezed(page.text("main"))
    sources = page.result["forms"][0]["where"].partition("：")[0]
    for finding in page.result["findings"]:
        parts = [finding[key] for key in ("message", "advice", "title", "rule")]
        parts += [page.policy.clauses[finding["basis"]].text]
        parts += [item["where"].removeprefix(f"{sources}：") for item in finding["evidence"]]
        parts += [item["value"] for item in finding["evidence"] if item["field"] != "attainment"]
        assert [part for part in parts if squeezed(part) not in text] == []
    for form in page.result["forms"]:
        for item in form["indicators"]:
            trace = item["trace"]
            parts = [item["name"], item["target"], item["actual"], trace["label"], trace["case"], trace["rounding"]]
            parts += [trace.get("formula", ""), trace.get("operands", ""), trace["unrounded"], trace.get("tier_range", "")]
            parts += [page.policy.clauses[trace["basis"]].text, trace.get("comparison", ""), *trace.get("notes", [])]
            parts += [step["label"] for step in trace["recognition"] if step["table"] != "attainment"]
            assert [part for part in parts if squeezed(part) not in text] == []
    for draft in page.drafts:
        assert [b.text for b in draft.blocks if b.kind != "table" and squeezed(b.text) not in text] == []
        assert [item["reason"] for item in draft.context.data["unmet"] if squeezed(item["reason"]) not in text] == []


def test_differences_are_told_by_sign_and_word(page: Page) -> None:
    (overview,) = page.all("section[aria-labelledby=overview] table")
    verdicts = [squeezed(words(row.query(".mark")[0])) for row in overview.query("tbody tr")]
    assert verdicts == ["＝一致", "＝一致", "＝一致", "≠不同"]
    marked = [row.attrs["id"] for row in page.all(".indicators tr") if "id" in row.attrs and row.query(".wrong")]
    assert len(marked) == 1
    chips = {squeezed(words(node)) for node in page.all(".chip")}
    assert {chip.partition("·")[0] for chip in chips} == {"×错误", "▲警告", "●提示"}
    assert {chip.partition("·")[2] for chip in chips} == {"", "待核实"}


def test_what_must_be_known_first_stands_before_all_else(page: Page) -> None:
    first = page.all("main section")[0]
    assert words(first.query("h2")[0]) == "先要知道的"
    told = [problem for problem in page.result["problems"] if problem["id"] in page.result["head"]]
    items = first.query("ol.heads > li")
    assert len(items) == len(told) >= 5
    for item, problem in zip(items, told, strict=True):
        said = squeezed(words(item))
        assert squeezed(problem["title"]) in said
        assert squeezed(problem["advice"]) in said
        links = [link.attrs["href"] for link in item.query("a")]
        assert links == [*(f"#f{form + 1}" for form in problem["forms"]), f"#{problem['id'].lower()}"]
    stakes = [squeezed(words(node)) for node in first.query(".about .figure strong")]
    assert "20分" in stakes
    assert "107.30万元" in stakes


def test_problems_stand_in_their_order_with_their_findings_under_them(page: Page) -> None:
    problems = page.all("ol.problems > li")
    assert [node.attrs["id"].upper() for node in problems] == [problem["id"] for problem in page.result["problems"]]
    findings = page.result["findings"]
    for node, problem in zip(problems, page.result["problems"], strict=True):
        own = [findings[n] for n in problem["findings"]]
        assert node.attrs["data-severity"] == problem["severity"]
        assert node.attrs["data-certain"] == ("yes" if problem["certain"] else "no")
        assert set(node.attrs["data-category"].split()) == {finding["category"] for finding in own}
        (folded,) = node.query("details")
        assert len(folded.query(".finding")) == len(own)
        codes = {words(code) for code in folded.query("code")}
        assert codes == {finding["rule"] for finding in own}
        clauses = {link.attrs["href"] for link in folded.query(".rule > div:nth-child(2) a")}
        assert clauses
        assert all(link.startswith("#c") for link in clauses)
    assert len(page.all(".finding")) == len(findings), "each once"


def test_forms_and_rows_lead_to_the_problems_that_touch_them(page: Page) -> None:
    for number, (section, form) in enumerate(zip(page.all("section.form"), page.result["forms"], strict=True)):
        own = [problem for problem in page.result["problems"] if number in problem["forms"]]
        assert [node.attrs["href"] for node in section.query(".pointed a")] == [f"#{problem['id'].lower()}" for problem in own]
        rows = [row for row in section.query(".indicators tr") if "id" in row.attrs]
        for row, item in zip(rows, form["indicators"], strict=True):
            links = {link.attrs["href"][1:].upper() for link in row.query("th a")}
            named = {
                problem["id"]
                for problem in own
                for n in problem["findings"]
                if (page.result["findings"][n]["form"], page.result["findings"][n]["subject"]) == (form["name"], item["name"])
            }
            assert named <= links <= {problem["id"] for problem in own}
    (counts,) = [words(row) for row in page.all("section[aria-labelledby=overview] tbody tr") if "机关保障" in words(row)]
    own = [problem["severity"] for problem in page.result["problems"] if 3 in problem["forms"]]
    assert [part for part in counts.split() if part.isdigit()][-3:] == [str(own.count(s)) for s in ("error", "warning", "info")]


def test_two_rows_of_one_name_have_each_their_own_problems(forms: Forms) -> None:
    twice = make(
        forms.write(
            ("\t培训期数（20分）\n", "\t满意率（20分）\n"),
            ("\t服务投诉次数（20分）\n", "\t满意率（20分）\n"),
        )
    )
    rows = {row.attrs["id"]: row for row in twice.all(".indicators tr") if "满意率" in words(row) and "id" in row.attrs}
    assert len(rows) == 2
    led = set()
    for problem in twice.all(".problem"):
        for link in problem.query(".finding p a"):
            if (target := link.attrs["href"][1:]) in rows:
                led.add(target)
                assert f"#{problem.attrs['id']}" in {one.attrs["href"] for one in rows[target].query("th a")}
    assert led == set(rows), "by where the evidence stands, not by the name alone"


def test_what_came_of_every_rule_is_told(page: Page) -> None:
    (section,) = page.all("section[aria-labelledby=rules]")
    rows = [[squeezed(words(cell)) for cell in row.children if cell.name in ("th", "td")] for row in section.query("tbody tr")]
    rules = page.result["rules"]
    assert len(rows) == len(rules) > 100
    told = {(title, hits, reason) for title, _, hits, reason in rows}
    for rule in rules:
        assert (squeezed(rule["title"]), str(rule["hits"]), squeezed(rule["reason"]) or "—") in told
    assert f"规则共 {len(rules)} 条" in words(section)
    assert section.query("details")[0].attrs.get("open") is None


def test_a_number_stays_with_its_unit_and_a_sentence_is_cut_between_clauses() -> None:
    assert unbroken("自评 20 分，调整后 222.7 万元") == "自评 20\xa0分，调整后 222.7\xa0万元"
    assert unbroken("1 × 1 ÷ 3") == "1 × 1 ÷ 3"
    long = "“商协会管理工作经费”年初预算 330 万元，调整后 222.7 万元，压减 32.52%，报告没有说明原因"
    assert cut(long).replace("\xa0", " ") == "“商协会管理工作经费”年初预算 330 万元，调整后 222.7 万元…"
    assert cut("没有分句的话" * 6 + "共写了 12345678 处") == "没有分句的话" * 6 + "共写了…"
    assert cut("短的话。") == "短的话。"


def test_bars_reach_as_far_as_the_score(page: Page) -> None:
    (bars,) = [row.query("svg")[0] for row in page.all("section[aria-labelledby=f4] tr") if "30.00–35.99" in words(row)]
    widths = {rect.attrs["class"]: rect.attrs["width"] for rect in bars.query("rect")}
    assert widths == {"track": "100", "reported": "100", "computed": "90"}, "40 and 35.99 of 40"
    assert bars.attrs["aria-label"] == "自评 40，计算 35.99，分值 40"


def test_a_score_left_to_a_human_says_so_and_why(forms: Forms) -> None:
    asked = make(
        forms.write(
            ("\t培训期数（20分）\n", "\t培训期数\n"),
            ("\t数量指标（20分）\n", "\t数量指标\n"),
            ("\t服务投诉次数（20分）\n", "\t服务投诉次数\n"),
            ("\t质量指标（20分）\n", "\t质量指标\n"),
        )
    )
    (row,) = [row for row in asked.all(".indicators tr") if "培训期数" in words(row) and "id" in row.attrs]
    assert "？ 待人工判断" in words(row)
    assert "—" in words(row)
    (reason,) = [item["reason"] for form in asked.result["forms"] for item in form["indicators"] if item["name"] == "培训期数"]
    assert reason
    assert reason in asked.text(".why")


def test_a_page_without_findings_or_drafts(page: Page) -> None:
    bare = shown({**page.result, "findings": [], "problems": [], "head": []}, [], page.policy)
    assert bare.text().count("没有发现问题。") == 5, "of all, and of each of four forms"
    assert "先要知道的" not in bare.text()
    assert "自评报告草稿" not in bare.text()


def test_a_template_of_one_s_own_goes_before_the_shipped_one(tmp_path: Path, page: Page) -> None:
    mine = tmp_path / "page"
    mine.mkdir()
    (mine / "report.css").write_text("h1 { color: #123456; }", encoding="utf-8")
    form = (TEMPLATES / "page" / "form.html.j2").read_text(encoding="utf-8")
    (mine / "form.html.j2").write_text(replace_once(form, "<h3>自评报告草稿</h3>", "<h3>报告初稿</h3>"), encoding="utf-8")
    changed = shown(page.result, page.drafts, page.policy, [tmp_path, TEMPLATES])
    assert "报告初稿" in changed.text("h3")
    assert changed.all("style")[0].children[0].data == "h1 { color: #123456; }"
    named = replace(page.policy, narrative=replace(page.policy.narrative, page="page/short.html.j2"))
    shell = (TEMPLATES / "page" / "report.html.j2").read_text(encoding="utf-8")
    (mine / "short.html.j2").write_text(replace_once(shell, "<h1>绩效自评核对报告</h1>", "<h1>短报告</h1>"), encoding="utf-8")
    assert shown(page.result, page.drafts, named, [tmp_path, TEMPLATES]).text("h1") == "短报告"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{{ matcher }}", "{{ macher }}", "没有的名称“macher”"),
        ("{% endfor %}\n</tbody>", "</tbody>", "模板语法错误"),
        ('content="{{ protection }}"', 'content="default-src *"', "没有以安全声明开头"),
        ('<html lang="zh-CN">', '<html lang="zh-CN"><head><script src="https://example.org/x.js"></script>', "没有以安全声明开头"),
        ("{{ engine }}", "{{ ''.__class__.__mro__ }}", "没有的名称“__class__”"),
    ],
)
def test_a_wrong_template_is_told_with_its_name(page: Page, tmp_path: Path, old: str, new: str, said: str) -> None:
    shell = (TEMPLATES / "page" / "report.html.j2").read_text(encoding="utf-8")
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "report.html.j2").write_text(shell.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=said) as told:
        render(page.result, page.drafts, page.policy, [tmp_path, TEMPLATES])
    assert re.search(r"page/report\.html\.j2：第\d+行", str(told.value))


def test_the_same_result_gives_the_same_page(page: Page) -> None:
    assert render(page.result, page.drafts, page.policy, [TEMPLATES]) == page.html
    assert len(page.html.encode()) < 1_000_000


def of_many(result: Any, names: Sequence[str]) -> Any:
    """A result of so many forms like its first, each with the findings and problems of that alone, and one problem of all."""
    form = result["forms"][0]
    findings, problems = [], []
    for place, name in enumerate(names):
        for problem in result["problems"]:
            own = [n for n in problem["findings"] if result["findings"][n]["form"] == form["name"]]
            if not own:
                continue
            at = len(findings)
            findings += [{**result["findings"][n], "form": name} for n in own]
            known = {"id": f"P{len(problems) + 1}", "forms": [place], "findings": list(range(at, len(findings)))}
            problems.append({**problem, **known})
    first = {**problems[0], "id": "P0", "title": "各表都有的问题。", "forms": list(range(len(names)))}
    first["findings"] = [next(n for n, finding in enumerate(findings) if finding["form"] == name) for name in names]
    every = {"forms": [{**form, "name": name} for name in names], "findings": findings, "problems": [first, *problems]}
    return {**result, **every, "head": ["P0", *(one for one in result["head"] if one in {p["id"] for p in problems})]}


def test_of_many_forms_the_index_tells_all_problems_and_each_form_its_own(page: Page) -> None:
    names = [f"表{number}" for number in range(16)]
    many = of_many(page.result, names)
    made = dict(pages(many, [], names, page.policy, [TEMPLATES]))
    assert list(made) == [*(f"{name}.html" for name in names), "report.html"]
    trees = {name: justhtml.JustHTML(html, strict=True, sanitize=False) for name, html in made.items()}
    ids = {
        name: {node.attrs["id"] for node in tree.query("*") if node.attrs and "id" in node.attrs} for name, tree in trees.items()
    }
    for name, tree in trees.items():
        for link in tree.query("a"):
            file, _, anchor = link.attrs["href"].partition("#")
            assert (file or name) in made, link.attrs["href"]
            assert not anchor or anchor in ids[file or name], (name, link.attrs["href"])
    index = trees["report.html"]
    assert len(index.query("ol.problems > li")) == MOST_PROBLEMS < len(many["problems"])
    assert f"另有 {len(many['problems']) - MOST_PROBLEMS} 个" in words(index.query("section[aria-labelledby=problems]")[0])
    assert index.query(".finding") == [], "they are on the forms' pages"
    assert len(index.query("ol.heads > li")) == len(many["head"])
    assert len(index.query("#p0 details a")) == len(names)
    told = [item.query("p:last-child a")[0].attrs["href"] for item in index.query("ol.heads > li")]
    assert told[0] == "#p0", "what is on several forms, to where these are listed"
    assert all(link.startswith("表") for link in told[1:]), "what is on one, to its page"
    assert words(index.query("h2")[0]) == "先要知道的"
    for place, name in enumerate(names):
        own = [problem for problem in many["problems"] if place in problem["forms"]]
        tree = trees[f"{name}.html"]
        assert [node.attrs["id"].upper() for node in tree.query("ol.problems > li")] == [problem["id"] for problem in own]
        assert len(tree.query("#p0 .finding")) == 1
        assert f"别的表上还有 {len(names) - 1} 处" in words(tree.query("#p0")[0])
        assert tree.query("section[aria-labelledby=rules]") == [], "the index has them"
        (row,) = [row for row in index.query("section[aria-labelledby=overview] tbody tr") if words(row).split()[0] == name]
        assert [words(cell).strip() for cell in row.query("td")[-4:-1]] == [
            str(sum(problem["severity"] == severity for problem in own)) for severity in ("error", "warning", "info")
        ]


def test_of_a_folder_the_index_leads_to_every_form_worst_first(page: Page) -> None:
    names = [f"表{number}" for number in range(14)]
    many = of_many(page.result, names)
    many["forms"] = [{**form, "unit": f"{n % 3}号单位"} for n, form in enumerate(many["forms"])]
    kept = [problem for problem in many["problems"] if problem["id"] == "P0" or problem["forms"] != [5]]
    many |= {
        "problems": kept,
        "policies": [many["policy"]],
        "files": [{"name": "坏.doc", "status": "failed", "reason": "读不了", "forms": 0}],
    }
    hrefs = [f"{form['unit']}/{form['name']}.html" for form in many["forms"]]
    html = index_page(many, hrefs, {page.policy.id: page.policy}, [TEMPLATES])
    tree = justhtml.JustHTML(html, strict=True, sanitize=False)
    table = tree.query("#searched tbody tr")
    assert sorted(row.query("a")[0].attrs["href"] for row in table) == sorted(hrefs)
    assert words(table[-1].query("a")[0]) == "表5", "the one with a problem only stands last"
    errors = [int(words(row.query("td")[-4])) for row in table]
    assert errors == sorted(errors, reverse=True)
    assert "坏.doc：读不了" in words(tree.query("section[aria-labelledby=unread]")[0])
    (first, *_) = tree.query("section[aria-labelledby=causes] tbody tr")
    assert [words(cell).strip() for cell in first.query("td")[1:3]] == ["3", "14"], "what all have, by units and forms"
    links = {node.attrs["href"] for node in tree.query("a")}
    assert links <= {*hrefs, "#main", "#first", "#overview", "#causes", "#unread", "#rules"}


def test_three_thousand_forms_are_an_index_below_two_megabytes(page: Page) -> None:
    names = [f"关于进一步加强全区义务教育阶段学校公用经费保障机制建设专项资金{number}" for number in range(3_000)]
    unit = "东湖新技术开发区农业农村和水务湖泊局水利工程建设与运行管理中心"
    forms = [{**page.result["forms"][0], "name": name, "unit": f"{unit}{n // 6}"} for n, name in enumerate(names)]
    problems = [{**page.result["problems"][0], "id": f"P{n}", "forms": [n], "findings": [0]} for n in range(3_000)]
    many = {**page.result, "forms": forms, "problems": problems, "head": ["P0"], "policies": [page.result["policy"]]}
    hrefs = [f"{form['unit']}/2021年度{form['name']}绩效自评报告.html" for form in forms]
    html = index_page(many, hrefs, {page.policy.id: page.policy}, [TEMPLATES])
    assert html.count("<tr><td>") == 3_000
    assert len(html.encode()) < 2_000_000


def test_the_index_of_one_unit_of_three_thousand_forms_is_below_two_megabytes(page: Page) -> None:
    names = [f"高标准农田建设项目第{number}批" for number in range(3_000)]
    forms = [{**page.result["forms"][0], "name": name, "indicators": []} for name in names]
    reach = list(range(3_000))
    problems = [{**page.result["problems"][0], "id": f"P{n}", "forms": reach, "findings": []} for n in range(520)]
    many = {**page.result, "forms": forms, "problems": problems, "findings": [], "head": ["P0"]}
    html = self_contained("page/report-index.html.j2", index_of(many, names, page.policy), [TEMPLATES])
    assert len(html.encode()) < 2_000_000
    tree = justhtml.JustHTML(html, strict=True, sanitize=False)
    assert len(tree.query("#searched tbody tr")) == 3_000
    assert "等 3000 张表" in words(tree.query("#p0")[0]), "it says how many there are"
    assert len(tree.query("#p0 details a")) == 300


def test_twenty_forms_of_forty_indicators_take_no_more_than_seconds(page: Page) -> None:
    form = page.result["forms"][0]
    names = [f"第{number}张表" for number in range(20)]
    many = of_many(page.result, names)
    made = [replace(page.drafts[0], label=name) for name in names]
    assert len(form["indicators"]) == 40
    begun = time.process_time()
    html = render(many, made, page.policy, [TEMPLATES])
    assert time.process_time() - begun < 5
    assert html.count('<section class="form"') == 20


def test_the_small_form_s_page_is_valid_too(forms: Forms) -> None:
    small = make(forms.write())
    assert "自评 27，计算 27.00，分值 30" in {node.attrs.get("aria-label") for node in small.all("svg")}
