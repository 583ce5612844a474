"""What `jixiao selftest` holds an installation against. To freeze it anew after a change of scores or findings, and read the diff:

JIXIAO_GOLDEN=write pytest tests/golden/test_selftest.py
"""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest
from conftest import Jixiao

from engine.cli.selftest import differing, replays, samples

INPUTS = {"hubei/2021": "../hubei-gcc-2021.txt", "central/2020": "training.json", "sichuan/2025": "training.json"}


@pytest.fixture(scope="module")
def frozen() -> list[Any]:
    home = Path(__file__).parents[2] / "examples" / "selftest"
    if os.environ.get("JIXIAO_GOLDEN") == "write":
        for policy, file in INPUTS.items():
            path = home / f"{policy.replace('/', '-')}.expected.json"
            path.write_text(json.dumps({"policy": policy, "input": file}), encoding="utf-8")
            [replay] = replays([path])
            path.write_text(json.dumps(replay.now, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return list(replays(samples()))


def test_every_example_comes_out_as_frozen(frozen: list[Any]) -> None:
    assert {replay.policy for replay in frozen} == set(INPUTS)
    for replay in frozen:
        assert list(differing(replay.expected, replay.now)) == []
        assert all(form["indicators"] for form in replay.now["forms"])


def test_another_score_and_another_finding_are_told_with_their_place(frozen: list[Any]) -> None:
    replay = frozen[0]
    other = copy.deepcopy(replay.now)
    other["forms"][0]["indicators"][0][1] = "0.01"
    other["findings"][0][1] = "none"
    told = list(differing(replay.expected, other))
    assert len(told) == 2
    assert told[0].startswith("forms·1·indicators·1·2：发布时 ")
    assert '现在 "0.01"' in told[0]
    del other["findings"][0]
    assert any(text.startswith("findings：") for text in differing(replay.expected, other))


def test_the_command_says_so_and_names_every_policy(jixiao: Jixiao) -> None:
    done = jixiao("selftest")
    assert done.status == 0
    assert done.out.splitlines()[-1] == "自检通过：这里算的与发布时一样。"
    for name in ("引擎 ", "政策 hubei/2021，sha256 ", "政策 sichuan/2025，sha256 ", "样例 training.json（central/2020"):
        assert name in done.out
