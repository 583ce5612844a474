"""What a batch found, in numbers: by rule, grade and status, and the forms with the most errors. Made from the Parquet results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.bulk.batch.model import BatchRun
from engine.bulk.corpus.store import duckdb_connection
from engine.language.rules import SEVERITIES
from engine.results.model import ResultRule
from engine.results.reading import RULE_STATES, rules_told
from engine.results.views.columns import Column

WORST = 20
_STEPS = {"database": "数据库", "reference": "参照执行器", "check": "对照"}


def results(out: Path, name: str) -> str:
    """The SQL of one output of a batch, with what the reference executor added; `policy` is the folder of the policy."""
    found = sorted(out.glob(f"*/*/{name}*.parquet"))  # Spark writes a folder where DuckDB writes a file
    files = [str(file) for path in found for file in (sorted(path.glob("*.parquet")) if path.is_dir() else [path])]
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in files)
    return (
        f"(SELECT * EXCLUDE (filename), regexp_extract(filename, '([^/]+)/[^/]+/[^/]+[.]parquet(/[^/]+)?$', 1) AS policy "
        f"FROM read_parquet([{listed}], union_by_name = true, filename = true))"
    )


def summary(run: BatchRun, titles: dict[str, str]) -> dict[str, Any]:
    """The summary of a run as plain data; numbers are exact, decimals are strings."""
    with duckdb_connection() as con:

        def rows(sql: str) -> list[tuple[Any, ...]]:
            return list(con.execute(sql).fetchall())

        forms, indicators = results(run.out, "forms"), results(run.out, "indicators")
        findings = results(run.out, "findings")
        by_rule = rows(
            "SELECT rule, severity, category, count(*), count(DISTINCT (policy, bundle, form)) "
            f"FROM {findings} GROUP BY ALL ORDER BY 4 DESC, 1"
        )
        order = " ".join(f"WHEN '{name}' THEN {n}" for n, name in enumerate(SEVERITIES))
        worst = rows(
            f"SELECT policy, bundle, form, count(*) FILTER (severity = 'error') AS errors, count(*) FROM {findings} "
            f"GROUP BY ALL ORDER BY errors DESC, 5 DESC, 1, 2, 3 LIMIT {WORST}"
        )
        causes = _by_cause(rows, findings, run)
        grades = rows(
            "SELECT coalesce(grade_reported, ''), coalesce(grade_computed, ''), count(*) "
            f"FROM {forms} GROUP BY ALL ORDER BY 3 DESC, 1, 2"
        )
        statuses = rows(f"SELECT status, count(*) FROM {indicators} GROUP BY ALL ORDER BY 2 DESC, 1")
        differ = rows(
            "SELECT count(*) FILTER (total_computed <> total_reported), count(*) FILTER (total_computed IS NULL), count(*) "
            f"FROM {forms}"
        )[0]
        severities = rows(f"SELECT severity, count(*) FROM {findings} GROUP BY severity ORDER BY CASE severity {order} END")
    return {
        "policies": [{"id": name, "sha256": sha} for name, sha in run.policies.items()],
        "partitions": run.partitions,
        "forms": differ[2],
        "indicators": sum(count for _, count in statuses),
        "totals": {"differ": differ[0], "open": differ[1]},
        "grades": [{"reported": a, "computed": b, "forms": n} for a, b, n in grades],
        "statuses": dict(statuses),
        "findings": dict(severities),
        "causes": causes,
        "rules": [
            {
                "rule": rule,
                "title": titles.get(rule, ""),
                "severity": severity,
                "category": category,
                "findings": n,
                "forms": forms_,
            }
            for rule, severity, category, n, forms_ in by_rule
        ],
        "ran": run.rules,
        **({"times": run.times} if run.times else {}),
        "worst": [
            {"policy": policy, "bundle": bundle, "form": form, "errors": errors, "findings": n}
            for policy, bundle, form, errors, n in worst
        ],
        "reference": {"bundles": run.by_reference, "rules": run.refused, "checked": run.checked},
        "problems": [str(problem) for problem in run.problems],
        "told": run.told,
    }


_RAN: tuple[Column[ResultRule], ...] = (
    Column("规则", lambda item: item.get("title", "") or item["id"]),
    Column("编号", lambda item: item["id"]),
    Column("结果", lambda item: RULE_STATES[item["state"]]),
    Column("处数", lambda item: item["hits"], "count"),
    Column("说明", lambda item: item["reason"]),
)


def _by_cause(rows: Callable[[str], list[tuple[Any, ...]]], findings: str, run: BatchRun) -> list[dict[str, Any]]:
    """How many findings, forms and bundles there are of each cause, the commonest first. What follows from another finding is
    counted with its own rule's cause: which it follows from, the problems in words tell."""
    ties = {name: rule.tie.cause for policy in run.judging.values() for name, rule in policy.rules.rules.items() if rule.message}
    if not ties:
        return []
    values = ", ".join(f"({_text(rule)}, {_text(cause.id)})" for rule, cause in ties.items())
    titles = {cause.id: cause.title for cause in ties.values()}
    found = rows(
        "SELECT cause, count(*), count(DISTINCT (policy, bundle, form)), count(DISTINCT (policy, bundle)) "
        f"FROM {findings} JOIN (VALUES {values}) AS tied (rule, cause) USING (rule) GROUP BY cause ORDER BY 4 DESC, 2 DESC, 1"
    )
    return [
        {"cause": cause, "title": titles[cause], "findings": n, "forms": forms, "bundles": bundles}
        for cause, n, forms, bundles in found
    ]


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


