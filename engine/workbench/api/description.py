"""What the interface says of itself (OpenAPI 3.1), and whether the server is there.

The framework describes parameters and bodies. Here is what it leaves out: the problem that any request may end in, who may ask and
how they say who they are, names of operations that stay when a function is renamed, and the documents of the Contract.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from engine import __version__
from engine.workbench.api.model import Trouble, Wrong

HEALTH = "/healthz"
PREFIX = "/api/v1"
_REFERENCE = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"\{\w+\}")
_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "jixiao account token 给出的令牌"},
    "password": {"type": "http", "scheme": "basic", "description": "账号和密码"},
    "browser": {"type": "apiKey", "in": "cookie", "name": "jixiao", "description": "登录后的浏览器；经 https 时叫 __Host-jixiao"},
    "page": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token", "description": "浏览器改动时带上的本页校验码"},
}
_ANSWERS = {
    ("get", f"{PREFIX}/policies/{{jurisdiction}}/{{year}}"): {
        "type": "object",
        "required": ["id", "sha256", "files", "sections"],
        "properties": {
            "id": {"type": "string"},
            "sha256": {"type": "string"},
            "files": {"type": "array", "items": {"type": "string"}},
            "sections": {"type": "object", "description": "合并之后的各节；数写作文字，不失精度"},
        },
    },
    ("post", f"{PREFIX}/evaluate"): {"$ref": _REFERENCE.format(model="Result")},
    ("get", f"{PREFIX}/diff"): {"type": "object", "description": "jixiao policy diff --format json 的结果文件"},
    ("get", f"{PREFIX}/schemas/{{name}}"): {"type": "object", "description": "JSON Schema 2020-12"},
}
"""Answers that are documents of the Contract, passed on as they are."""
router = APIRouter()


class Health(BaseModel):
    """服务在。"""

    status: str = "ok"
    version: str = __version__


@router.get(HEALTH, summary="服务在不在；不用登录")
def health() -> Health:
    return Health()


def describe(app: FastAPI, *, accounts: bool) -> None:
    """Let the application describe itself as said above. `accounts`: whether who asks has to say who they are."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, openapi_version=app.openapi_version, routes=app.routes)
            app.openapi_schema = _completed(made, accounts)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # as the framework's own guide has it


def _completed(made: dict[str, Any], accounts: bool) -> dict[str, Any]:
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    _, problem = models_json_schema([(Trouble, "serialization"), (Wrong, "serialization")], ref_template=_REFERENCE)
    schemas.update({name: found for name, found in problem["$defs"].items() if name not in schemas})
    schemas.update(_contract("result", "Result"))
    components["securitySchemes"] = _SCHEMES
    for method, path, operation in operations(made):
        operation["operationId"] = _name(method, path)
        if path == HEALTH:
            continue
        browser: dict[str, list[str]] = {"browser": []} if method == "get" else {"browser": [], "page": []}
        if accounts:
            operation["security"] = [{"token": []}, {"password": []}, browser]
        if answer := _ANSWERS.get((method, path)):
            operation["responses"]["200"]["content"] = {"application/json": {"schema": answer}}
    return made


def operations(made: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of each operation."""
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def _name(method: str, path: str) -> str:
    """get_policies, get_policies_one, post_drafts_undo: of what is asked for, not of the function that answers."""
    words = [word for word in path.removeprefix(PREFIX).strip("/").split("/") if not _PARAMETER.fullmatch(word)]
    one = ["one"] if _PARAMETER.fullmatch(path.rpartition("/")[2]) else []
    return "_".join([method, *words, *one])


def _contract(name: str, title: str) -> dict[str, Any]:
    """A schema of the Contract and its parts, by names of their own among the components."""
    from engine.yaml.schema import bundled

    whole = {key: value for key, value in dict(bundled(name)).items() if key not in ("$schema", "$id")}
    parts = whole.pop("$defs", {})

    def placed(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: _placed(value, title) if key == "$ref" else placed(value) for key, value in node.items()}
        return [placed(item) for item in node] if isinstance(node, list) else node

    return {title: placed(whole), **{f"{title}.{key}": placed(value) for key, value in parts.items()}}


def _placed(reference: str, title: str) -> str:
    part = reference.removeprefix("#/$defs/")
    return _REFERENCE.format(model=f"{title}.{part}") if part != reference else _REFERENCE.format(model=title)
