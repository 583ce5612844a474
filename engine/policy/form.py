"""The `form` part of a policy, checked when the policy is: its layout, and what the statements of the report are held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import PolicyError, nearest
from engine.forms.layout import layout
from engine.forms.model import Layout
from engine.language import fact_fields
from engine.language import statements as language_statements
from engine.policy.model import StatementRule
from engine.policy.values import Values
from engine.yaml.reader import Path_


def form_layout(values: Values, form: Mapping[str, Any]) -> Layout | None:
    """The layout, compiled: its patterns and labels are wrong when the policy is checked and not when a form is read. None where
    the policy describes none, or a wrong one, which is then told."""
    if not form:
        return None
    shape = None
    try:
        shape = layout(form, lambda path: values.place(("form", *path)))
    except PolicyError as error:
        values.problems += error.problems
    known = {item["key"] for item in form.get("report", {}).get("sections", [])}
    for index, item in enumerate(form.get("statements", [])):
        for n, section in enumerate(item.get("sections", [])):
            if section not in known:
                values.add(
                    ("form", "statements", index, "sections", n),
                    f"没有“{section}”这一节",
                    "、".join(known),
                    nearest(section, known),
                    code="statement.no-section",
                    names=("form", "report", "sections", section),
                )
    return shape


def statements(values: Values, items: list[Mapping[str, Any]], shape: Layout | None) -> dict[str, StatementRule]:
    """What the layout's statements are to be held against. Their named groups and form fields are checked here."""
    out: dict[str, StatementRule] = {}
    for index, item in enumerate(items):
        path: Path_ = ("form", "statements", index)
        groups = [name for name, _ in shape.statements[index].pattern.groups] if shape else []
        for group in groups:
            if group not in language_statements.GROUPS:
                values.add(
                    (*path, "wording" if "wording" in item else "pattern"),
                    f"不认识命名组“{group}”",
                    "、".join(language_statements.GROUPS),
                    nearest(group, language_statements.GROUPS),
                    code="statement.group",
                )
        known = [name for name, field in fact_fields.FACTS["form"].items() if field.type == "number"]
        for group, name in item.get("equals", {}).items():
            if shape and group not in groups:
                message, close = f"样式里没有命名组“{group}”", nearest(group, groups)
                values.add((*path, "equals", group), message, "、".join(groups), close, code="statement.no-group", names=(group,))
            if name not in known:
                message, close = f"表没有数字字段“{name}”", nearest(name, known)
                values.add((*path, "equals", group), message, "", close, code="statement.no-field", names=(name,))
        rule = StatementRule(
            tuple(item.get("equals", {}).items()), tuple(item.get("negative", ())), tuple(item.get("positive", ()))
        )
        old = out.get(item["key"], StatementRule())
        out[item["key"]] = StatementRule(old.equals + rule.equals, old.negative + rule.negative, old.positive + rule.positive)
    return out