_CAUSES: tuple[Column[dict[str, Any]], ...] = (
    Column("问题", lambda item: item["title"], "name"),
    Column("份数", lambda item: item["bundles"], "count"),
    Column("表数", lambda item: item["forms"], "count"),
    Column("处数", lambda item: item["findings"], "count"),
)
_RULES: tuple[Column[dict[str, Any]], ...] = (
    Column("规则", lambda item: item["rule"]),
    Column("级别", lambda item: SEVERITIES.get(item["severity"], "")),
    Column("条数", lambda item: item["findings"], "count"),
    Column("表数", lambda item: item["forms"], "count"),
    Column("名称", lambda item: item["title"]),
)


def render(data: dict[str, Any], terminal: bool, verbose: bool = False) -> str:
    """The summary as a table; `verbose`: what came of every rule, and the times."""
    from engine.results.views.screen import ChineseConsole, table

    console = ChineseConsole(highlight=False, width=None if terminal else 160, force_terminal=terminal, no_color=None)
    with console.capture() as text:
        for first in data["notes"]:
            console.print(first)
        said = "、".join(f"{count} 条{SEVERITIES.get(name, name)}" for name, count in data["findings"].items()) or "没有"
        console.print(f"{data['forms']} 张表，{data['indicators']} 个指标；报出：{said}")
        console.print(f"总分与规则算得的不同：{data['totals']['differ']} 张；须人工判断：{data['totals']['open']} 张")
        console.print(table(_CAUSES, data["causes"], header_style="bold"))
        console.print(rules_told(data["ran"]))
        if verbose:
            console.print(table(_RULES, data["rules"], header_style="bold"))
            console.print(table(_RAN, data["ran"], header_style="bold"))
            for item in data.get("times", []):
                console.print(f"{item['partition']}：{'，'.join(f'{_STEPS[k]} {v} 秒' for k, v in item.items() if k in _STEPS)}")
        taken, titles = data["reference"], {rule["id"]: rule.get("title", rule["id"]) for rule in data["ran"]}
        if taken["bundles"]:
            console.print(f"有 {taken['bundles']} 份含有数据库算不准确的数值，或由汇总得出，由参照执行器核对。")
        for rule, why in taken["rules"].items():
            what = "全部规则" if rule == "*" else f"规则“{titles.get(rule, rule)}”"
            console.print(f"{what} 由参照执行器核对：{why}")
        if taken["checked"]:
            console.print(f"抽取 {taken['checked']} 份与参照执行器逐项对照，完全一致。")
    return text.get()
