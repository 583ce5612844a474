"""`jixiao selftest`: whether this installation, on this machine, gives what it gave where it was released.

The shipped examples are judged again and held against what is frozen beside them: every score, its range and status, the grade, and
which rule found what on which row. Words are not compared, so that a sentence that was improved is no difference.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from engine.errors import EXIT_OK, EXIT_TESTS
from engine.resources import shipped

SHOWN = 5
"""Differences of one example that are printed; the count of all is."""


@dataclass(frozen=True, slots=True)
class Replay:
    """One example judged again. `expected` and `now`: as `digest` has them; `matcher`: what matched the rules here."""

    name: str
    policy: str
    expected: Mapping[str, Any]
    now: Mapping[str, Any]
    matcher: str
    tally: str


@click.command()
def selftest() -> int:
    """自检：重放随程序的样例，核对得分和问题与发布时是否一致，并打印引擎、政策和结果的哈希。

    装好之后、换一台机器之后、出了争议之后，都可以用它证明两处算的是一回事。
    """
    from engine import __version__
    from engine.policy.library import library
    from engine.policy.loading import resolve

    click.echo(f"引擎 {__version__}，sha256 {engine_hash()}")
    policies = library()
    for policy in policies.ids():
        click.echo(f"政策 {policy}，sha256 {resolve(policy, policies).sha256()}")
    wrong = 0
    for replay in replays(samples()):
        differences = list(differing(replay.expected, replay.now))
        wrong += bool(differences)
        verdict = f"不一致，{len(differences)} 处" if differences else "一致"
        click.echo(
            f"样例 {replay.name}（{replay.policy}，{replay.tally}，{replay.matcher}）：{verdict}，sha256 {hashed(replay.now)}"
        )
        for text in differences[:SHOWN]:
            click.echo(f"  {text}")
    click.echo("自检没有通过：这里算的与发布时不一样。" if wrong else "自检通过：这里算的与发布时一样。")
    return EXIT_TESTS if wrong else EXIT_OK


def samples() -> list[Path]:
    """The frozen results that came with this installation, one file an example."""
    return sorted((shipped("examples") / "selftest").glob("*.expected.json"))


def replays(frozen: list[Path]) -> Iterator[Replay]:
    """Each example judged by its policy as shipped, whatever other policies this machine has."""
    from engine.intake.bundle import read_bundle
    from engine.policy.library import library
    from engine.results.bundles import checked_bundles
    from engine.results.reading import matched

    for path in frozen:
        expected = json.loads(path.read_text("utf-8"))
        file = path.parent / expected["input"]
        [item] = checked_bundles([read_bundle([file], library(), expected["policy"])])
        rows = sum(len(form["indicators"]) for form in item.result["forms"])
        tally = f"{len(item.result['forms'])} 张表、{rows} 个指标、{len(item.result['findings'])} 处发现"
        now = {"policy": expected["policy"], "input": expected["input"], **digest(item.result)}
        yield Replay(file.name, expected["policy"], expected, now, matched(item.result["matcher"]), tally)


def digest(result: Mapping[str, Any]) -> dict[str, Any]:
    """What of a result must be the same wherever it is computed: every score and which rule found what, without words."""
    forms = [
        {
            "name": form["name"],
            "scores": {name: _score(score) for name, score in form["scores"].items()},
            "grade": form["grade"]["computed"],
            "indicators": [[row["name"], *_score(row), row["met"], row["direction"]] for row in form["indicators"]],
        }
        for form in result["forms"]
    ]
    findings = sorted([item["rule"], item["severity"], item["form"], item["subject"]] for item in result["findings"])
    return {"forms": forms, "findings": findings}


def _score(score: Mapping[str, Any]) -> list[Any]:
    return [score["computed"], score["allowed"], score["status"]]


def differing(expected: Any, now: Any, *path: str) -> Iterator[str]:
    """Where two digests differ, each a sentence with the place, what was frozen and what came out."""
    if isinstance(expected, dict) and isinstance(now, dict) and expected.keys() == now.keys():
        for key, value in expected.items():
            yield from differing(value, now[key], *path, str(key))
    elif isinstance(expected, list) and isinstance(now, list) and len(expected) == len(now):
        for number, (one, other) in enumerate(zip(expected, now, strict=True), 1):
            yield from differing(one, other, *path, str(number))
    elif expected != now:
        shown = [json.dumps(value, ensure_ascii=False)[:60] for value in (expected, now)]
        yield f"{'·'.join(path)}：发布时 {shown[0]}，现在 {shown[1]}"


def hashed(data: Any) -> str:
    """SHA-256 of plain data in one spelling: keys sorted, no spaces, UTF-8."""
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def engine_hash() -> str:
    """SHA-256 over every module of the engine, by name; of the packed program where there are no modules to be read."""
    import sys

    home = Path(__file__).resolve().parent.parent
    modules = sorted(home.rglob("*.py")) or [Path(sys.executable)]
    whole = hashlib.sha256()
    for module in modules:
        name = module.relative_to(home).as_posix() if home in module.parents else module.name
        whole.update(name.encode() + b"\0" + hashlib.sha256(module.read_bytes()).digest())
    return whole.hexdigest()
