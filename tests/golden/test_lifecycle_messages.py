"""What is said when a policy is not what was published, cannot be published, made or chosen: frozen in `lifecycle/<name>.txt`.

To write the texts anew after a change of wording, and then read the diff:

    JIXIAO_GOLDEN=write pytest tests/golden
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from conftest import Forms, Jixiao, Run

from engine.changes.lifecycle import publish as policy_publish
from engine.errors import JixiaoError
from engine.policy import lock as policy_lock
from engine.policy.library import Library
from engine.policy.loading import resolve
from engine.policy.lock import Publication

HOME = Path(__file__).parent / "lifecycle"
SOURCES = "sources:\n  note: {title: 备注, evidence: read, clauses: {'1': {title: 一, text: 条文}}}\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    return tmp_path


def write(name: str, text: str = "", *, status: str = "published", more: str = "") -> Path:
    """A policy with little in it: what is frozen here is said before anything is built."""
    home = Path("mine") / name
    home.mkdir(parents=True, exist_ok=True)
    head = f"policy: {{id: {name}, title: {name}, status: {status}{more}}}\n"
    (home / "policy.yaml").write_text(head + text, encoding="utf-8")
    return home


def parameter(name: str, value: object) -> str:
    return f"  {name}: {{label: 甲, value: {value}, basis: note#1}}\n"


def lock(name: str) -> Path:
    """Lock a policy as `publish` does, without the tests it would have to pass."""
    resolved = resolve(name, Library((Path("mine"),)))
    path = policy_lock.path_of(resolved)
    published = Publication("2026-01-05T09:30:00+08:00", "0.1.0", "张三")
    path.write_text(policy_publish.text(policy_publish.locked(resolved, None, published, ())), encoding="utf-8")
    return path


def compare(name: str, told: str) -> None:
    frozen = HOME / f"{name}.txt"
    if os.environ.get("JIXIAO_GOLDEN") == "write":
        frozen.parent.mkdir(exist_ok=True)
        frozen.write_text(told, encoding="utf-8", newline="\n")
    assert told == frozen.read_text(encoding="utf-8"), "if this is meant: JIXIAO_GOLDEN=write pytest tests/golden"


def said(run: Run) -> str:
    assert run.out == "", "what fails prints no result"
    err = re.sub("现有：.*", "现有：…", re.sub("应为：[^；]*common/[^；]*；", "应为：…；", run.err))  # what is shipped changes
    return f"exit {run.status}\n{re.sub('用 .* --help', '用 jixiao … --help', err)}"


def test_a_published_policy_that_was_changed(here: Path, jixiao: Jixiao) -> None:
    write("a/pack", SOURCES + "parameters:\n" + parameter("shared", 1), status="pack")
    text = "parameters:\n" + parameter("floor", "0.5") + parameter("gone", 3)
    home = write("a/2021", text, more=", extends: a/pack")
    lock("a/2021")
    write("a/pack", SOURCES + "parameters:\n" + parameter("shared", 2), status="pack")
    write("a/2021", "parameters:\n" + parameter("floor", "0.6") + parameter("new", 4), more=", extends: a/pack")
    write("a/2022", status="draft", more=", extends: a/2021")
    run = jixiao("policy", "check", "a/2021", "--policies", "mine")
    assert run.status == 3
    compare("changed", said(run))
    child = jixiao("policy", "check", "a/2022", "--policies", "mine")
    refused = [line for line in run.errors if "发布" in line]
    assert len(refused) == 5
    assert [line for line in child.errors if "发布" in line] == refused, "what stands on it is refused as well"
    write("a/2021", text.replace("0.5", "0.6"), status="draft", more=", extends: a/pack")
    assert "与发布时不同" not in jixiao("policy", "check", "a/2021", "--policies", "mine").err, "a draft may change"
    assert (home / "policy.lock").exists()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("lock-no-yaml", "items:\n", "items: [\n"),
        ("lock-cut-off", "items:\n", ""),
        ("lock-no-hash", "sha256: ", "sha256: 0"),
        ("lock-older", "jixiao/policy-lock/1", "jixiao/policy-lock/0"),
        ("lock-foreign", "policy: a/2021", "policy: a/2020"),
        ("lock-whole-hash", "", ""),
    ],
)
def test_a_lock_that_is_none(here: Path, jixiao: Jixiao, name: str, old: str, new: str) -> None:
    write("a/2021", SOURCES)
    path = lock("a/2021")
    text = path.read_text(encoding="utf-8")
    whole = re.search(r"^sha256: (.*)", text, re.M)
    assert whole
    changed = text.replace(old, new, 1) if old else text.replace(whole[1], "0" * 64)
    if name == "lock-cut-off":
        changed = changed[: changed.index("  a/2021/policy.yaml")]
    path.write_text(changed, encoding="utf-8")
    run = jixiao("policy", "check", "a/2021", "--policies", "mine")
    assert run.status == 3
    compare(name, said(run).replace(whole[1], "<sha256>"))


def test_what_cannot_be_published(here: Path, jixiao: Jixiao) -> None:
    write("a/pack", SOURCES, status="pack")
    write("a/2020", status="draft", more=", extends: a/pack")
    write("a/2021", status="draft", more=", extends: a/2020")
    told = [said(jixiao("policy", "publish", name, "--policies", "mine")) for name in ("a/pack", "a/2021", "a/2019")]
    told += [said(jixiao("policy", "publish")), said(jixiao("policy", "publish", "a/2021", "--all"))]
    compare("publish-refused", "\n".join(told))


def test_what_was_published_is_not_replaced_in_silence(here: Path, jixiao: Jixiao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_publish, "build", lambda resolved: resolved)
    write("a/2021", SOURCES)
    lock("a/2021")
    write("a/2021", SOURCES + "parameters:\n" + parameter("new", 4), status="draft")
    told = said(jixiao("policy", "publish", "a/2021", "--policies", "mine"))
    write("a/2021", SOURCES, status="retired")
    compare("publish-again", told + said(jixiao("policy", "publish", "a/2021", "--policies", "mine")))


def test_what_cannot_be_made(here: Path, jixiao: Jixiao) -> None:
    def new(*arguments: str) -> str:
        return said(jixiao("policy", "new", *arguments))

    where = ("--from", "hubei/2021", "--into", "new")
    told = [new(id_, *where) for id_ in ("../../etc/2022", "hubei", "hubei/2023/x", "Hubei/2022", "/hubei/2023", "hubei/next")]
    (here / "new" / "hubei" / "2023").mkdir(parents=True)
    told += [new("hubei/2023", *where), new("hubei/2024", "--from", "hubei/2021"), new("hubei/2021", *where)]
    told += [new("hubei/2024", "--from", "common/notation", "--into", "new")]
    assert [path.name for path in (here / "new" / "hubei").iterdir()] == ["2023"], "nothing is left behind"
    compare("new-refused", "\n".join(told))


def child(name: str, year: int, more: str = "", status: str = "published") -> None:
    head = f", jurisdiction: hubei, fiscal_years: {{from: {year}, to: {year}}}, form_kinds: [project], extends: hubei/2021{more}"
    write(name, status=status, more=head)


def test_which_policy_fits_a_form(here: Path, jixiao: Jixiao, forms: Forms) -> None:
    """What needs a policy says so; `evaluate` and `report` go without one (tests/unit/policy/test_unjudged.py)."""
    out = ("--policies", "mine")
    form = forms.write()
    of_2024 = forms.write(("2021年度示例", "2024年度示例"), ("填报日期：2022年4月27日", "填报日期："), name="2024.txt")
    told = [said(jixiao("explain", of_2024, *out))]
    child("hubei/2021-b", 2021)
    told += [said(jixiao("explain", form, *out))]
    child("hubei/2024-a", 2024, ", in_force: {to: 2024-05-08}")
    child("hubei/2024-b", 2024, ", in_force: {from: 2024-05-09}")
    told += [said(jixiao("explain", of_2024, *out))]
    told += [said(jixiao("explain", of_2024, *out, "--on-date", "五月九日"))]
    child("hubei/2024-b", 2024, ", in_force: {from: 2024-05-10}")
    told += [said(jixiao("explain", of_2024, *out, "--on-date", "2024-05-09"))]
    compare("which-policy", "\n".join(told).replace(str(here), "…"))
    assert jixiao("evaluate", of_2024, "--policies", "mine", "--on-date", "2024年5月10日").status == 0
    dated = forms.write(("2021年度示例", "2024年度示例"), ("2022年4月27日", "二〇二四年五月八日"), name="dated.txt")
    run = jixiao("evaluate", dated, "--policies", "mine", "--format", "json")
    assert (run.data["policy"]["id"], run.err) == ("hubei/2024-a", "")


def test_what_is_noted_of_a_policy_that_is_used(here: Path, jixiao: Jixiao, forms: Forms) -> None:
    form = forms.write()
    for status in ("retired", "draft"):
        child(f"hubei/{status}", 2021, status=status)
        run = jixiao("evaluate", form, "--policies", "mine", "--policy", f"hubei/{status}")
        assert run.status == 0
        assert run.err == f"注意：政策“hubei/{status}”{'已停用' if status == 'retired' else '是草稿，结果不能作数'}\n"
    assert jixiao("evaluate", form, "--policies", "mine", "--format", "json").data["policy"]["id"] == "hubei/2021"
    child("hubei/2024", 2024, ", in_force: {from: 2024-04-28}")
    undated = forms.write(("2021年度示例", "2024年度示例"), ("填报日期：2022年4月27日", "填报日期："), name="2024.txt")
    run = jixiao("evaluate", undated, "--policies", "mine")
    assert run.err == "注意：表上没有认得出的填报日期；政策“hubei/2024”适用于 2024-04-28 起填报的表，可用 --on-date 写明\n"


@pytest.mark.parametrize(
    ("name", "span"),
    [
        ("in-force-no-day", "{from: 2024-02-30, to: 2024-13-01}"),
        ("in-force-reversed", "{from: 2024-05-08, to: 2024-04-28}"),
        ("in-force-no-date", "{from: 四月}"),
    ],
)
def test_days_that_are_none(here: Path, jixiao: Jixiao, name: str, span: str) -> None:
    child("hubei/2024", 2024, f", in_force: {span}")
    run = jixiao("policy", "check", "hubei/2024", "--policies", "mine")
    assert run.status == 3
    compare(name, said(run))


def test_an_error_is_one_of_ours(here: Path) -> None:
    write("a/2021", SOURCES)
    lock("a/2021").write_bytes(b"\xff\xfe")
    with pytest.raises(JixiaoError, match="锁文件损坏"):
        policy_lock.verify(resolve("a/2021", Library((Path("mine"),))))
