"""Policies on disk: finding them, laying one over another, remembering where everything came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.errors import PolicyError
from engine.policy.heads import elders_first, heads
from engine.policy.library import Library, library, locate
from engine.policy.loading import resolve
from engine.policy.resolved import bases, years

HEAD = "policy: {{id: {id}, title: {id}, status: {status}{more}}}\n"
SOURCE = "sources:\n  note: {title: 备注, evidence: read, clauses: {'1': {title: 一, text: 条文}}}\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "root"


def write(root: Path, name: str, text: str = "", status: str = "draft", more: str = "", file: str = "policy.yaml") -> Path:
    directory = root / name
    directory.mkdir(parents=True, exist_ok=True)
    head = HEAD.format(id=name, status=status, more=f", {more}" if more else "") if file == "policy.yaml" else ""
    (directory / file).write_text(head + text, encoding="utf-8")
    return directory


def failing(policy: str | Path, *roots: Path) -> list[str]:
    with pytest.raises(PolicyError) as wrong:
        resolve(policy, Library(roots))
    return [str(problem) for problem in wrong.value.problems]


def parameter(name: str, value: str = "1") -> str:
    return f"parameters:\n  {name}: {{label: 甲, value: {value}, basis: note#1}}\n"


def test_sections_may_stand_in_any_files(root: Path) -> None:
    write(root, "a/one", SOURCE)
    write(root, "a/one", parameter("x"), file="x.yaml")
    write(root, "a/one", parameter("y", "2"), file="y.yaml")
    resolved = resolve("a/one", Library((root,)))
    assert {name: item["value"] for name, item in resolved.sections["parameters"].items()} == {"x": 1, "y": 2}
    place = resolved.place(("parameters", "y", "value"))
    assert (place.file, place.line) == ("root/a/one/y.yaml", 2)
    assert resolved.extends == ()


def test_a_child_lays_over_its_parent_by_key(root: Path) -> None:
    write(root, "a/one", SOURCE + parameter("x") + "grades:\n  - {grade: 甲, from: 0, basis: note#1}\n")
    write(root, "a/one", parameter("y"), file="y.yaml")
    write(root, "a/two", parameter("x", "9") + "grades:\n  - {grade: 乙, from: 0, basis: note#1}\n", more="extends: a/one")
    resolved = resolve("a/two", Library((root,)))
    assert {name: item["value"] for name, item in resolved.sections["parameters"].items()} == {"x": 9, "y": 1}
    assert [grade["grade"] for grade in resolved.sections["grades"]] == ["乙"], "a list is replaced whole"
    assert resolved.sections["policy"]["id"] == "a/two"
    assert resolved.extends == ("a/one",)
    assert resolved.place(("parameters", "x")).file == "root/a/two/policy.yaml"
    assert resolved.place(("parameters", "y")).file == "root/a/one/y.yaml"
    assert resolved.place(("grades", 0)).file == "root/a/two/policy.yaml"


def test_of_several_parents_the_later_prevails(root: Path) -> None:
    write(root, "a/one", SOURCE + parameter("x", "1"))
    write(root, "a/two", parameter("x", "2"))
    for order, value in (("[a/one, a/two]", 2), ("[a/two, a/one]", 1)):
        write(root, "a/three", more=f"extends: {order}")
        assert resolve("a/three", Library((root,))).sections["parameters"]["x"]["value"] == value


def test_a_parents_own_words_about_itself_are_not_inherited(root: Path) -> None:
    write(root, "a/one", SOURCE, more="jurisdiction: one, fiscal_years: {from: 2021}, form_kinds: [project]")
    write(root, "a/two", more="extends: a/one")
    assert "fiscal_years" not in resolve("a/two", Library((root,))).sections["policy"]


def test_a_diamond_is_no_circle(root: Path) -> None:
    write(root, "a/base", SOURCE + parameter("x"))
    write(root, "a/left", more="extends: a/base")
    write(root, "a/right", more="extends: a/base")
    write(root, "a/top", more="extends: [a/left, a/right]")
    resolved = resolve("a/top", Library((root,)))
    assert set(resolved.extends) == {"a/base", "a/left", "a/right"}
    assert resolved.sections["parameters"]["x"]["value"] == 1


@pytest.mark.parametrize("ring", [["a/one"], ["a/one", "a/two"], ["a/one", "a/two", "a/three"]])
def test_a_circle_is_refused(root: Path, ring: list[str]) -> None:
    for name, parent in zip(ring, ring[1:] + ring[:1], strict=True):
        write(root, name, more=f"extends: {parent}")
    (line,) = failing("a/one", root)
    assert " → ".join([*ring, ring[0]]) in line


def test_a_long_line_of_parents_is_refused(root: Path) -> None:
    names = [f"a/p{n}" for n in range(30)]
    for name, parent in zip(names, [*names[1:], "a/p29"], strict=True):
        write(root, name, more="" if name == parent else f"extends: {parent}")
    assert failing("a/p0", root)


def test_what_is_not_there_gets_the_nearest(root: Path) -> None:
    write(root, "hubei/2021")
    assert "是否想写“hubei/2021”" in failing("hubie/2021", root)[0]
    write(root, "a/one", more="extends: hubie/2021")
    (line,) = failing("a/one", root)
    assert "root/a/one/policy.yaml：第1行" in line
    assert "是否想写“hubei/2021”" in line


def test_another_year_of_a_place_is_no_slip(root: Path) -> None:
    for name in ("hubei/2021", "hubei/2019", "hubei/2021-b", "hunan/2024"):
        write(root, name)
    write(root, "a/one", more="extends: hubei/2024")
    for name, lines in (("hubei/2024", failing("hubei/2024", root)), ("a/one", failing("a/one", root))):
        (line,) = lines
        assert line.endswith("没有政策“hubei/2024”；应为：hubei/2019、hubei/2021、hubei/2021-b"), name
    assert "是否想写“hubei/2021-b”" in failing("hubei/2021b", root)[0]
    assert "是否想写“hunan/2024”" in failing("hunnan/2024", root)[0], "a place that has none at all"


@pytest.mark.parametrize("name", ["../root/a/one", "a/../a/one", "/a/one", "a//one", "./a/one", "", ".", "a"])
def test_an_id_is_no_path(root: Path, name: str) -> None:
    write(root, "a/one")
    assert failing(name, root)


def test_the_users_directory_comes_first(root: Path, tmp_path: Path) -> None:
    write(root, "a/one", parameter("x", "1"))
    write(tmp_path / "own", "a/one", parameter("x", "2"))
    where = Library((tmp_path / "own", root))
    assert resolve("a/one", where).sections["parameters"]["x"]["value"] == 2
    assert where.ids() == ["a/one"]


def test_a_child_of_the_users_may_extend_what_is_shipped(tmp_path: Path) -> None:
    write(tmp_path, "a/one", more="extends: common/notation")
    assert "notation" in resolve("a/one", library(tmp_path)).sections


def test_an_id_must_be_its_directory_but_a_directory_may_stand_anywhere(root: Path) -> None:
    directory = write(root, "a/one")
    (directory / "policy.yaml").write_text(HEAD.format(id="a/two", status="draft", more=""), encoding="utf-8")
    assert any("与所在目录不一致" in line for line in failing("a/one", root))
    assert resolve(directory, Library((root,))).id == "a/two"


def test_problems_of_all_files_are_told(root: Path) -> None:
    directory = write(root, "a/one", "grades: 1\n")
    (directory / "b.yaml").write_text("x: [", encoding="utf-8")
    (directory / "c.yaml").write_text("", encoding="utf-8")
    lines = failing("a/one", root)
    assert [line.split("：")[0].rsplit("/", 1)[1] for line in lines] == ["b.yaml", "c.yaml", "policy.yaml"]


def test_the_same_twice_is_refused(root: Path) -> None:
    directory = write(root, "a/one", parameter("x") + "grades:\n  - {grade: 甲, from: 0, basis: note#1}\n")
    (directory / "z.yaml").write_text(parameter("x") + "grades:\n  - {grade: 乙, from: 0, basis: note#1}\n", encoding="utf-8")
    lines = [line for line in failing("a/one", root) if "重复" in line]
    assert len(lines) == 2
    assert all("root/a/one/z.yaml" in line and "已写在 root/a/one/policy.yaml" in line for line in lines)


def test_too_many_files_are_refused(root: Path) -> None:
    directory = write(root, "a/one")
    for n in range(300):
        (directory / f"x{n}.yaml").write_text("", encoding="utf-8")
    assert "文件过多" in failing("a/one", root)[0]


def test_the_hash_is_of_the_rules(root: Path) -> None:
    def hash_of(text: str) -> str:
        write(root, "a/one", text)
        return resolve("a/one", Library((root,))).sha256()

    first = hash_of("parameters:\n  x: {label: 甲, value: 1.50, basis: note#1}\n  y: {label: 乙, value: 2, basis: note#1}\n")
    assert len(first) == 64
    same = (
        "# 说明\nparameters:\n  y: {basis: note#1, label: 乙, value: 2}\n  x:\n    label: 甲\n    value: 1.5\n    basis: note#1\n"
    )
    assert hash_of(same) == first
    assert hash_of(same.replace("value: 1.5", "value: 1.51")) != first
    assert hash_of(same.replace("label: 乙", "label: 丙")) != first


def test_the_hash_does_not_depend_on_the_file(root: Path) -> None:
    write(root, "a/one", parameter("x"))
    first = resolve("a/one", Library((root,))).sha256()
    write(root, "a/one")
    write(root, "a/one", parameter("x"), file="b.yaml")
    assert resolve("a/one", Library((root,))).sha256() == first


def test_the_order_of_cases_does_count(root: Path) -> None:
    def hash_of(*grades: str) -> str:
        write(root, "a/one", "grades:\n" + "".join(f"  - {{grade: {grade}, from: 0, basis: note#1}}\n" for grade in grades))
        return resolve("a/one", Library((root,))).sha256()

    assert hash_of("甲", "乙") != hash_of("乙", "甲")


def test_those_that_others_stand_on_come_first(root: Path) -> None:
    write(root, "a/3")
    for name, parents in (("a/1", "[a/3]"), ("a/2", "a/1"), ("a/4", "[a/3, a/2]"), ("b/1", "[b/2]"), ("b/2", "[b/1]")):
        write(root, name, more=f"extends: {parents}")
    found, _ = heads(Library((root,)))
    ordered = [head.id for head in elders_first(found)]
    assert [id_ for id_ in ordered if id_.startswith("a/")] == ["a/3", "a/1", "a/2", "a/4"]
    assert sorted(ordered) == [head.id for head in found], "those that go round are there, too"
    assert [head.id for head in elders_first([head for head in found if head.id in ("a/2", "a/4")])] == ["a/2", "a/4"]


def test_heads(root: Path) -> None:
    write(root, "a/one", status="published", more="jurisdiction: a, fiscal_years: {from: 2021, to: 2022}, form_kinds: [project]")
    write(root, "a/two", status="pack")
    (one, two), problems = heads(Library((root,)))
    assert problems == []
    assert [one.covers(year, "project") for year in (2020, 2021, 2022, 2023)] == [False, True, True, False]
    assert not one.covers(2021, "department")
    assert not two.covers(2021, "project")
    assert str(one) == "a/one（a/one，2021—2022年度，published）"


def test_heads_name_every_broken_policy(root: Path) -> None:
    write(root, "a/one", "x: 1\n")
    write(root, "b/one", "- [\n")
    write(root, "c/one")
    good, problems = heads(Library((root,)))
    assert [head.id for head in good] == ["c/one"]
    assert [problem.place.file for problem in problems] == ["root/a/one/policy.yaml", "root/b/one/policy.yaml"]


def test_locate(root: Path) -> None:
    directory = write(root, "a/one")
    where = Library((root,))
    assert locate("a/one", where) == "a/one"
    assert locate(str(directory), where) == directory
    assert locate(str(directory / "policy.yaml"), where) == directory
    with pytest.raises(PolicyError):
        locate("a/none", where)


def test_files_are_named_as_they_can_be_opened(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, "a/one", "x: 1\n")
    assert failing("a/one", root)[0].startswith("root/a/one/policy.yaml：")
    monkeypatch.chdir(root / "a")
    assert failing("a/one", root)[0].startswith("one/policy.yaml：")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert failing("a/one", root)[0].startswith(f"{root}/a/one/policy.yaml：")
    place = resolve("hubei/2021", library()).place(("grades",))
    assert place.file == "policies/hubei/2021/grades.yaml"


@pytest.mark.parametrize("name", ["policy.yml", "policy.YAML", "Policy.yaml", "grades.yaml"])
def test_a_policy_without_policy_yaml_hides_no_other(root: Path, name: str) -> None:
    (root / "hubei" / "2021").mkdir(parents=True)
    (root / "hubei" / "2021" / name).write_text("grades: []\n", encoding="utf-8")
    where = library(root)
    with pytest.raises(PolicyError) as wrong:
        resolve("hubei/2021", where)
    (problem,) = wrong.value.problems
    assert problem.place.file == ("root/hubei/2021" if name == "grades.yaml" else f"root/hubei/2021/{name}")
    assert "policy.yaml" in str(problem)
    good, problems = heads(where)
    assert [str(found) for found in problems] == [str(problem)]
    assert "hubei/2021" not in [head.id for head in good]


@pytest.mark.parametrize("name", ["x.yml", "x.YAML", "findings/x.yml", "tests/x.yml"])
def test_a_file_with_another_extension_does_not_go_unread_in_silence(root: Path, name: str) -> None:
    directory = write(root, "a/one")
    (directory / name).parent.mkdir(exist_ok=True)
    (directory / name).write_text("", encoding="utf-8")
    (line,) = failing("a/one", root)
    assert line.startswith(f"root/a/one/{name}：扩展名应为 .yaml")


def test_a_whole_section_stands_where_its_name_stands(root: Path) -> None:
    directory = write(root, "b/one")
    (directory / "a.yaml").write_text("# 说明\n" + parameter("x"), encoding="utf-8")
    resolved = resolve("b/one", Library((root,)))
    place = resolved.place(("parameters",))
    assert (place.file, place.line) == ("root/b/one/a.yaml", 2)
    assert resolved.place(("grades",)).file == "root/b/one/policy.yaml", "what is nowhere is missed in policy.yaml"
    assert resolved.place(("policy",)).file == "root/b/one/policy.yaml"


def test_a_library_needs_a_directory(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="没有这个政策目录"):
        library(tmp_path / "none")


@pytest.mark.parametrize(
    ("data", "expected"),
    [({}, (0, None)), ({"fiscal_years": {"from": 2021}}, (2021, None)), ({"fiscal_years": {"from": 1, "to": 2}}, (1, 2))],
)
def test_years(data: dict[str, Any], expected: tuple[int, int | None]) -> None:
    assert years(data) == expected


def test_bases_are_found_wherever_they_stand() -> None:
    data = {"a": {"basis": "x#1", "b": [{"basis": "x#2"}, {"c": {"basis": "x#3"}}]}, "basis": 5}
    assert list(bases(data)) == [(("a", "basis"), "x#1"), (("a", "b", 0, "basis"), "x#2"), (("a", "b", 1, "c", "basis"), "x#3")]
