"""A province in seconds: the database against the reference executor, hand-written SQL, and other engines, in one run.

    python benchmarks/corpus.py [--bundles N] [--copies K] [--peers] [--scaling] [--keep DIR]

N bundles (160 indicators each, `corpora.py`) are ingested, and copied K times, so that N x K x 160 indicators stand in the corpus.
Every copy is a bundle of its own: its names and what else few bundles share are texts that no other bundle has (`copied`), so that
what is asked of texts is asked of as many as in a real province. Then, as CPU seconds of one thread:

- `reference`: evaluate and judge a sample in one process, scaled up; the engine's own executor without durable-rules
- `batch`: `jixiao batch` of the whole policy in a process of its own: scores, grades, measures, all rules, Parquet out; the first
  time the policy is compiled (printed beside), from the second on its plan is there
- `floor`: hand-written SQL in DuckDB for scores alone, from the same Parquet columns, everything recognised beforehand
- `floor as read`: the same with the direction the name says and what the words of the actual say, from their columns
- peers (`--peers`): zen-engine and rule-engine doing the quantitative scoring table, and the same in plain Python

What matters are ratios: seconds say more about the machine. `--reference SECONDS` gives the CPU of an indicator in another version
of the reference, to be held against as well. Goals are printed as met or missed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
POLICY = "hubei/2021"
INDICATORS = 160
SAMPLE = 40

CHILD = """
import json, resource, sys, time
sys.path[:0] = {paths!r}
from pathlib import Path
from engine.bulk.batch.options import Options
from engine.bulk.batch.run import batch
from engine.policy.library import library
begin, cpu = time.perf_counter(), time.process_time()
run = batch(Path({corpus!r}), Path({out!r}), library({library}), "{policy}", Options(memory="{memory}", check={check}, threads=1))
print(json.dumps([time.perf_counter() - begin, time.process_time() - cpu,
    resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, run.indicators, run.by_reference, run.refused]))
"""


def ingested(folder: Path, bundles: int, library: Any) -> tuple[Path, Counter[str]]:
    """A corpus of so many bundles, and the mistakes planted in it."""
    import corpora

    from engine.bulk.corpus.ingest import ingest
    from engine.submission import record

    source, corpus = folder / "forms.jsonl", folder / "corpus"
    planted: Counter[str] = Counter()
    with source.open("w", encoding="utf-8") as stream:
        for made, mistakes in corpora.bundles(bundles):
            planted.update(mistakes)
            stream.write(json.dumps(record.to_data(made), ensure_ascii=False) + "\n")
    from engine.policy.loading import load

    load(POLICY, library)
    begin = time.process_time()
    done = ingest([source], corpus, library, POLICY, 1)
    seconds = time.process_time() - begin
    assert not done.problems, done.problems[:3]
    each = 1e6 * seconds / done.indicators
    print(f"ingest: {done.indicators:,} indicators in {seconds:.1f} s CPU, {_size(corpus) / done.forms:.0f} bytes a form")
    goal(f"at most 200 µs CPU an indicator from JSONL: {each:.0f}", each <= 200)
    return corpus, planted


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.parquet"))


def copied(corpus: Path, to: Path, copies: int) -> Path:
    """The corpus with every bundle so many times, each a bundle of its own: another number, and texts that no other bundle has.

    A text that more than a tenth of the bundles have (levels, units, round targets) stays as it is, as it would in a larger corpus;
    all others begin with two characters of their copy, under a number of their own. What was read of a text is not read again, so
    that rows are what they would be for names and words of the same shapes; the records stay as they were filed, and only
    `--check 0` can be run on such a corpus."""
    import duckdb

    from engine.bulk.corpus import index
    from engine.bulk.corpus import store as corpora_
    from engine.bulk.corpus.columns import PREPARED_KINDS, columns

    to.mkdir(parents=True)
    corpora_.begin(to)
    base = corpora_.open_corpus(corpus).parts
    texts = {kind: [name for name, declared in columns(kind).items() if declared == "text"] for kind in PREPARED_KINDS}
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        for table in base[0].files:
            files = ", ".join(f"'{part.path / table}'" for part in base)
            con.execute(f"CREATE TABLE base_{Path(table).stem} AS SELECT * FROM read_parquet([{files}])")
        bundles = con.execute("SELECT count(DISTINCT bundle) FROM base_bundle").fetchone()[0]
        used = " UNION ALL ".join(f'SELECT bundle, "{name}" AS id FROM base_{kind}' for kind in texts for name in texts[kind])
        seldom = f"HAVING 10 * count(DISTINCT bundle) <= {bundles}"
        con.execute(f"CREATE TABLE own AS SELECT id FROM ({used}) WHERE id IS NOT NULL GROUP BY id {seldom}")
        for kind, names in texts.items():
            marks = "".join(f', coalesce("{name}" IN (SELECT id FROM own), false) AS "own {name}"' for name in names)
            con.execute(f"CREATE OR REPLACE TABLE base_{kind} AS SELECT *{marks} FROM base_{kind}")
        con.execute("CREATE OR REPLACE TABLE base_texts AS SELECT DISTINCT *, id IN (SELECT id FROM own) AS mine FROM base_texts")
        each = max(1, 100 // bundles)
        parts = [_copies(con, base, to, texts, range(n, min(n + each, copies))) for n in range(0, copies, each)]
    corpora_.put_in_force(to, index.write(to, [], [], {"problems": [], "apart": []}), parts, [], ())
    return to


MOVED = "xor({}, c * 2654435761 * 65537)"
"""The number of a copy's own text."""


