"""What a command says when a library of an extra is not there, or does not load; and what stays a fault of ours."""

from __future__ import annotations

import importlib
from importlib import metadata

import pytest

from engine import extras
from engine.errors import UsageError


def _said(name: str, wrong: ImportError) -> str:
    with pytest.raises(UsageError) as refused, extras.extra(name):
        raise wrong
    assert refused.value.exit_status == 2
    return str(refused.value)


def test_what_is_missing_is_read_from_the_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    requirements = [
        "click>=8",
        "argon2-cffi<27,>=23.1; extra == 'workbench'",
        'Merge3 ; extra == "workbench"',
        "duckdb; extra == 'corpus'",
    ]
    monkeypatch.setattr(metadata, "requires", lambda name: requirements)
    monkeypatch.setattr(extras, "_installed", lambda name: name == "Merge3")
    assert extras.lacking("workbench") == ["argon2-cffi"]
    assert extras.lacking("corpus") == ["duckdb"]
    said = _said("workbench", ModuleNotFoundError("no", name="argon2"))
    assert "argon2-cffi" in said
    assert "pip install 'jixiao[workbench]'" in said


def test_a_library_that_is_there_and_does_not_load_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "_installed", lambda name: True)
    said = _said("corpus", ImportError("libarrow.so: undefined symbol", name="pyarrow.lib"))
    assert "undefined symbol" in said
    assert "--force-reinstall 'jixiao[corpus]'" in said


def test_in_a_checkout_that_was_never_installed_the_module_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", unknown)
    assert "缺少 duckdb" in _said("corpus", ModuleNotFoundError("no", name="duckdb"))


def test_a_module_of_our_own_that_is_missing_stays_a_fault_of_ours() -> None:
    with pytest.raises(ModuleNotFoundError), extras.extra("corpus"):
        importlib.import_module("engine.no_such_room")


def test_it_decorates_a_command_as_well() -> None:
    @extras.extra("spark")
    def command(n: int) -> int:
        if n:
            raise ModuleNotFoundError("no", name="pyspark")
        return n

    assert command(0) == 0
    with pytest.raises(UsageError, match="spark"):
        command(1)
    with pytest.raises(UsageError, match="spark"):  # every time
        command(1)
