"""Every problem carries a code, dotted and known, also after its way through another process; what follows goes by codes."""

from __future__ import annotations

import ast
import json
import pickle
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from engine.errors import InputError, Place, Problem
from engine.policy.gaps import _FOLLOWS, Gaps
from engine.policy.library import library
from engine.yaml import schema
from engine.yaml.reader import load

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "docs"))

from code_list import CODE, codes  # noqa: E402  # a tool of `make docs`, in no package


def _problems() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted((ROOT / "engine").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "Problem(" in text else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem":
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_every_problem_the_engine_makes_has_a_code() -> None:
    made = list(_problems())
    assert len(made) > 250
    for where, node in made:
        given = [word.value for word in node.keywords if word.arg == "code"]
        assert given, f"{where}: a Problem without a code"
        if isinstance(given[0], ast.Constant):
            assert CODE.fullmatch(given[0].value), f"{where}: {given[0].value!r} is no code: see SECTIONS in docs/code_list.py"


def test_a_problem_cannot_be_made_without_one() -> None:
    with pytest.raises(TypeError):
        Problem(Place(), "错")  # type: ignore[call-arg]


def test_a_problem_is_the_same_after_its_way_to_another_process() -> None:
    problem = Problem(Place("a.yaml", 3, 4, path="x"), "错", "对", "近", code="policy.no-parameter", names=("parameters", "cap"))
    assert Problem.from_data(json.loads(json.dumps(asdict(problem)))) == problem
    error = pickle.loads(pickle.dumps(InputError([problem, problem])))
    assert type(error) is InputError
    assert error.problems == (problem,)


def test_what_follows_from_a_missing_part_is_known_by_codes_there_are() -> None:
    known = codes(ROOT / "engine")
    assert not [code for said in _FOLLOWS.values() for code in said if code not in known]


@pytest.mark.parametrize(
    ("gaps", "code", "names", "explained"),
    [
        (Gaps(names={"cap"}), "policy.no-parameter", ("parameters", "cap"), True),
        (Gaps(names={"cap"}), "policy.no-parameter", ("parameters", "floor"), False),
        (Gaps(sections={"parameters"}), "policy.no-parameter", ("parameters", "floor"), True),
        (Gaps(sections={"parameters"}), "table.no-otherwise", (), False),
        (Gaps(sections={"tiers"}), "bands.gap", (), True),
        (Gaps(sections={"grades"}), "policy.no-clause", ("sources", "a", "1"), False),
        (Gaps(), "policy.no-clause", ("sources", "\0", "\0"), True),
        (Gaps(places={("a.yaml", 7, 1)}), "table.twice", (), True),
        (Gaps(places={("a.yaml", 8, 1)}), "table.twice", (), False),
    ],
)
@pytest.mark.parametrize("message", ["没有参数“cap”", "各部分分值不等于总分", "X"])
def test_a_consequence_is_known_by_code_name_and_place_and_not_by_its_words(
    gaps: Gaps, code: str, names: tuple[str, ...], explained: bool, message: str
) -> None:
    assert gaps.explains(Problem(Place("a.yaml", 7, 1), message, code=code, names=names)) is explained


def test_a_mistake_of_shape_names_the_keys_that_lead_to_it(tmp_path: Path) -> None:
    text = "parameters:\n  cap: {label: 上限, value: 3, bsais: a#1}\ngrades: 3\n"
    found = {(problem.code, problem.names) for problem in schema.check(load(text, "p.yaml"), "policy")}
    assert ("schema.unknown-key", ("parameters", "cap", "bsais")) in found
    assert ("schema.type", ("grades",)) in found


def test_a_policy_there_is_none_of_is_named() -> None:
    problem = library().missing("hubei/2019", Place())
    assert (problem.code, problem.names) == ("policy.missing", ("hubei/2019",))
