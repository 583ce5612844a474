"""A template is compiled once in a process, and what it was compiled to stands for nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import PolicyError
from engine.templating import sandbox
from engine.templating.sandbox import Environment, render


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the templates that are compiled, from now on."""
    names: list[str] = []
    real = Environment.compile

    def counted(self: Environment, source: str, name: str | None = None, *rest: object) -> object:
        names.append(str(name))
        return real(self, source, name, *rest)  # type: ignore[call-overload]

    monkeypatch.setattr(Environment, "compile", counted)
    monkeypatch.setattr(sandbox._COMPILED, "known", {})
    return names


def test_the_same_template_is_compiled_once(compiled: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text("{% for n in range(3) %}{{ x }}{% endfor %}", encoding="utf-8")
    assert [render(Environment([tmp_path]), "a.j2", {"x": x}) for x in "甲乙"] == ["甲甲甲", "乙乙乙"]
    assert compiled == ["a.j2"]


def test_another_text_another_place_or_escaping_is_another_template(compiled: list[str], tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    for directory, text in ((first, "1{{ x }}"), (second, "2{{ x }}")):
        directory.mkdir()
        (directory / "a.j2").write_text(text, encoding="utf-8")
    assert render(Environment([first]), "a.j2", {"x": "<"}) == "1<"
    assert render(Environment([second]), "a.j2", {"x": "<"}) == "2<"
    assert render(Environment([first], autoescape=True), "a.j2", {"x": "<"}) == "1&lt;"
    (first / "a.j2").write_text("3{{ x }}", encoding="utf-8")
    assert render(Environment([first]), "a.j2", {"x": "<"}) == "3<"
    assert len(compiled) == 4


def test_bounds_and_places_are_those_of_each_rendering(compiled: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text("\n{% for n in range(400) %}{% for m in range(400) %}{% endfor %}{% endfor %}{{ x }}", "utf-8")
    for _ in range(2):  # 160,400 steps: two renderings of one sandbox would be too many
        environment = Environment([tmp_path])
        assert render(environment, "a.j2", {"x": "甲"}).strip() == "甲"
        with pytest.raises(PolicyError, match=r"a\.j2：第2行"):
            render(environment, "a.j2", {})
    assert compiled == ["a.j2"]


def test_no_more_is_remembered_than_the_bound(compiled: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "MAX_COMPILED", 3)
    for n in range(8):
        (tmp_path / f"{n}.j2").write_text(f"{n}", encoding="utf-8")
        assert render(Environment([tmp_path]), f"{n}.j2", {}) == f"{n}"
        assert len(sandbox._COMPILED.known) <= 3
    assert len(compiled) == 8
