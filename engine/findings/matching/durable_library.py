"""The library durable-rules itself: its C module, opened, given facts and asked, with the guards that keep it from going wrong."""

from __future__ import annotations

import json
import threading
from typing import Any

try:
    # The C module on its own: a Host of the Python layer starts two endless threads, runs actions later in one of them,
    # and swallows what they raise.
    import durable_rules_engine as _engine

    _why = ""
except Exception as error:  # not installed, or built for another Python: "undefined symbol" and the like
    _engine, _why = None, f"{type(error).__name__}: {error}"

LOCK = threading.Lock()  # two threads on one state crash, and the module keeps its handles in one table
SID = "s"  # one constant: 1,024 live sids end in a crash, and sids are told apart by a 32-bit hash only
_TRIGGER = f'{{"id":"T","sid":"{SID}","k":0,"_":1}}'
TRIGGER_PATTERN = {"T": {"k": 0}}
CANARY = "canary"


class DurableFailed(Exception):
    """durable-rules gave no verdict: an error of the library, a limit of it, a dead worker. Says nothing about the rules."""


class DurableDeclined(DurableFailed):
    """It was not asked: these facts are more than it can take safely. The message says so in Chinese."""


def available() -> bool:
    """Whether the library is there and can be imported."""
    return _engine is not None


def why_unavailable() -> str:
    """The reason, or an empty string."""
    return _why


def opened(definition: dict[str, Any]) -> int:
    """A handle on rules as the library takes them, by name. Whoever asks holds LOCK."""
    handle: int = _engine.create_ruleset("p", json.dumps({**definition, CANARY: {"all": [TRIGGER_PATTERN]}}))
    # Where nothing ever fired, delete_state frees an uninitialised pointer. One firing on the one slot ever used prevents it.
    trigger(handle)
    return handle


def add(handle: int, fact: str) -> None:
    """Give the handle a fact, as JSON. Raises DurableFailed.

    One by one: of a batch, one bad element drops all later ones and reports success; {} never ends, [] crashes."""
    status, _ = _engine.assert_fact(handle, fact)
    if status > 1:  # 0 handled, 1 no pattern wants it
        raise DurableFailed(f"assert_fact returned {status}")


def trigger(handle: int) -> list[tuple[str, dict[str, Any]]]:
    """Assert the trigger, collect what fired as (rule, frame), and forget the submission."""
    status, state = _engine.assert_fact(handle, _TRIGGER)
    if status != 0:
        raise DurableFailed(f"trigger returned {status}")
    fired: list[tuple[str, dict[str, Any]]] = []
    answer = _engine.start_action_for_state(handle, state)
    message = answer and answer[1]
    while message:
        fired += json.loads(message).items()
        message = _engine.complete_and_start_action(handle, state)
    # A rule that holds on every submission: if it is silent, or speaks twice, the state was not that of this submission.
    if sum(rule == CANARY for rule, _ in fired) != 1:
        raise DurableFailed("canary did not fire exactly once")
    _engine.delete_state(handle, SID)
    return fired


def give_back(handle: int) -> None:
    """Close a handle."""
    _engine.delete_ruleset(handle)
