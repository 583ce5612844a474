"""A new policy on top of another: valid at once, the same as its parent, and every comment of it valid once it is none."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from deep import some

from engine.changes.lifecycle.new import new
from engine.errors import OutputError, UsageError
from engine.policy.library import Library, library
from engine.policy.loading import check, load, resolve
from engine.soundness.tests import running
from engine.soundness.tests.policies import run_tests
from engine.yaml.reader import YamlDocument

PARENTS = ["hubei/2022", "sichuan/2025", "central/2020"]
CODE = re.compile(r"# ( *\S.*)")


def made(parent: str, root: Path, id_: str = "") -> tuple[Path, Library]:
    (root / "mine").mkdir()
    done = new(id_ or f"{parent.partition('/')[0]}/2031", parent, library(), root / "mine")
    return done.directory, library(root / "mine")


def blocks(text: str) -> list[tuple[int, int]]:
    """First and last line of what can be uncommented together: the lines of code below a line of explanation."""
    out: list[tuple[int, int]] = []
    inside = False
    for number, line in enumerate(text.splitlines()):
        if line.startswith("## "):
            inside = True
            out.append((number + 1, number + 1))
        elif inside and CODE.fullmatch(line):
            out[-1] = (out[-1][0], number + 1)
        else:
            inside = False
    return [(first, last) for first, last in out if last > first]


def uncommented(text: str, first: int, last: int) -> str:
    lines = text.splitlines()
    return "\n".join(line[2:] if first <= number < last else line for number, line in enumerate(lines)) + "\n"


@pytest.mark.deep
@pytest.mark.parametrize("parent", some(PARENTS, 2))
def test_it_is_the_same_as_its_parent(parent: str, tmp_path: Path) -> None:
    home, where = made(parent, tmp_path)
    id_ = f"{parent.partition('/')[0]}/2031"
    child, above = resolve(id_, where), resolve(parent, where)
    assert {**child.sections, "policy": 0} == {**above.sections, "policy": 0}
    policy = load(id_, where)
    assert list(policy.rules.rules) == list(load(parent, where).rules.rules), "what the parent stopped stays stopped"
    assert (policy.status, policy.first_year, policy.last_year, policy.extends[-1]) == ("draft", 2031, 2031, parent)
    assert "2031" in policy.title
    first = (home / "policy.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=file://")
    assert first.endswith("/schemas/policy.schema.json")


@pytest.mark.deep
@pytest.mark.parametrize("parent", some(PARENTS, 2))
def test_every_comment_is_valid_once_it_is_none(parent: str, tmp_path: Path) -> None:
    home, where = made(parent, tmp_path)
    path, id_ = home / "policy.yaml", f"{parent.partition('/')[0]}/2031"
    text = path.read_text(encoding="utf-8")
    found = blocks(text)
    assert len(found) >= 8
    for first, last in found:
        path.write_text(uncommented(text, first, last), encoding="utf-8")
        child = resolve(id_, where)
        assert child.documents[0].data != load_head(text), text.splitlines()[first]
        if parent == PARENTS[0]:
            check(id_, where)  # it is not only well formed
    every = text
    for first, last in found:
        every = uncommented(every, first, last)
    path.write_text(every, encoding="utf-8")
    check(id_, where)


def load_head(text: str) -> object:
    from engine.yaml.reader import load as load_yaml

    return load_yaml(text, "").data


def test_one_parameter_alone(tmp_path: Path) -> None:
    home, where = made("hubei/2022", tmp_path, "hubei/2023")
    path = home / "policy.yaml"
    text = path.read_text(encoding="utf-8").replace("# parameters:", "parameters:")
    text, count = re.subn(r"^# (  tier_partial_floor: .*)value: 0.5", r"\1value: 0.6", text, flags=re.M)
    assert count == 1
    path.write_text(text, encoding="utf-8")
    floors = [band.floor for band in load("hubei/2023", where).scoring.tiers]
    assert [str(floor) for floor in floors] == ["0.8", "0.6", "0"]
    where_from = resolve("hubei/2023", where)
    assert where_from.owner(("parameters", "tier_partial_floor")) == "hubei/2023"
    assert [document.file for document, _ in where_from.overridden[("parameters", "tier_partial_floor")]] == [
        "policies/hubei/2021/parameters.yaml"
    ]


@pytest.fixture
def _without_the_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests of the packs, which take seconds, run elsewhere; a few of them are enough here."""
    every = running.written_tests

    def some(*arguments: Any) -> list[tuple[str, YamlDocument]]:
        # documents are remembered and shared by all that read them: a copy is cut, not the document
        return [(owner, few(document) if owner.startswith("common/") else document) for owner, document in every(*arguments)]

    def few(document: YamlDocument) -> YamlDocument:
        kept = [one for one in document.data["tests"] if one.get("rule") == "target.exceeded"]
        return replace(document, data={**document.data, "tests": kept})

    monkeypatch.setattr(running, "written_tests", some)


