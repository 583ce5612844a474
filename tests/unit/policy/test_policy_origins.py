"""Where items of a policy came from, what they were laid over, and that what a parent stops stays stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.policy.library import Library, library
from engine.policy.loading import resolve
from engine.policy.origins import origins, show


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.chdir(tmp_path)
    return Library((tmp_path / "root",))


def write(name: str, text: str = "", more: str = "") -> None:
    directory = Path("root") / name
    directory.mkdir(parents=True, exist_ok=True)
    head = f"policy: {{id: {name}, title: {name}, status: draft{more}}}\n"
    (directory / "policy.yaml").write_text(head + text, encoding="utf-8")


def parameters(**values: int) -> str:
    lines = (f"  {name}: {{label: 甲, value: {value}, basis: note#1}}\n" for name, value in values.items())
    return "parameters:\n" + "".join(lines)


def grades(*names: str) -> str:
    return "grades:\n" + "".join(f"  - {{grade: {name}, from: 0, basis: note#1}}\n" for name in names)


def rule(name: str, severity: str = "info") -> str:
    return (
        f"  - id: {name}\n    title: 甲\n    category: design\n    severity: {severity}\n    when: [{{f: {{fact: form}}}}]\n"
        "    message: 甲\n    advice: 乙\n    basis: note#1\n"
    )


def test_every_layer_is_remembered(where: Library) -> None:
    write("a/one", parameters(x=1, y=1, z=1) + grades("甲"))
    write("a/two", parameters(x=2) + grades("乙"), ", extends: a/one")
    write("a/three", parameters(x=3, z=3), ", extends: a/two")
    resolved = resolve("a/three", where)
    found = {one.item: one for one in origins(resolved)}
    assert {name: one.policy for name, one in found.items()} == {
        "parameters.x": "a/three",
        "parameters.y": "a/one",
        "parameters.z": "a/three",
        "grades": "a/two",
    }
    over = {name: [(policy, place.file, place.line) for policy, place in one.over] for name, one in found.items()}
    assert over["parameters.x"] == [("a/two", "root/a/two/policy.yaml", 3), ("a/one", "root/a/one/policy.yaml", 3)]
    assert over["parameters.z"] == [("a/one", "root/a/one/policy.yaml", 5)]
    assert over["parameters.y"] == []
    assert over["grades"] == [("a/one", "root/a/one/policy.yaml", 7)]
    text = show(resolved)
    assert text.splitlines()[0] == "a/three：4 项，本政策写的 2 项（其中改写 2 项），从 a/one、a/two 来的 2 项。"
    over_grades = "  grades  来自 a/two  root/a/two/policy.yaml：第5行第3列\n      盖过 a/one  root/a/one/policy.yaml：第7行第3列\n"
    assert over_grades in text


def test_a_diamond_overrides_nothing(where: Library) -> None:
    write("a/base", parameters(x=1))
    write("a/left", "", ", extends: a/base")
    write("a/right", "", ", extends: a/base")
    write("a/both", "", ", extends: [a/left, a/right]")
    assert resolve("a/both", where).overridden == {}


def test_what_a_parent_stops_stays_stopped(where: Library) -> None:
    write("a/one", "findings:\n" + rule("r.one") + rule("r.two") + rule("r.three"))
    write("a/two", "", ", extends: a/one, disable: [r.one, r.two]")
    write("a/three", "findings:\n" + rule("r.two", "warning"), ", extends: a/two, disable: [r.three]")
    resolved = resolve("a/three", where)
    assert resolved.sections["policy"]["disable"] == ["r.three", "r.one"], "but for the one it writes anew"
    assert resolved.place(("policy", "disable", 0)).file == "root/a/three/policy.yaml"
    write("a/four", "", ", extends: a/two")
    assert resolve("a/four", where).sections["policy"]["disable"] == ["r.one", "r.two"]
    assert resolve("a/four", where).place(("policy", "disable", 0)).file == "root/a/two/policy.yaml"


def test_the_status_is_no_part_of_the_hash(where: Library) -> None:
    write("a/one", parameters(x=1))
    draft = resolve("a/one", where).sha256()
    path = Path("root/a/one/policy.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace("status: draft", "status: retired"), encoding="utf-8")
    assert resolve("a/one", where).sha256() == draft
    path.write_text(path.read_text(encoding="utf-8").replace("title: a/one", "title: 甲"), encoding="utf-8")
    assert resolve("a/one", where).sha256() != draft


def test_every_item_of_the_shipped_policies_has_an_origin() -> None:
    resolved = resolve("sichuan/2025", library())
    for one in origins(resolved):
        assert one.place.line, one
        assert one.policy in (*resolved.extends, resolved.id)
