"""YAML to plain data with places: types, marks, what is refused, and that nothing is slow or fatal."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputError, JixiaoError, PolicyError
from engine.yaml import reader as yamlfile


def load(text: str) -> Any:
    return yamlfile.load(text, "f.yaml").data


def problems(text: str) -> list[str]:
    with pytest.raises(PolicyError) as wrong:
        yamlfile.load(text, "f.yaml")
    return [str(problem) for problem in wrong.value.problems]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1),
        ("-12", -12),
        ("0", 0),
        ("1.50", Decimal("1.50")),
        ("-0.5", Decimal("-0.5")),
        ("012", "012"),
        ("+5", "+5"),
        ("1e3", "1e3"),
        (".5", ".5"),
        ("5.", "5."),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("12:30", "12:30"),
        ("2021-04-27", "2021-04-27"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("null", None),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        ('"true"', "true"),
        ("≥95%", "≥95%"),
        ("产出指标", "产出指标"),
    ],
)
def test_scalars(written: str, value: object) -> None:
    found = load(f"a: {written}\n")["a"]
    assert found == value
    assert type(found) is type(value)


def test_a_number_keeps_its_digits() -> None:
    assert str(load("a: 19.20")["a"]) == "19.20"
    assert str(load("a: 0.1000000000000000000000000000001")["a"]) == "0.1000000000000000000000000000001"


def test_keys_are_text() -> None:
    assert load("1: a\ntrue: b\nnull: c\n1.0: d\n") == {"1": "a", "true": "b", "null": "c", "1.0": "d"}


def test_block_text() -> None:
    assert load("a: |\n  一\n  二\nb: >\n  一\n  二\n") == {"a": "一\n二\n", "b": "一 二\n"}


def test_json_is_yaml() -> None:
    assert load('{"a": [1, 2.50, "x", null, true], "b": {"c": "\\u4e00"}}') == {
        "a": [1, Decimal("2.50"), "x", None, True],
        "b": {"c": "一"},
    }


def test_places_of_values_and_keys() -> None:
    document = yamlfile.load("a: 1\nb:\n  - x\n  - c: 2\n    d: {e: 3}\n", "f.yaml")

    def at(*path: str | int, key: bool = False) -> tuple[int, int]:
        place = document.place(path, key=key)
        assert place.file == "f.yaml"
        return place.line, place.column

    assert at("a") == (1, 4)
    assert at("a", key=True) == (1, 1)
    assert at("b", 0) == (3, 5)
    assert at("b", 1) == (4, 5)
    assert at("b", 1, "d", "e") == (5, 12)
    assert at("b", 1, "d", "e", key=True) == (5, 9)
    assert at("b", 1, "nothing", "below") == (4, 5), "what is not there has its parent's place"
    assert at() == (1, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\na: 2\n", ["第2行第1列", "“a”重复", "第1行"]),
        ("a: {b: 1, b: 2}\n", ["第1行第11列", "重复"]),
        ("1: a\n'1': b\n", ["第2行", "重复"]),
        ("a: &x 1\n", ["第1行第4列", "锚点"]),
        ("a: *x\n", ["第1行第4列", "别名"]),
        ("a: !!python/object:os.system x\n", ["第1行第4列", "标签"]),
        ("a: !x 1\n", ["标签"]),
        ("a: 1\n---\nb: 2\n", ["第2行", "多个 YAML 文档"]),
        ("? [a, b]\n: 1\n", ["键不能是列表或映射"]),
        ("<<: *base\na: 1\n", ["别名"]),
        ("a: 'x\n", ["语法错误"]),
        ("a: [1, 2\n", ["语法错误"]),
        ("a: b: c\n", ["第1行第5列", "冒号"]),
        ("a:\n\tb: 1\n", ["第2行", "Tab"]),
        ("", ["空"]),
        ("# nothing\n", ["空"]),
        ("\x00", ["第1行第1列", "控制字符 U+0000"]),
        ("a: " + "9" * 61 + "\n", ["数字太长"]),
        ("a: 0." + "9" * 61 + "\n", ["数字太长"]),
    ],
)
def test_what_is_refused(text: str, words: list[str]) -> None:
    said = problems(text)
    assert said[0].startswith("f.yaml")
    for word in words:
        assert any(word in line for line in said), said


def test_all_problems_at_once() -> None:
    said = problems("a: &x 1\nb: *x\nc: 1\nc: 2\nd: !t 3\n")
    assert len(said) == 4
    assert [line.split("行")[0] for line in said] == ["f.yaml：第1", "f.yaml：第2", "f.yaml：第4", "f.yaml：第5"]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{a: " * 100_000,
        "- " * 50_000 + "1",
        "[" * 61 + "]" * 61,
        "a:\n" + "".join(" " * n + "a:\n" for n in range(1, 200)),
    ],
    ids=["lists", "mappings", "block lists", "just too deep", "block mappings"],
)
def test_deep_nesting_ends_in_a_message(text: str) -> None:
    assert problems(text)


def test_nesting_within_the_limit() -> None:
    assert load("[" * yamlfile.MAX_DEPTH + "]" * yamlfile.MAX_DEPTH)


def test_a_bomb_of_aliases_is_refused() -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
    assert problems(text)


def test_what_kind_of_error_the_caller_says() -> None:
    with pytest.raises(InputError):
        yamlfile.load("a: [", "f.yaml", InputError)


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert yamlfile.load_file(path).data == {"a": 1, "b": 2}
    assert yamlfile.load_file(path, name="short").file == "short"
    path.write_bytes("a: 指标".encode("gb18030"))
    for name, words in ((path, "UTF-8"), (tmp_path / "none.yaml", "读不了"), (tmp_path, "读不了")):
        with pytest.raises(JixiaoError, match=words):
            yamlfile.load_file(name)


def test_walk_gives_parents_first() -> None:
    assert [path for path, _ in yamlfile.walk({"a": [1, {"b": 2}]})] == [(), ("a",), ("a", 0), ("a", 1), ("a", 1, "b")]


# --- mistakes of typing ----------------------------------------------------------------------------------------------

BEFORE = "grades:\n  - {grade: 优, from: 90, basis: a#b}\nscoring:\n  execution:\n"


@pytest.mark.parametrize(
    ("wrong", "place", "words"),
    [
        ("    title：预算执行\n    cases: []\n", "第5行第10列", "“title”后面用了全角冒号"),
        ("    title: x\n    cases:\n      - {score：weight * 2, a: {b: c} d}\n", "第7行第15列", "全角冒号"),
        ("    title:预算执行\n    cases: []\n", "第5行第10列", "冒号后面少了空格"),
        ("    cases:\n      -{case: a}\n      - {case: b}\n", "第6行第7列", "“-”后面少了空格"),
        ("    cases:\n      － {case: a}\n      - {case: b}\n", "第6行第7列", "列表的横线写成了“－”"),
        ("　　　　title: x\n    cases: []\n", "第5行第1列", "缩进里用了全角空格"),
        ("\u00a0\u00a0\u00a0\u00a0title: x\n    cases: []\n", "第5行第1列", "缩进里用了不间断空格"),
        ('    title: "x\n    a: b\n    c: d\n    e: f\n    g: h\n    cases: "y"\n', "第5行第12列", "双引号没有收尾"),
        ("    title: 'x\n    a: b\n    c: d\n    e: f\n    g: h\n", "第5行第12列", "单引号没有收尾"),
        ("    cases:\n      - {case: a, when: {b: c}\n        score: d\n", "第6行第9列", "括号没有收尾"),
        ("    when: ｛a: {b: c}｝\n", "第5行第11列", "全角括号"),
        ("    when: {a: b，c: 0，d: 0}\n", "第5行第16列", "全角逗号"),
        ("\ttitle: x\n", "第5行第1列", "Tab 缩进"),
    ],
)
def test_mistakes_of_typing_are_named_at_their_line(wrong: str, place: str, words: str) -> None:
    (line,) = problems(BEFORE + wrong)
    assert place in line
    assert words in line


@pytest.mark.parametrize("char", ["\x00", "\x07", "\x1b", "\x7f", "\x9b"])
def test_control_characters_are_refused_by_line_and_name(char: str) -> None:
    first, second = problems(f"a: 1\nb: x{char}y\r\nc: {char}\n")
    assert first.startswith(f"f.yaml：第2行第5列：含有控制字符 U+{ord(char):04X}")
    assert second.startswith("f.yaml：第3行第4列")


def test_a_file_is_read_no_further_than_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: " + "x" * 100, encoding="utf-8")
    monkeypatch.setattr(yamlfile, "MAX_BYTES", 50)
    with pytest.raises(PolicyError, match="文件过大"):
        yamlfile.load_file(path)
    with pytest.raises(PolicyError, match="文件过大"):
        yamlfile.load_file(Path("/dev/zero"))
