"""What the tests share: the command line as a user runs it, the real forms, a small form, and policies to change.

Commands run inside this process by the code the `jixiao` command runs (`engine.cli.main`), exit status included; `process`
runs them as a process of their own, for what only shows there.
"""

from __future__ import annotations

import gc
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import costs
import deep
import hypothesis
import once
import pytest
from browser import Browser

from engine.cli import app as cli
from engine.soundness.tests import running

# where it is set, each worker would take every test apart for its assertions, and each process would compile every module
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# a machine that is busy is slow, and slow is not wrong: times are for benchmarks/. A run judges a change, not a lucky draw: it
# tries the same examples every time; `make deep` tries new ones, and many more
hypothesis.settings.register_profile("jixiao", deadline=None, derandomize=not deep.DEEP, max_examples=deep.tries(30, 5000))
hypothesis.settings.load_profile("jixiao")

ROOT = Path(__file__).parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--costs", type=int, default=0, metavar="N", help="print the N dearest tests, and what each file costs, in CPU seconds"
    )


def pytest_configure(config: pytest.Config) -> None:
    if shown := config.getoption("--costs"):
        config.pluginmanager.register(costs.Meter())
        if not hasattr(config, "workerinput"):  # a worker measures, the one that started it tells
            config.pluginmanager.register(costs.Costs(shown))
    if deep.DEEP and not hasattr(config, "workerinput"):
        config.pluginmanager.register(deep.Figures())
    gc.set_threshold(*cli.GARBAGE)
    if not hasattr(config, "workerinput"):  # what a policy compiles to is kept for all workers, and nobody else's is taken up
        os.environ["JIXIAO_CACHE"] = tempfile.mkdtemp(prefix="jixiao-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop("JIXIAO_CACHE", ""), ignore_errors=True)


def pytest_collection_finish() -> None:
    gc.freeze()  # libraries and tests stay to the end: nobody need look through them again and again


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    if nextitem is None or nextitem.path != item.path:
        gc.freeze()  # so do policies, texts and judgements that are remembered: to look through them all takes up to ten seconds


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and hypothesis.is_hypothesis_test(item.obj):
            item.add_marker(pytest.mark.deep)


@pytest.fixture(scope="session", autouse=True)
def _once() -> Iterator[None]:
    """What comes out the same each time is done once (see `once`)."""
    with pytest.MonkeyPatch.context() as patch:
        if not deep.DEEP:
            once.proofs(patch)
            once.tests_of_policies(patch)
            once.readings(patch)
            once.judgements(patch)
        yield


@pytest.fixture(scope="session")
def _chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    made = Browser(tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def browser(_chromium: Browser) -> Browser:
    """A browser as if just started; there is one in each process. Tests that ask for it need the mark `needs_browser`."""
    return _chromium.anew()


@pytest.fixture
def without_the_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy is tested by its own tests and its parents', not by those of the packs, which take seconds and run elsewhere."""
    every = running.written_tests
    monkeypatch.setattr(running, "written_tests", lambda *a: [one for one in every(*a) if not one[0].startswith("common/")])


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> deep.Figure:
    """Tell what a test has tried, for `make deep` to print: `figure(f"{number} records, none wrong")`."""
    return lambda text: record_property(deep.KEY, text)


SMALL_FORM = """\
2021年度示例经费项目自评表
填报单位：示例单位    填报日期：2022年4月27日
\t项目名称
\t示例经费项目

\t预算执行情况（万元）
\t
\t预算数（A)
\t执行数(B)
\t执行率(B/A)
\t得分（20分*执行率）

\t（20分）
\t年度财政资金总额
\t200.00
\t150.00
\t75.00%
\t15.00

\t年度绩效目标1（80分）
\t一级指标
\t二级指标
\t三级指标
\t年初目标值（A)
\t实际完成值(B)
\t得分

\t
\t产出指标（40分）
\t数量指标（20分）
\t培训期数（20分）
\t3期
\t1期
\t6.67

\t
\t
\t质量指标（20分）
\t服务投诉次数（20分）
\t≤4次
\t5次
\t16

\t
\t效益指标（40分）
\t社会效益指标（30分）
\t服务水平（30分）
\t提高服务水平
\t已完成
\t27

\t
\t
\t满意度指标（10分）
\t服务对象满意度（10分）
\t≥90%
\t95%
\t10

\t总分
\t74.67

\t自评等级
\t中
"""
"""Worked out by hand: execution 20 × 150 ÷ 200 = 15; 培训期数 20 × 1 ÷ 3 = 6.67 (proportional, note 2); 服务投诉次数 20 × 4 ÷ 5
= 16 (inverse); 服务水平 27 claimed, the tier is [24, 30] (note 3); 服务对象满意度 10 (met). Total 74.67, 中."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a user gets from one command."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def errors(self) -> list[str]:
        return self.err.splitlines()


Jixiao = Callable[..., Run]


class _Stream(io.StringIO):
    """As a pipe: no terminal."""

    encoding = "utf-8"


def _run(*arguments: object) -> Run:
    out, err = _Stream(), _Stream()
    before = sys.argv
    sys.argv = ["jixiao", *map(str, arguments)]
    try:
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            cli.main()
    finally:
        sys.argv = before
    return Run(int(ended.value.code or 0), out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def jixiao() -> Jixiao:
    """Run a command in this process: `jixiao("evaluate", path)`."""
    return _run


@pytest.fixture(scope="session")
def shown() -> Jixiao:
    """The same for a command that changes nothing, on files that nobody changes: run once a session. Not to be changed."""
    return cache(_run)


@pytest.fixture(scope="session")
def process() -> Jixiao:
    """Run a command as a process of its own, from the root of the checkout."""

    def run(*arguments: object, env: Mapping[str, str] | None = None) -> Run:
        done = subprocess.run(
            [sys.executable, "-m", "engine.cli", *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            capture_output=True,
            timeout=600,  # against a hang; how long it takes is the machine's affair
            check=False,
        )
        return Run(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    return run


@pytest.fixture(scope="session")
def seed() -> Path:
    """The four published forms."""
    return ROOT / "examples" / "hubei-gcc-2021.txt"


@pytest.fixture(scope="session")
def facts_alone(shown: Jixiao, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The four published forms without their reports, as a record: what is drafted of them is drafted from the facts."""
    record = json.loads(shown("read", ROOT / "examples" / "hubei-gcc-2021.txt").out)
    for form in record["forms"]:
        for name in ("report", "statements", "unmet"):
            form.pop(name, None)
    path = tmp_path_factory.mktemp("facts") / "forms.json"
    path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def seed_result(shown: Jixiao, seed: Path) -> Any:
    """The result of the four published forms, as JSON. Not to be changed."""
    run = shown("evaluate", seed, "--format", "json")
    assert run.status == 0, run.err
    return run.data


@pytest.fixture(scope="session")
def result_errors() -> Callable[[Any], list[str]]:
    """What `schemas/result.schema.json` finds wrong with a result."""
    from jsonschema import Draft202012Validator

    schema = json.loads((ROOT / "schemas" / "result.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    return lambda result: [f"{error.json_path}: {error.message}" for error in validator.iter_errors(result)]


def replace_once(text: str, old: str, new: str) -> str:
    """`text` with `old`, which must occur exactly once, replaced: a test that changes nothing proves nothing."""
    assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times"
    return text.replace(old, new)


@dataclass(frozen=True, slots=True)
class Forms:
    """Writes the small form, changed as told, and evaluates it."""

    directory: Path

    def write(self, *changes: tuple[str, str], name: str = "form.txt") -> Path:
        text = SMALL_FORM
        for old, new in changes:
            text = replace_once(text, old, new)
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def forms(tmp_path: Path) -> Forms:
    """The small form, to be changed."""
    return Forms(tmp_path)


@dataclass(frozen=True, slots=True)
class Policies:
    """A directory of one's own policies with a copy of hubei/2021 in it, to be changed."""

    root: Path

    @property
    def home(self) -> Path:
        return self.root / "hubei" / "2021"

    def change(self, file: str, *changes: tuple[str, str]) -> Policies:
        path = self.home / file
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            text = replace_once(text, old, new)
        path.write_text(text, encoding="utf-8")
        return self

    def line(self, file: str, text: str) -> int:
        """The number of the one line with this text."""
        found = [n for n, line in enumerate((self.home / file).read_text(encoding="utf-8").splitlines(), 1) if text in line]
        assert len(found) == 1, f"{text!r} is in lines {found}"
        return found[0]


@pytest.fixture
def policies(tmp_path: Path) -> Policies:
    """One's own copy of the policy of Hubei, for `--policies`, with the recognition tables it shares with the others."""
    root = tmp_path / "mine"
    # without the locks: a copy is there to be changed
    shutil.copytree(ROOT / "policies" / "hubei" / "2021", root / "hubei" / "2021", ignore=shutil.ignore_patterns("policy.lock"))
    for name in ("recognition.yaml", "words.yaml"):
        shutil.copy(ROOT / "policies" / "common" / "recognition" / name, root / "hubei" / "2021" / name)
    return Policies(root)


@pytest.fixture(autouse=True)
def _plain_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever terminal the tests run in: no colours forced, no width forced."""
    for name in ("FORCE_COLOR", "NO_COLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