def _copies(con: Any, base: Any, to: Path, texts: dict[str, list[str]], which: range) -> str:
    """A part with these copies of all bundles."""
    import hashlib

    from engine.bulk.corpus.columns import FACT_SHIFT, FORM_SHIFT

    folder = to / "parts" / f"{which.start:07}-{base[0].path.name[8:]}"
    folder.mkdir(parents=True)
    step = 1 << 30  # numbers of bundles are below that
    by = {"bundle": step, "form_key": step * FORM_SHIFT, "fact": step * FORM_SHIFT * FACT_SHIFT}
    by |= {"first_fact": by["fact"], "second_fact": by["fact"]}
    files = {}
    for table in base[0].files:
        stem = Path(table).stem
        have = [row[0] for row in con.execute(f"DESCRIBE base_{stem}").fetchall()]
        new = [f"({key} + c * {size})::BIGINT AS {key}" for key, size in by.items() if key in have]
        new += [
            f'CASE WHEN "own {name}" THEN {MOVED.format(chr(34) + name + chr(34))} ELSE "{name}" END AS "{name}"'
            for name in texts.get(stem, ())
        ]
        if stem == "texts":
            new = [f"CASE WHEN mine THEN {MOVED.format('id')} ELSE id END AS id"]
            new += [
                "CASE WHEN mine THEN chr((13312 + c // 5000)::INT) || chr((13312 + c % 5000)::INT) || text ELSE text END AS text"
            ]
        left_out = "".join(f', "own {name}"' for name in texts.get(stem, ())) or (", mine" if stem == "texts" else "")
        copies = f"(SELECT unnest(range({which.start}, {which.stop})) AS c)"
        replaced = f" REPLACE ({', '.join(new)})" if new else ""
        distinct = "DISTINCT " if stem == "texts" else ""
        con.execute(
            f"COPY (SELECT {distinct}* EXCLUDE (c{left_out}){replaced} FROM base_{stem} CROSS JOIN {copies}) "
            f"TO '{folder / table}' (FORMAT parquet, COMPRESSION zstd)"
        )
        with (folder / table).open("rb") as stream:
            files[table] = hashlib.file_digest(stream, "sha256").hexdigest()
    about = json.loads((base[0].path / "part.json").read_text(encoding="utf-8"))
    others = [json.loads((part.path / "part.json").read_text(encoding="utf-8")) for part in base]
    for name in ("bundles", "forms", "indicators"):
        about[name] = len(which) * sum(other[name] for other in others)
    about["sizes"] = {name: max(other["sizes"].get(name, 0) for other in others) for name in about["sizes"]}
    (folder / "part.json").write_text(json.dumps({**about, "files": files}), encoding="utf-8")
    return folder.name


