"""Files of policies are read once: a changed file is read anew, and nobody changes what is shared."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path

import pytest

from engine.changes.diff.compare import compare
from engine.errors import PolicyError
from engine.policy import heads
from engine.policy.library import display_name, library
from engine.policy.loading import load
from engine.policy.views.listing import show
from engine.resources import shipped
from engine.soundness.lint.run import lint


def test_a_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "parameters.yaml"
    path.write_text("parameters: {}\n", encoding="utf-8")
    first, _ = heads.read(path, "p")
    assert heads.read(path, "p")[0] is first
    path.write_text("parametres: {}\n", encoding="utf-8")
    second, problems = heads.read(path, "p")
    assert second.data == {"parametres": {}}
    assert problems


def test_the_same_text_under_another_name_is_told_by_that_name(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("parametres: {}\n", encoding="utf-8")
        _, problems = heads.read(tmp_path / name, name)
        assert {problem.place.file for problem in problems} == {name}


def test_a_file_that_is_no_yaml_is_refused_each_time(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("a: [1\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(PolicyError):
            heads.read(path, "bad.yaml")


def test_whatever_is_done_with_a_policy_its_documents_stay_as_they_were_read() -> None:
    files = sorted(shipped("policies").rglob("*.yaml"))
    files = [path for path in files if "tests" not in path.parts]
    before = {path: copy.deepcopy(heads.read(path, display_name(path))[0].data) for path in files}
    where = library()
    for name in ("hubei/2021", "sichuan/2025"):
        policy = load(name, where)
        show(policy)
        lint(name, where, date(2026, 1, 1), proofs=False)
    compare("hubei/2021", "central/2020", where)
    known = heads._checked.cache_info().hits
    load("hubei/2021", where)
    assert heads._checked.cache_info().hits > known, "what is looked at is what is shared"
    assert {path: heads.read(path, display_name(path))[0].data for path in files} == before
