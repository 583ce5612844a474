"""Folders of small forms that people add to, edit, move and delete, drawn from a seed; and what a corpus of them is on disk."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

CACHES = ("prepared", "impact")
UNITS = ("甲县水务局", "乙县水务局", "丙局", "丙　局", "丁局（本级）", "戊中心", "己学校", "庚医院")
NAMES = ("山塘修缮", "山塘修缮（一期）", "山塘修缮（二期）", "培训", "护堤护岸（中央资金）", "护堤护岸（省级资金）")
FOLDERS = ("甲县", "乙县", "市直/教育", "市直")
ANSWERS = "known_indicators:\n- name: 培训人数\n  direction: positive\n  source: 局里说的\n"


def contents(root: Path) -> dict[str, bytes]:
    """Every file and folder of a corpus that anything reads, but for what batches keep there."""
    out = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if not name.startswith(CACHES):
            out[name] = path.read_bytes() if path.is_file() else b""
    return out


def record(rng: random.Random) -> dict[str, Any]:
    """A record of one form, seldom two, of a few units and names: what is drawn often is filed twice."""
    forms = [_form(rng, name) for name in rng.sample(NAMES, rng.choice((1, 1, 1, 2)))]
    data: dict[str, Any] = {"schema": "jixiao/submission/1", "fiscal_year": rng.choice((2021, 2021, 2021, 2022))}
    if rng.random() < 0.1:
        for form in forms:
            form["unit"] = rng.choice(UNITS)
    else:
        data["unit"] = rng.choice(UNITS)
    if rng.random() < 0.7:
        data["jurisdiction"] = "hubei"
    return {**data, "forms": forms}


def _form(rng: random.Random, name: str) -> dict[str, Any]:
    amount = str(rng.choice((100, 200, 300)))
    line = {"name": "年度财政资金总额", "role": "total", "weight": "20", "score": "20", "money_unit": "万元"}
    indicator = {"name": rng.choice(("培训人数", "合格率")), "level1": "产出指标", "level2": "数量指标", "weight": "80"}
    indicator |= {"target": "100人", "actual": rng.choice(("100人", "50人")), "score": "80"}
    form: dict[str, Any] = {"kind": rng.choice(("project", "project", "department")), "name": name}
    if rng.random() < 0.6:
        form["filled_on"] = f"2022年4月{rng.randint(1, 3)}日"
    return {**form, "budget": [{**line, "budget": amount, "executed": amount}], "goals": [{"indicators": [indicator]}]}


class Filed:
    """Two folders of forms, and what happens to them."""

    def __init__(self, at: Path, rng: random.Random) -> None:
        self.roots, self.rng, self.count = (at / "各县报送", at / "补报"), rng, 0
        for root in self.roots:
            root.mkdir(parents=True)

    def files(self) -> list[Path]:
        return sorted(path for root in self.roots for path in root.rglob("*") if path.is_file())

    def step(self) -> str:
        """Something happens to a file; what."""
        some = self.files()
        kinds: list[Callable[[Path], object]] = [self.add, self.add]
        if some:
            kinds += [self.edit, self.delete, self.move, self.copy, self.spoil, self.touch, self.answer]
        what = self.rng.choice(kinds)
        what(self.rng.choice(some) if some else Path())
        return what.__name__

    def fresh_path(self, suffix: str) -> Path:
        self.count += 1
        folder = self.rng.choice(self.roots) / self.rng.choice(("", *FOLDERS))
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{self.rng.choice('abcdef')}{self.count}{suffix}"

    def add(self, _: Path) -> None:
        path = self.fresh_path(self.rng.choice((".json", ".json", ".json", ".jsonl")))
        path.write_text(self.text(path.suffix), encoding="utf-8")

    def text(self, suffix: str) -> str:
        made = [json.dumps(record(self.rng), ensure_ascii=False) for _ in range(self.rng.randint(2, 4))]
        return "\n".join(made) + "\n" if suffix == ".jsonl" else made[0]

    def edit(self, path: Path) -> None:
        if path.suffix == ".jsonl":
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            lines.insert(self.rng.randint(0, len(lines)), json.dumps(record(self.rng), ensure_ascii=False))
            path.write_text("\n".join(lines[self.rng.randint(0, 1) :]) + "\n", encoding="utf-8")
        elif path.suffix == ".json":
            path.write_text(self.text(".json"), encoding="utf-8")

    def delete(self, path: Path) -> None:
        path.unlink()

    def move(self, path: Path) -> None:
        """To another folder and name, as often over nothing as under a name that was there before."""
        path.rename(self.fresh_path(path.suffix) if path.name != "答复.yaml" else path)

    def copy(self, path: Path) -> None:
        shutil.copy(path, self.fresh_path(path.suffix))

    def spoil(self, path: Path) -> None:
        if self.rng.random() < 0.5:
            path.write_bytes(path.read_bytes()[: self.rng.randint(0, 40)])

    def touch(self, path: Path) -> None:
        path.touch()

    def answer(self, path: Path) -> None:
        """Somebody answers a question, or takes the answer back."""
        beside = path.parent / "答复.yaml"
        if beside.exists():
            beside.unlink()
        else:
            beside.write_text(ANSWERS, encoding="utf-8")
