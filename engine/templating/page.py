"""A self-contained page: a template with its style sheet and script inside it, under a policy that lets it load nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import TemplateNotFound
from markupsafe import Markup, escape

from engine.errors import Place, PolicyError, Problem
from engine.templating import sandbox as templates

_SHARED = "page/report"
"""Whose style sheet and script a page has that brings none of its own."""


def self_contained(name: str, values: Mapping[str, Any], roots: Sequence[Path], styles: Sequence[str] = ()) -> str:
    """A page template rendered with its style sheet and script inside it, under a policy that lets it load nothing. `styles` are
    further style sheets, added to its own.

    Raises PolicyError with template, line and missing name, or where the template does not begin with the page's protection.
    """
    environment = templates.shared(tuple(roots), autoescape=True)
    style, script = _beside(environment, name, ".css"), _beside(environment, name, ".js")
    style += "".join(_beside(environment, sheet, "") for sheet in styles)
    protection = f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}"
    protection += "; base-uri 'none'; form-action 'none'"
    # what the page's data says of these three never counts
    own = {"protection": protection, "style": Markup(style), "script": Markup(script)}
    page = templates.render(environment, name, {**values, **own})
    _check(page, protection, name)
    return page


def _beside(environment: templates.Environment, name: str, suffix: str) -> str:
    """The style sheet or script of a page template: the file of its name beside it, else the shipped one. Never a template."""
    stems = [name.removesuffix(".j2").removesuffix(".html"), _SHARED]
    assert environment.loader is not None
    for stem in dict.fromkeys(stems):
        try:
            return environment.loader.get_source(environment, stem + suffix)[0]
        except TemplateNotFound:
            continue
    raise PolicyError(Problem(Place(stems[0] + suffix), f"没有网页用的文件“{stems[0] + suffix}”", code="template.missing"))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _check(page: str, protection: str, name: str) -> None:
    """That the protection stands before anything a browser could load. Templates come from strangers."""
    begin = r'\s*<!DOCTYPE html>\s*<html(?: lang="[\w-]+")?>\s*<head>\s*<meta charset="utf-8">\s*'
    begin += f'<meta http-equiv="Content-Security-Policy" content="{re.escape(str(escape(protection)))}">'
    if not re.match(begin, page, re.IGNORECASE):
        wanted = '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        wanted += '<meta http-equiv="Content-Security-Policy" content="{{ protection }}">'
        raise PolicyError(Problem(Place(name, 1), "网页模板没有以安全声明开头", wanted, code="template.unsafe"))