def batched(corpus: Path, out: Path, where: str, memory: str, check: int) -> list[Any]:
    """A batch in a process of its own: wall, CPU, peak GiB, indicators, bundles by reference, rules refused."""
    shutil.rmtree(out, ignore_errors=True)
    paths = [str(ROOT)]
    text = CHILD.format(paths=paths, corpus=str(corpus), out=str(out), library=where, policy=POLICY, memory=memory, check=check)
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, check=False, env=os.environ)
    if done.returncode:
        sys.exit(done.stderr.decode())
    return list(json.loads(done.stdout.splitlines()[-1]))


def reference(library: Any) -> float:
    """CPU seconds of an indicator in the reference executor."""
    import corpora

    from engine.bulk.batch.reference import Reference
    from engine.policy.loading import load

    one = Reference(load(POLICY, library))
    made = [corpora.bundle(number)[0] for number in range(SAMPLE)]
    one.rows(made[0], 0)
    cpu = time.process_time()
    for number, submission in enumerate(made):
        one.rows(submission, number)
    return (time.process_time() - cpu) / (SAMPLE * INDICATORS)


FLOOR = """
COPY (SELECT bundle, fact, CASE
    WHEN {inverse} AND t = 0 AND a = 0 THEN w
    WHEN {inverse} AND t >= 0 AND a >= 0 AND a <= t THEN w
    WHEN {inverse} AND t >= 0 AND a > 0 THEN (2 * w * t + a) // (2 * a)
    WHEN NOT {inverse} AND t >= 0 AND a >= t THEN w
    WHEN NOT {inverse} AND t > 0 THEN greatest(0, (2 * w * a + t) // (2 * t))
    WHEN {met} THEN greatest(w * 8 // 10, least(w, r)) END AS computed
FROM (SELECT bundle, fact, name_direction, wording, (weight // 10000)::HUGEINT AS w, (reported // 10000)::HUGEINT AS r,
    target_positive::HUGEINT AS t, actual_positive::HUGEINT AS a FROM read_parquet('{files}')))
TO '{out}' (FORMAT parquet, COMPRESSION zstd)
"""


def floor(corpus: Path, out: Path, read: bool) -> float:
    """CPU seconds of hand-written SQL for scores alone; with `read` it also asks what names and wordings were read to say."""
    import duckdb

    from engine.bulk.corpus.columns import text_id

    inverse, met = "false", "true"
    if read:
        inverse, met = f"(name_direction = {text_id('inverse')})", f"(wording = {text_id('full')})"
    sql = FLOOR.format(files=f"{corpus}/parts/*/indicator.parquet", inverse=inverse, met=met, out=out)
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        cpu = time.process_time()
        con.execute(sql)
        return time.process_time() - cpu


def asked(corpus: Path) -> float:
    """CPU seconds of looking in names, targets and actuals for the words that the policy asks for, as one would by hand: each text
    once, each question an expression of its own."""
    import duckdb

    from engine.bulk.corpus.store import quoted
    from engine.bulk.relational.needs import needs_of
    from engine.policy.loading import load

    total = 0.0
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        for (kind, name), patterns in needs_of(load(POLICY)).patterns.asked.items():
            if kind != "indicator" or name not in ("name", "target_text", "actual_text"):
                continue
            found = [
                f"regexp_matches(text, {quoted(value)})"
                if word == "matches"
                else " OR ".join(f"contains(text, {quoted(part)})" for part in value) or "false"
                for word, value in patterns
            ]
            columns = ", ".join(f"({each}) AS q{n}" for n, each in enumerate(found))
            ids = f"SELECT DISTINCT {name} FROM read_parquet('{corpus}/parts/*/indicator.parquet')"
            texts = f"(SELECT DISTINCT id, text FROM read_parquet('{corpus}/parts/*/texts.parquet'))"
            cpu = time.process_time()
            con.execute(f"CREATE OR REPLACE TEMP TABLE said AS SELECT id, {columns} FROM {texts} WHERE id IN ({ids})")
            total += time.process_time() - cpu
    return total


