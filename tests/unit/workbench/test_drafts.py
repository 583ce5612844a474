"""Unsaved changes to a policy: nobody's work is lost, whoever else saves meanwhile and whenever the process dies."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from deep import tries
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.editing.saving import Conflict
from engine.errors import PolicyError
from engine.workbench.drafts import Drafts, Stale
from engine.workbench.merging import digest

POLICY = "x/2021"
TEXT = "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\n"


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    home = tmp_path / POLICY
    home.mkdir(parents=True)
    (home / "policy.yaml").write_text(TEXT, encoding="utf-8")
    return Drafts(tmp_path)


def disk(drafts: Drafts) -> str:
    return (drafts.policies / POLICY / "policy.yaml").read_text(encoding="utf-8")


def test_an_edit_is_kept_across_a_restart_and_written_only_when_saved(drafts: Drafts) -> None:
    draft = drafts.edit("王", POLICY, 0, {"policy.yaml": TEXT + "f: 6\n"})
    assert disk(drafts) == TEXT
    again = Drafts(drafts.policies)
    assert again.get("王", POLICY) == draft
    assert again.save("王", POLICY, draft.revision) == {"policy.yaml": (TEXT, TEXT + "f: 6\n")}
    assert disk(drafts) == TEXT + "f: 6\n"
    assert again.get("王", POLICY).changed == ()


def test_an_edit_of_an_older_revision_is_refused(drafts: Drafts) -> None:
    drafts.edit("王", POLICY, 0, {"policy.yaml": "a: 2\n"})
    with pytest.raises(Stale, match="别的窗口"):
        drafts.edit("王", POLICY, 0, {"policy.yaml": "a: 3\n"})


def test_two_editors_in_different_lines_are_merged(drafts: Drafts) -> None:
    one = drafts.edit("王", POLICY, 0, {"policy.yaml": TEXT.replace("a: 1", "a: 10")})
    two = drafts.edit("李", POLICY, 0, {"policy.yaml": TEXT.replace("e: 5", "e: 50")})
    drafts.save("王", POLICY, one.revision)
    drafts.save("李", POLICY, two.revision)
    assert disk(drafts) == TEXT.replace("a: 1", "a: 10").replace("e: 5", "e: 50")


def test_two_editors_in_the_same_line_conflict_and_both_texts_are_shown(drafts: Drafts) -> None:
    one = drafts.edit("王", POLICY, 0, {"policy.yaml": TEXT.replace("c: 3", "c: 30")})
    two = drafts.edit("李", POLICY, 0, {"policy.yaml": TEXT.replace("c: 3", "c: 31")})
    drafts.save("王", POLICY, one.revision)
    with pytest.raises(Conflict) as found:
        drafts.save("李", POLICY, two.revision)
    saved, mine = found.value.files["policy.yaml"]
    assert (saved, mine) == (TEXT.replace("c: 3", "c: 30"), TEXT.replace("c: 3", "c: 31"))
    assert disk(drafts) == saved
    # whoever has seen the other's text may settle it
    drafts.save("李", POLICY, two.revision, {"policy.yaml": digest(saved)})
    assert disk(drafts) == mine


def test_a_conflict_seen_does_not_cover_a_third_persons_later_save(drafts: Drafts) -> None:
    mine = drafts.edit("李", POLICY, 0, {"policy.yaml": TEXT.replace("c: 3", "c: 31")})
    (drafts.policies / POLICY / "policy.yaml").write_text(TEXT.replace("c: 3", "c: 32"), encoding="utf-8")
    with pytest.raises(Conflict):
        drafts.save("李", POLICY, mine.revision, {"policy.yaml": digest(TEXT)})


@settings(max_examples=tries(30, 3000), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["edit", "undo", "redo"]), st.integers(0, 9)), max_size=25))
def test_undo_and_redo_are_each_others_inverse(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]) -> None:
    home = tmp_path_factory.mktemp("drafts")
    (home / POLICY).mkdir(parents=True)
    (home / POLICY / "policy.yaml").write_text(TEXT, encoding="utf-8")
    drafts = Drafts(home)
    past, future, now = [], [], TEXT
    for kind, number in steps:
        revision = drafts.get("王", POLICY).revision
        if kind == "edit":
            new = TEXT + f"f: {number}\n"
            if new != now:
                past, future, now = [*past, now], [], new
            drafts.edit("王", POLICY, revision, {"policy.yaml": new})
        elif kind == "undo":
            if past:
                past, future, now = past[:-1], [*future, now], past[-1]
            drafts.step("王", POLICY, revision, back=True)
        else:
            if future:
                past, future, now = [*past, now], future[:-1], future[-1]
            drafts.step("王", POLICY, revision, back=False)
        assert drafts.texts("王", POLICY)["policy.yaml"] == now


@pytest.mark.parametrize(
    "name",
    [
        "../policy.yaml",
        "/etc/passwd",
        "tests/../../x.yaml",
        "policy.txt",
        "findings/.yaml",
        "a/b.yaml",
        "policy.yaml\x00",
        ".workbench/log.yaml",
    ],
)
def test_a_name_that_is_no_file_of_a_policy_is_refused(drafts: Drafts, name: str) -> None:
    with pytest.raises(PolicyError, match="不是政策里的文件名"):
        drafts.edit("王", POLICY, 0, {name: "a: 1\n"})


@pytest.mark.parametrize("policy", ["../x", "x/..", "x", "x/2021/..", "/etc/2021", "x/2021\x00", "nowhere/2021"])
def test_an_id_that_leads_elsewhere_is_refused(drafts: Drafts, policy: str) -> None:
    with pytest.raises(PolicyError, match="没有"):
        drafts.edit("王", policy, 0, {"policy.yaml": "a: 1\n"})


def test_a_link_out_of_the_directory_is_neither_read_nor_written(drafts: Drafts, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("s: 1\n")
    (drafts.policies / POLICY / "names.yaml").symlink_to(secret)
    with pytest.raises(PolicyError, match="链接"):
        drafts.on_disk(POLICY)


def test_killed_while_saving_a_file_is_old_or_new(drafts: Drafts) -> None:
    """A process that saves in a loop is killed at some moment, several times over: the file is always whole."""
    code = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from engine.workbench.drafts import Drafts
drafts = Drafts(Path({str(drafts.policies)!r}))
n = 0
print("ready", flush=True)
while True:
    n += 1
    text = "a: %d\\n" % n * 20000
    draft = drafts.edit("王", {POLICY!r}, drafts.get("王", {POLICY!r}).revision, {{"policy.yaml": text, "grades.yaml": text}})
    drafts.save("王", {POLICY!r}, draft.revision, {{}})
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for wait in (0.02, 0.05, 0.11):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        Drafts(drafts.policies).recover()
        found = drafts.on_disk(POLICY)
        for text in found.values():
            assert text == TEXT or (len(set(text.splitlines())) == 1 and text.count("\n") == 20000)
        assert found.get("grades.yaml", found["policy.yaml"]) == found["policy.yaml"], "both files of one save, or neither"
