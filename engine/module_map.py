"""Where what is: every module of the engine by what it is for, with the first sentence it says of itself (docs/modules.md)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

GROUPS = {
    "Command line": (
        "cli options usage *_commands lifecycle_output output paths progress resources errors runs judging views many_view"
    ),
    "Files to records": (
        "kinds blocks bounded office docx_* check_boxes excel_* pdf_* text_reader inputs folders collection layout layout_choice "
        "labels grid row_shapes run_together scanned form_reader form_table goal_rows part_rows budget_rows closing_rows "
        "report_reader submission record record_lines"
    ),
    "Values as people write them": "notation vocabulary numerals dates comparison amounts budget_lines",
    "Policies: files, checks, versions": (
        "yamlfile yaml_* schemas schema_* library policy policy_* weights bands parameter_kinds periods rounding names "
        "handbook module_map"
    ),
    "The rule language": "fields fact_fields conditions predicates tables formula ir rules rule_checks messages condition_text",
    "Scores": "recognition scoring evaluation rolled_score fact_numbers",
    "Findings": (
        "claims report_text facts form_facts indicator_facts budget_facts row_facts measures matching durable durable_worker "
        "chaining findings"
    ),
    "Results and explanations": "result explanation rule_explanation table_view markdown_view sarif",
    "Reports": "templates report report_context draft draft_* word page",
    "Soundness": "lint lint_* proof proof_* counterexample",
    "What a policy says and what a change does": "plain_* clause_page impact impact_*",
    "Roll-up": "rollup rollup_* ranking ranking_page workbook findings_workbook",
    "Provinces": "corpus corpus_* relational relational_* batch batch_*",
    "Workbench": (
        "web api *_api pages result_pages wire safeguards accounts sessions audit shelf uploads drafts editing form_fields "
        "text_merge trial judges workbench_server"
    ),
}
"""Headings, and patterns of the modules below each. The first that fits holds, but a plain name goes before a pattern."""


def modules_page(engine: Path) -> str:
    """The page. Raises ValueError for a module that no group has: a newcomer would not find it."""
    return "\n".join(_lines(engine)) + "\n"


def _lines(engine: Path) -> Iterator[str]:
    yield "# Where what is"
    yield ""
    yield "Made by `make docs` from what each module of `engine/` says of itself. Data flows one way: read, recognise, score,"
    yield "find, render."
    found: dict[str, list[Path]] = {title: [] for title in GROUPS}
    for path in sorted(engine.glob("*.py")):
        if path.stem != "__init__":
            found[_group(path.stem)].append(path)
    for title, paths in found.items():
        yield ""
        yield f"## {title}"
        yield ""
        yield from (f"* `{path.stem}` {_says(path)}" for path in paths)


def _group(name: str) -> str:
    words = {title: patterns.split() for title, patterns in GROUPS.items()}
    for title, patterns in words.items():
        if name in patterns:
            return title
    for title, patterns in words.items():
        if any(fnmatchcase(name, pattern) for pattern in patterns):
            return title
    raise ValueError(f"{name} is in no group of engine/module_map.py")


def _says(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    first = " ".join(text.split("\n\n")[0].split())
    return first.split(". ")[0].rstrip(".") + "."