# --- peers --------------------------------------------------------------------------------------------------------------

ROWS = [
    {"direction": d, "weight": 2.0, "target": float(t), "actual": float(a)}
    for d, t, a in [("positive", 100, 50), ("positive", 95, 95), ("inverse", 3, 5), ("inverse", 0, 0), ("positive", 400, 333)] * 400
]


def peers() -> dict[str, float]:
    """CPU seconds of an indicator for the quantitative table alone, in floating point, as these engines compute."""
    out = {"plain Python, float": _timed(_plain), "plain Python, exact": _timed(_exact)}
    try:
        import zen

        decision = zen.ZenEngine().create_decision(json.dumps(_zen_table()))
        out["zen-engine"] = _timed(lambda row: decision.evaluate(row)["result"])
    except ImportError:
        print("zen-engine is not installed: pip install zen-engine")
    try:
        import rule_engine

        rules = [(rule_engine.Rule(when), rule_engine.Rule(then)) for when, then in RULES]
        out["rule-engine"] = _timed(lambda row: next(then.evaluate(row) for when, then in rules if when.matches(row)))
    except ImportError:
        print("rule-engine is not installed: pip install rule-engine")
    return out


RULES = [
    ("direction == 'inverse' and target == 0 and actual == 0", "weight"),
    ("direction == 'inverse' and actual <= target", "weight"),
    ("direction == 'inverse' and actual > 0", "weight * target / actual"),
    ("direction == 'positive' and actual >= target", "weight"),
    ("direction == 'positive' and target > 0", "weight * actual / target"),
]


def _plain(row: dict[str, Any]) -> float:
    weight, target, actual = row["weight"], row["target"], row["actual"]
    if row["direction"] == "inverse":
        return float(weight if actual <= target else weight * target / actual)
    return float(weight if actual >= target else weight * actual / target)


def _exact(row: dict[str, Any]) -> Any:
    """The same to the cent, from decimals."""
    from decimal import ROUND_HALF_UP, Decimal
    from fractions import Fraction

    weight, target, actual = (Fraction(row[name]) for name in ("weight", "target", "actual"))
    better = actual <= target if row["direction"] == "inverse" else actual >= target
    value = weight if better else weight * target / actual if row["direction"] == "inverse" else weight * actual / target
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _zen_table() -> dict[str, Any]:
    rules = [{"_id": str(n), "i": when.replace("==", "==").replace("'", '"'), "o": then} for n, (when, then) in enumerate(RULES)]
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": "i", "name": "i", "type": "expression"}],
        "outputs": [{"id": "o", "field": "score", "name": "score", "type": "expression"}],
        "rules": rules,
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
        {"id": "t", "type": "decisionTableNode", "name": "t", "position": {"x": 0, "y": 0}, "content": table},
        {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 0, "y": 0}},
    ]
    edges = [
        {"id": "a", "type": "edge", "sourceId": "in", "targetId": "t"},
        {"id": "b", "type": "edge", "sourceId": "t", "targetId": "out"},
    ]
    return {"nodes": nodes, "edges": edges}


def _timed(one: Callable[[dict[str, Any]], Any]) -> float:
    for row in ROWS[:5]:
        one(row)
    cpu = time.process_time()
    for row in ROWS:
        one(row)
    return (time.process_time() - cpu) / len(ROWS)


# --- the run ------------------------------------------------------------------------------------------------------------


def planted_found(out: Path, planted: Counter[str], copies: int) -> bool:
    """Whether the planted mistakes were found, each exactly as often as planted."""
    import corpora
    import duckdb

    from engine.bulk.batch.summary import results

    good = True
    with duckdb.connect() as con:
        found = dict(con.execute(f"SELECT rule, count(*) FROM {results(out, 'findings')} GROUP BY rule").fetchall())
    for name, rule in corpora.RULES.items():
        wanted = copies * (planted[name] + (planted["over"] if name == "score" else 0))
        good &= found.get(rule, 0) == wanted
        print(f"  {name:<14}{rule:<46}{wanted:>9,} planted {found.get(rule, 0):>9,} found")
    return good


