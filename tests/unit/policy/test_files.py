"""Files of policies are read once, and policies built once: what has changed is taken anew, and nobody changes what is shared."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path

import pytest

from engine.changes.diff.compare import compare
from engine.errors import PolicyError
from engine.policy import files as policy_files
from engine.policy.library import Library, display_name, library
from engine.policy.loading import load
from engine.policy.views.listing import show
from engine.resources import shipped
from engine.soundness.lint.run import lint


def test_a_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "parameters.yaml"
    path.write_text("parameters: {}\n", encoding="utf-8")
    first, _ = policy_files.read(path, "p")
    assert policy_files.read(path, "p")[0] is first
    path.write_text("parametres: {}\n", encoding="utf-8")
    second, problems = policy_files.read(path, "p")
    assert second.data == {"parametres": {}}
    assert problems


def test_the_same_text_under_another_name_is_told_by_that_name(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("parametres: {}\n", encoding="utf-8")
        _, problems = policy_files.read(tmp_path / name, name)
        assert {problem.place.file for problem in problems} == {name}


def test_the_same_text_under_another_name_is_not_parsed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("parameters: {}  # told by its file\n", encoding="utf-8")
    first, _ = policy_files.read(tmp_path / "a.yaml", "a.yaml")
    monkeypatch.setattr(policy_files.yamlfile, "load", None)
    second, problems = policy_files.read(tmp_path / "b.yaml", "b.yaml")
    assert (second.data, problems) == (first.data, ())
    assert [document.place(("parameters",)).file for document in (first, second)] == ["a.yaml", "b.yaml"]


def test_a_file_that_is_no_yaml_is_refused_each_time(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("a: [1\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(PolicyError):
            policy_files.read(path, "bad.yaml")


def test_whatever_is_done_with_a_policy_its_documents_stay_as_they_were_read() -> None:
    files = sorted(shipped("policies").rglob("*.yaml"))
    files = [path for path in files if "tests" not in path.parts]
    before = {path: copy.deepcopy(policy_files.read(path, display_name(path))[0].data) for path in files}
    where = library()
    for name in ("hubei/2022", "sichuan/2025"):
        policy = load(name, where)
        show(policy)
        lint(name, where, date(2026, 1, 1), proofs=False)
    compare("hubei/2021", "central/2020", where)
    known = policy_files._checked.cache_info().hits
    load("hubei/2021", where)
    assert policy_files._checked.cache_info().hits > known, "what is looked at is what is shared"
    assert {path: policy_files.read(path, display_name(path))[0].data for path in files} == before


def own(directory: Path, name: str = "2023", extra: str = "") -> Library:
    """A library with a policy on top of hubei/2021, and one on top of that."""
    for number, parent in ((name, "hubei/2021"), (f"{name}9", f"hubei/{name}")):
        home = directory / "hubei" / number
        home.mkdir(parents=True, exist_ok=True)
        (home / "policy.yaml").write_text(
            f"policy:\n  id: hubei/{number}\n  title: 试\n  jurisdiction: hubei\n  fiscal_years: {{from: 2023, to: 2023}}\n"
            f"  form_kinds: [department, project]\n  status: draft\n  extends: [{parent}]\n" + (extra if number == name else ""),
            encoding="utf-8",
        )
    return library(directory)


def test_a_policy_is_built_once_and_again_when_a_file_of_its_own_or_of_a_parent_has_changed(tmp_path: Path) -> None:
    where = own(tmp_path)
    first, child = load("hubei/2023", where), load("hubei/20239", where)
    assert load("hubei/2023", where) is first
    assert load("hubei/20239", where) is child
    borders = "parameters:\n  tier_met_floor: {label: 下限, value: 0.85, unit: 比例, basis: note-2021#3}\n"
    where = own(tmp_path, extra=borders)
    for name, before in (("hubei/2023", first), ("hubei/20239", child)):
        after = load(name, where)
        assert (str(before.parameters["tier_met_floor"].value), str(after.parameters["tier_met_floor"].value)) == ("0.8", "0.85")
    assert load("hubei/2023", own(tmp_path)) is first, "as it was"


def test_the_same_policy_in_another_directory_is_told_by_its_own_files(tmp_path: Path) -> None:
    policies = [load("hubei/2023", own(tmp_path / name)) for name in ("a", "b")]
    assert policies[0].sha256 == policies[1].sha256
    assert [files for files in (set(policy.files) for policy in policies) if any("/a/" in file for file in files)] == [
        set(policies[0].files)
    ]


def test_an_invalid_policy_is_refused_each_time(tmp_path: Path) -> None:
    where = own(tmp_path, extra="parameters:\n  tier_met_floor: {label: 下限, value: 0.85, unit: 比例, basis: no-such#3}\n")
    for _ in range(2):
        with pytest.raises(PolicyError, match="no-such#3"):
            load("hubei/2023", where)


def test_whether_there_is_a_policy(tmp_path: Path) -> None:
    where = own(tmp_path)
    assert all(name in where for name in where.ids())
    for name in ("hubei/1999", "hubei", "hubei/2023/x", "/", "", "../policies", "./hubei", "hubei/.."):
        assert name not in where, name
