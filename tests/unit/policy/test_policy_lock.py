"""The lock of a published policy: what counts as a change, what does not, and what publishing leaves behind, wherever it stops."""

from __future__ import annotations

import errno
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Policies

from engine.changes.lifecycle import publish as policy_publish
from engine.changes.lifecycle.publish import publish, unlocked
from engine.errors import OutputError, PolicyError, PolicyTestsFailed
from engine.policy import lock as policy_lock
from engine.policy.heads import heads
from engine.policy.library import Library, library
from engine.policy.loading import load, resolve
from engine.soundness.tests.model import PolicyTestReport, PolicyTestResult
from engine.yaml import editor as yaml_edit
from engine.yaml.reader import load_file

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=timezone(timedelta(hours=8)))
SHIPPED = [head.id for head in heads(library())[0] if head.status == "published"]


@pytest.fixture
def where(policies: Policies, monkeypatch: pytest.MonkeyPatch) -> Library:
    """One's own hubei/2021 as a draft; tests and lint, which have tests of their own, are taken as passed."""
    monkeypatch.setattr(policy_publish, "_tests", lambda *_: None)
    monkeypatch.setattr(policy_publish, "_lint", lambda *_: None)
    policies.change("policy.yaml", ("status: published", "status: draft"))
    return library(policies.root)


def lock_data(policies: Policies) -> Any:
    return load_file(policies.home / "policy.lock").data


def test_publishing_sets_the_status_and_nothing_else(policies: Policies, where: Library) -> None:
    before = (policies.home / "policy.yaml").read_bytes()
    done = publish("hubei/2021", where, by="张三", now=NOW)
    assert (policies.home / "policy.yaml").read_bytes() == before.replace(b"status: draft", b"status: published")
    data = lock_data(policies)
    assert data["published"] == {"at": "2026-01-05T09:30:00+08:00", "by": "张三", "engine": data["published"]["engine"]}
    assert data["sha256"] == done.sha256 == load("hubei/2021", where).sha256
    assert "scoring.quantitative" in data["items"]["hubei/2021/scoring.yaml"]
    assert "parameters.low_execution" in data["items"]["common/findings/parameters.yaml"]
    assert list(data["items"]) == sorted(data["items"]), "the same policy gives the same file"
    first = (policies.home / "policy.lock").read_bytes()
    assert publish("hubei/2021", where).already
    assert (policies.home / "policy.lock").read_bytes() == first