def goal(text: str, met: bool) -> None:
    print(f"  {'met   ' if met else 'MISSED'} {text}")


def main() -> int:
    parser = argparse.ArgumentParser(description="The database executor against the reference, a floor, and peers.")
    parser.add_argument("--bundles", type=int, default=625, help="bundles ingested (160 indicators each)")
    parser.add_argument("--copies", type=int, default=10, help="how often each stands in the corpus")
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--policies", default="", help="a directory of policies to look in first")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--reference", type=float, default=0.0, help="CPU seconds of an indicator in another version's reference")
    parser.add_argument("--scaling", action="store_true", help="10^4 to 10^6 indicators, then --copies")
    parser.add_argument("--keep", type=Path, help="keep the corpora here, and use those that are there")
    given = parser.parse_args()
    from engine.policy.library import library

    where = library(Path(given.policies)) if given.policies else library()
    where_text = f"Path({given.policies!r})" if given.policies else ""
    folder = given.keep or Path(tempfile.mkdtemp(prefix="jixiao-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        base = folder / "corpus"
        planted_file = folder / "planted.json"
        if planted_file.exists():
            planted = Counter(json.loads(planted_file.read_text()))
        else:
            base, planted = ingested(folder, given.bundles, where)
            planted_file.write_text(json.dumps(planted))
        cpu = reference(where)
        print(f"{os.cpu_count()} cores; reference {1e6 * cpu:.0f} µs CPU an indicator")
        sizes = sorted({1, 10, given.copies} if given.scaling else {given.copies})
        for copies in sizes:
            corpus = folder / f"corpus-{copies}"
            if not corpus.exists():
                copied(base, corpus, copies)
            shutil.rmtree(folder / "cache", ignore_errors=True)
            os.environ["JIXIAO_CACHE"] = str(folder / "cache")
            first = batched(corpus, folder / "out", where_text, given.memory, 0)
            _, cpu_, peak, count, taken, refused = batched(corpus, folder / "out", where_text, given.memory, 0)
            print(f"{first[3]:>12,} indicators, policy compiled: {first[1]:.1f} s CPU, {1e6 * first[1] / first[3]:.2f} µs each")
            print(f"{count:>12,} indicators, plan there: {cpu_:.1f} s CPU, {1e6 * cpu_ / count:.2f} µs each, {peak:.2f} GiB")
            floors = [floor(corpus, folder / "floor.parquet", read) for read in (False, True)]
            words = floors[1] + asked(corpus)
            print(f"  by hand: scores {floors[0]:.2f} s CPU, as read {floors[1]:.2f}, with the words looked for {words:.2f}")
            print(f"  {cpu * count / cpu_:.0f} times the reference")
            if given.reference:
                print(f"  {given.reference * count / cpu_:.0f} times the reference at {1e6 * given.reference:.0f} µs")
            goal(f"at most 5 µs an indicator with the plan there: {1e6 * cpu_ / count:.1f}", cpu_ <= 5e-6 * count)
            goal(f"at most 7 µs with compiling: {1e6 * first[1] / first[3]:.1f}", first[1] <= 7e-6 * first[3])
            goal(f"within 15 times of scores by hand: {cpu_ / floors[0]:.1f}", cpu_ <= 15 * floors[0])
            goal(f"within 1.5 times of scores by hand that look for the words, too: {cpu_ / words:.1f}", cpu_ <= 1.5 * words)
            if taken or refused:
                print(f"  by the reference: {taken} bundles, rules {refused}")
            goal("planted mistakes found exactly", planted_found(folder / "out", planted, copies))
            if given.peers and copies == sizes[-1]:
                each = cpu_ / count
                for name, seconds in peers().items():
                    print(f"  {name:<34}{1e6 * seconds:>9.2f} µs an indicator: {seconds / each:.1f} times the whole batch")
        print(f"peak of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB")
    finally:
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