@pytest.mark.usefixtures("_without_the_packs")
def test_its_tests_hold_and_say_something(tmp_path: Path) -> None:
    _, where = made("hubei/2022", tmp_path, "hubei/2023")
    report = run_tests(load("hubei/2023", where), where)
    own = [result for result in report.results if result.place.file.endswith("changes.yaml")]
    assert [(result.passed, result.about) for result in own] == [
        (True, "execution.proportional"),
        (True, "quantitative.proportional"),
        (True, "quantitative.met"),
    ]
    assert not report.failed


@pytest.mark.usefixtures("_without_the_packs")
def test_tests_of_rules_it_stops_and_tests_it_writes_anew_do_not_run(tmp_path: Path) -> None:
    home, where = made("hubei/2022", tmp_path, "hubei/2023")
    path = home / "policy.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  status: draft\n", "  status: draft\n  disable: [target.exceeded]\n"), encoding="utf-8")
    with (home / "tests" / "changes.yaml").open("a", encoding="utf-8") as file:
        file.write("  - test: 50% 在部分达成之内\n    case: execution.proportional\n    budget: {budget: '10', executed: '5'}\n")
        file.write("    expect: {computed: '10'}\n")
    report = run_tests(load("hubei/2023", where), where)
    assert not report.failed
    assert "target.exceeded" not in {result.about for result in report.results}
    same = [result.place.file for result in report.results if result.name == "50% 在部分达成之内"]
    assert [Path(file).name for file in same] == ["changes.yaml"]


def test_another_jurisdiction_is_asked_for_its_name(tmp_path: Path) -> None:
    home, where = made("sichuan/2025", tmp_path, "hunan/2031")
    head = resolve("hunan/2031", where).sections["policy"]
    assert head["jurisdiction"] == "hunan"
    assert "jurisdiction_name" not in head
    assert head["disable"] == ["arithmetic.part-weight"], "what its parent stopped"
    assert "#   jurisdiction_name:" in (home / "policy.yaml").read_text(encoding="utf-8")


def test_in_the_checkout_the_schema_is_named_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import engine.changes.lifecycle.new as module

    (tmp_path / "schemas").mkdir()
    (tmp_path / "policies").mkdir()
    monkeypatch.setattr(module, "shipped", lambda kind: tmp_path / kind)
    done = new("hubei/2031", "hubei/2021", library(), tmp_path / "policies")
    for path in done.files:
        named = path.read_text(encoding="utf-8").splitlines()[0].partition("$schema=")[2]
        assert (path.parent / named).resolve().parent == tmp_path / "schemas"


def test_a_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("full")

    monkeypatch.setattr("os.rename", full)
    with pytest.raises(OutputError, match="写不进去"):
        new("hubei/2031", "hubei/2021", library(), tmp_path)
    assert list((tmp_path / "hubei").iterdir()) == []
    monkeypatch.undo()
    (tmp_path / "hubei" / "2031").symlink_to(ROOT / "policies")
    with pytest.raises(UsageError, match="已经有这个目录"):
        new("hubei/2031", "hubei/2021", library(), tmp_path)
