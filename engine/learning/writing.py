"""What was learned as YAML: a form.yaml with the ground of each guess beside it, and the policy.yaml by which it is found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.forms.columns import one_line
from engine.forms.labels import fold
from engine.forms.model import Layout
from engine.learning.around import literal
from engine.learning.model import (
    BUDGET_COLUMNS,
    BUDGET_ROWS,
    CLOSING,
    COLUMNS,
    GOALS,
    HEADER,
    TITLES,
    Guess,
    Sample,
)
from engine.yaml.writer import flow

BASE = "common/form"
"""The pack of words that all layouts share: what it knows is not written again."""
_KEYS = {HEADER: "key", BUDGET_ROWS: "role"}
_ORDER = (TITLES, HEADER, BUDGET_COLUMNS, BUDGET_ROWS, GOALS, COLUMNS, CLOSING)
UNCONFIRMED = "待确认"


def policy_yaml(id_: str, title: str, schema: str) -> str:
    """The head: a pack, since it only says how forms are laid out and judges none."""
    return (
        f"# yaml-language-server: $schema={schema}\n"
        "# 只描述表样，不计分：用它读入的表由同一地区的政策计分，没有的由兜底的政策计分。政策也可以在 extends 里写上它。\n"
        "policy:\n"
        f"  id: {id_}\n"
        f"  title: {flow(title)}\n"
        f"  jurisdiction: {id_.partition('/')[0]}\n"
        "  status: pack\n"
        f"  extends: [{BASE}]\n"
    )


def form_yaml(guesses: Sequence[Guess], found: Sequence[Sample], base: Layout, title: str, schema: str) -> str:
    """The layout. What nobody has confirmed says so in a comment and by `unconfirmed: true`, which the reader heeds."""
    files = "、".join(dict.fromkeys(Path(sample.file).name for sample in found))
    lines = [
        f"# yaml-language-server: $schema={schema}",
        f"# {title}：jixiao layout learn 从 {files} 学来，在 {BASE} 之上，只写它不认得的。",
        "# 每一项上面写着凭什么这样认。",
    ]
    if any(map(is_open, guesses)):
        lines.append(f"# 写着“{UNCONFIRMED}”的还没有人确认：照它读出的格存疑，不计分。")
        lines.append("# 核对无误的，删去 unconfirmed 那一行；不对的，改正再删。")
    lines += ["form:", *_marks(guesses, found, base)]
    if dropped := [guess.label for guess in guesses if _is_kept(guess) and base.columns.find(guess.label)]:
        lines += ["  # 这些称呼在别处另有所指，在这个表样里不算", f"  drop: {flow(dropped)}"]
    open_: str = ""
    for part in _ORDER:
        own = [guess for guess in guesses if guess.part == part and _is_written(guess)]
        fielded = [guess for guess in own if guess.field]
        kept = [guess for guess in own if not guess.field] if part == COLUMNS else []
        if not fielded and not kept:
            continue
        if len(part) > 1 and part[0] != open_:
            lines.append(f"  {part[0]}:")
        open_, pad = part[0], "  " * len(part)
        if fielded:
            lines.append(f"{pad}{part[-1]}:")
            for guess in fielded:
                lines += _entry(guess, pad + "  ")
        if kept:
            lines += [f"{pad}# “{guess.label}”：{guess.ground}" for guess in kept]
            lines.append(f"{pad}other_columns: {flow([guess.label for guess in kept])}")
    for guess in guesses:
        if guess.part == COLUMNS and not _is_written(guess):
            told = f"“{guess.label}”一栏{guess.ground}，读表时照原样保留并提示"
            lines.append(f"  # {UNCONFIRMED}：{told}；知道的，写在 indicators.columns 里")
    return "\n".join(lines) + "\n"


def is_open(guess: Guess) -> bool:
    """Whether nobody has confirmed a guess that something is read by."""
    return bool(guess.field) and not guess.confirmed


def _is_kept(guess: Guess) -> bool:
    """Whether a guess is that a column is no field, and is to be kept as it is."""
    return guess.part == COLUMNS and not guess.field and _is_written(guess)


def _is_written(guess: Guess) -> bool:
    """Whether a guess has an entry: a column nobody can tell stays unlisted, so that it is told whenever it is read."""
    return bool(guess.field) or guess.confirmed or guess.sure


def _entry(guess: Guess, pad: str) -> Iterator[str]:
    key = _KEYS.get(guess.part, "field")
    mark = "" if guess.confirmed else f"（{UNCONFIRMED}）"
    if guess.part == TITLES:
        yield f"{pad}# {guess.ground}{mark}"
        yield f"{pad}- kind: {guess.extra['kind']}"
        yield f"{pad}  wording: {flow(guess.label)}"
        yield f"{pad}  example: {flow(guess.extra['example'])}"
    else:
        yield f"{pad}# “{guess.label}”是{guess.usual}：{guess.ground}{mark}"
        yield f"{pad}- {key}: {guess.field}"
        yield f"{pad}  labels: {flow([guess.label])}"
        if guess.part == HEADER and guess.field == "project_name":
            yield f"{pad}  kind: project"
    if not guess.confirmed:
        yield f"{pad}  unconfirmed: true  # {UNCONFIRMED}"


def _marks(guesses: Sequence[Guess], found: Sequence[Sample], base: Layout) -> Iterator[str]:
    """What only this layout has: its title and the headings of columns that the packs do not know; two thirds of them tell it.
    Where it has none, the other labels they do not know."""
    listed = (base.columns, base.other_columns)
    labels = [label for sample in found for label in sample.labels if not any(known.find(label) for known in listed)]
    labels += [guess.label for guess in guesses if guess.part in (COLUMNS, BUDGET_COLUMNS)]
    titles = [guess.label for guess in guesses if guess.part == TITLES]
    if not labels and not titles:
        labels = [guess.label for guess in guesses]
    unique = {fold(label): label for label in labels if len(fold(label)) > 1}
    wordings = [*(literal(one_line(label)) for label in unique.values()), *titles]
    yield "  # 表上有这些称呼里的几处，就用这个表样"
    yield "  marks:"
    yield f"    at_least: {max(1, -(-2 * len(wordings) // 3))}"
    yield "    of:"
    for wording in wordings:
        yield f"      - {{wording: {flow(wording, inside=True)}}}"