def test_what_does_not_change_a_rule_does_not_matter(policies: Policies, where: Library) -> None:
    publish("hubei/2021", where, now=NOW)
    for path in (policies.home / "grades.yaml", policies.home / "policy.lock"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n") + b"# end\r\n")
    (policies.home / "grades.yaml").rename(policies.home / "bands.yaml")
    load("hubei/2021", where)


def test_a_change_is_refused_until_it_is_amended(policies: Policies, where: Library) -> None:
    publish("hubei/2021", where, by="张三", now=NOW)
    policies.change("grades.yaml", ("优, from: 90", "优, from: 91"))
    with pytest.raises(PolicyError, match="“grades”与“hubei/2021”发布时不同") as wrong:
        load("hubei/2021", where)
    assert [problem.code for problem in wrong.value.problems] == ["lock.changed", "lock.mismatch"]
    assert str(wrong.value.problems[0].place).endswith("grades.yaml：第4行第3列")
    load("hubei/2021", where, locked=False)
    with pytest.raises(PolicyError, match="--amend"):
        publish("hubei/2021", where)
    old = lock_data(policies)
    done = publish("hubei/2021", where, by="李四", amend="文件更正", now=NOW)
    assert done.changed == ("grades",)
    load("hubei/2021", where)
    data = lock_data(policies)
    assert data["published"]["reason"] == "文件更正"
    assert data["history"] == [{**old["published"], "sha256": old["sha256"], "then_changed": ["grades"]}]
    policies.change("grades.yaml", ("优, from: 91", "优, from: 92"))
    policies.change("policy.yaml", ("status: published", "status: draft"))
    with pytest.raises(PolicyError, match="发布过"):
        publish("hubei/2021", where)
    publish("hubei/2021", where, amend="再次更正", now=NOW)
    assert [entry["then_changed"] for entry in lock_data(policies)["history"]] == [["grades"], ["grades"]]


def test_a_retired_policy_is_what_it_was(policies: Policies, where: Library) -> None:
    sha256 = publish("hubei/2021", where).sha256
    policies.change("policy.yaml", ("status: published", "status: retired"))
    assert load("hubei/2021", where).sha256 == sha256, "results of years ago can be replayed"
    policies.change("grades.yaml", ("优, from: 90", "优, from: 91"))
    with pytest.raises(PolicyError, match="与发布时不同"):
        load("hubei/2021", where)


def test_a_publication_that_is_stopped_between_its_two_writes(
    policies: Policies, where: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(yaml_edit, "save", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            publish("hubei/2021", where, by="张三", now=NOW)
    assert load("hubei/2021", where).status == "draft"
    first = (policies.home / "policy.lock").read_bytes()
    publish("hubei/2021", where)
    assert load("hubei/2021", where).status == "published"
    assert (policies.home / "policy.lock").read_bytes() == first, "by whom and when stays"
    assert [path.name for path in policies.home.iterdir() if path.name.startswith(".")] == []


def test_a_publication_that_is_stopped_before_the_lock(policies: Policies, where: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
    with pytest.raises(OutputError, match=r"policy\.lock：写不进去：磁盘满了"):
        publish("hubei/2021", where)
    assert not (policies.home / "policy.lock").exists()
    assert [path.name for path in policies.home.iterdir() if path.name.startswith(".")] == []
    assert load("hubei/2021", where).status == "draft"


def test_changes_of_others_are_not_written_over(policies: Policies) -> None:
    path = policies.home / "policy.yaml"
    source = yaml_edit.set_value(yaml_edit.read(path), ("policy", "title"), "甲")
    path.write_text(path.read_text(encoding="utf-8") + "# 别人写的\n", encoding="utf-8")
    with pytest.raises(PolicyError, match="改过，没有写入"):
        yaml_edit.save(source)
    assert "甲" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [("policy", "none", "x"), ("policy", "title", "x"), (), ("grades", 9)])
def test_a_path_that_leads_nowhere(policies: Policies, path: Any) -> None:
    source = yaml_edit.read(policies.home / ("grades.yaml" if "grades" in path else "policy.yaml"))
    with pytest.raises(PolicyError, match="文件里没有"):
        yaml_edit.set_value(source, path, 1)
    with pytest.raises(PolicyError, match="文件里没有"):
        yaml_edit.delete(source, path)
    with pytest.raises(PolicyError, match="文件里没有"):
        yaml_edit.insert(source, path if path != ("grades", 9) else ("grades", 5), 1)


def test_failing_tests_and_lint_errors_stop_it(policies: Policies, monkeypatch: pytest.MonkeyPatch) -> None:
    policies.change("policy.yaml", ("status: published", "status: draft"))
    where = library(policies.root)
    monkeypatch.setattr(policy_publish, "_lint", lambda *_: None)
    place = resolve("hubei/2021", where).place(("grades",))
    for failed, coverage in ((True, 10), (False, 9)):
        report = PolicyTestReport((PolicyTestResult("甲", place, "a", not failed, True, "不对"),), (), (), (), coverage, 10)
        monkeypatch.setattr("engine.soundness.tests.policies.run_tests", lambda *_, report=report: report)
        with pytest.raises(PolicyTestsFailed, match="不对" if failed else "90%"):
            publish("hubei/2021", where)
    publish("hubei/2021", where, min_coverage=Decimal(90))
    monkeypatch.undo()
    policies.change("policy.yaml", ("status: published", "status: draft"))
    policies.change("scoring.yaml", ("score: weight * actual / target", "score: weight * actual"))
    with pytest.raises(PolicyError, match="也得满分"):
        publish("hubei/2021", where, amend="试")


def test_all_that_are_not_locked(policies: Policies, where: Library) -> None:
    assert unlocked(where) == []
    child = policies.root / "a" / "2022"
    child.mkdir(parents=True)
    head = "jurisdiction: a, fiscal_years: {from: 2022}, form_kinds: [project], extends: hubei/2021"
    (child / "policy.yaml").write_text(f"policy: {{id: a/2022, title: 甲, status: published, {head}}}\n", encoding="utf-8")
    policies.change("policy.yaml", ("status: draft", "status: published"))
    assert unlocked(where) == ["hubei/2021", "a/2022"], "what others stand on comes first"
    for id_ in unlocked(where):
        publish(id_, where)
    assert unlocked(where) == []
    policies.change("parameters.yaml", ("value: 0.5", "value: 0.6"))
    with pytest.raises(PolicyError) as wrong:
        load("a/2022", where)
    assert sum(problem.code == "lock.mismatch" for problem in wrong.value.problems) == 2, "the child and what it stands on"
    with pytest.raises(PolicyError, match="与发布时不同"):
        publish("a/2022", where, amend="试")
    assert unlocked(where) == ["hubei/2021", "a/2022"]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_policy_is_what_was_published(name: str) -> None:
    """Where it is locked: `jixiao policy publish --all --amend 原因` locks anew."""
    policy_lock.verify(resolve(name, library()))


def test_the_fixtures_leave_the_locks_out(policies: Policies) -> None:
    assert not list(policies.root.rglob("policy.lock"))
    assert Path(policies.root) != ROOT
