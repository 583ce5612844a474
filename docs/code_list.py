"""The page of codes (docs/codes.md): every code a problem may carry, and what is said with it, as the code of the engine has it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

SECTIONS = {
    "input": "读表",
    "record": "申报记录",
    "json": "JSON",
    "schema": "键、值的写法（YAML、记录、锁）",
    "yaml": "YAML 文件",
    "policy": "政策",
    "names": "政策：名称",
    "prose": "政策：文字的读法",
    "weights": "政策：分值",
    "bands": "政策：档次、等级",
    "figures": "政策：报告里的数",
    "table": "政策：表",
    "refer": "政策：别的指标的情况",
    "condition": "政策：条件",
    "formula": "政策：公式",
    "rule": "政策：核对规则",
    "cause": "政策：同因归并",
    "measure": "政策：统计量",
    "message": "政策：规则的文字",
    "statement": "政策：报告里的陈述",
    "layout": "政策：表样",
    "rollup": "汇总",
    "units": "单位表",
    "finding": "核对",
    "test": "政策的测试",
    "lint": "政策检查",
    "lock": "锁",
    "publish": "发布",
    "new": "新政策",
    "learn": "从例子学表样",
    "edit": "修改政策",
    "workbook": "Excel 工作簿",
    "narrative": "自评报告的写法",
    "template": "模板",
    "corpus": "语料",
    "batch": "批量核对",
    "spark": "Spark",
    "account": "账号",
    "workbench": "工作台",
    "usage": "用法",
    "extra": "附加组件",
    "output": "写不进去",
    "machine": "机器",
    "engine": "程序自己有错",
}
"""What a code begins with -> what its problems are about."""
CODE = re.compile(rf"(?:{'|'.join(SECTIONS)})\.[a-z0-9][a-z0-9-]*")
_WRITTEN = re.compile(rf"[\"'](?:{'|'.join(SECTIONS)})\.[a-z0-9]")
"""Where a code may be written: a module without one need not be taken apart."""
HEAD = """# 问题的代号

本页由 `make docs` 从程序生成。程序说出的每个问题都有一个代号（JSON 结果、工作台接口里的 `code`）：
处理问题的程序认代号，不认文字，文字可以改。
“…”处是随情形而定的内容；一个代号有几种说法的都列出。
"""
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_MOST = 6
Codes = dict[str, dict[str, None]]


def codes_page(engine: Path) -> str:
    """The page for the modules below `engine`."""
    return "\n".join(_page(codes(engine))) + "\n"


def _page(found: Codes) -> Iterator[str]:
    yield HEAD
    for section, title in SECTIONS.items():
        mine = {code: said for code, said in sorted(found.items()) if code.startswith(f"{section}.")}
        if not mine:
            continue
        yield f"## {title}"
        yield ""
        yield "| 代号 | 说法 |"
        yield "| --- | --- |"
        for code, said in mine.items():
            texts = [text.replace("|", "\\|").replace("\n", " ") for text in list(said)[:_MOST]]
            listed = "；".join(texts) or "（随情形而定）"
            yield f"| `{code}` | {listed}{'；…' if len(said) > _MOST else ''} |"
        yield ""


def codes(engine: Path) -> Codes:
    """Every code in the modules below `engine`, with what is said with it."""
    found: Codes = {}
    for module in sorted(engine.rglob("*.py")):
        text = module.read_text(encoding="utf-8")
        if not _WRITTEN.search(text):
            continue
        tree = ast.parse(text)
        for scope in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Module)):
            named = _assigned(scope)
            for node in _inside(scope):
                for code in _codes_of(node, by_keyword="lint" in module.parts):
                    said = found.setdefault(code, {})
                    if words := _said(node, named):
                        said[words] = None
    # what stands in a table of its own, and is not said where it is written
    found |= {"lint.…": {"见 [docs/lint](lint/README.md)": None}}
    found |= {f"lock.{how}": {"与发布时不同的一项": None} for how in ("changed", "added", "removed")}
    return found


def _inside(scope: ast.AST) -> Iterator[ast.AST]:
    """Nodes of a function but for those of functions in it."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, ast.FunctionDef):
            yield from _inside(child)


def _codes_of(node: ast.AST, *, by_keyword: bool) -> list[str]:
    """The codes that a call, or a tuple of what is wrong, gives. `by_keyword`: only what is called so (lints name keys, too)."""
    given: list[ast.expr] = []
    if isinstance(node, ast.Call):
        given = [word.value for word in node.keywords if word.arg == "code" or not by_keyword]
        given += [] if by_keyword else node.args
    elif isinstance(node, ast.Tuple) and not by_keyword:
        given = node.elts
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "code":
        given = [node.value]
    out = []
    for value in given:
        for one in (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,):
            text = _template(one, {})
            if CODE.fullmatch(text) and not text.endswith((".yaml", ".lock", ".json")):
                out.append(text)
    return out


def _said(node: ast.AST, named: dict[str, list[tuple[int, str]]]) -> str:
    """The first text in Chinese among what is given with the code."""
    if isinstance(node, ast.Assign):
        return ""
    given = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else []
    for value in given:
        if isinstance(value, ast.Call | ast.Tuple):
            continue
        text = _template(value, named)
        if _CHINESE.search(text):
            return text
    return ""


def _template(value: ast.AST, named: dict[str, list[tuple[int, str]]]) -> str:
    """A text as it is written, with `…` for what is put in."""
    if isinstance(value, ast.Constant):
        return value.value if isinstance(value.value, str) else ""
    if isinstance(value, ast.JoinedStr):
        parts = [_template(part, named) if isinstance(part, ast.Constant) else "…" for part in value.values]
        return re.sub(r"…+", "…", "".join(parts))
    if isinstance(value, ast.BinOp):
        return _template(value.left, named) + _template(value.right, named)
    if isinstance(value, ast.IfExp):
        return _template(value.body, named) or _template(value.orelse, named)
    if isinstance(value, ast.Name):
        before = [text for line, text in named.get(value.id, ()) if line <= value.lineno]
        return before[-1] if before else ""
    return ""


def _assigned(scope: ast.AST) -> dict[str, list[tuple[int, str]]]:
    """The texts that names of a function stand for, by line."""
    out: dict[str, list[tuple[int, str]]] = {}
    for node in _inside(scope):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            pairs = (
                zip(target.elts, node.value.elts, strict=False)
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
                else [(target, node.value)]
            )
            for name, value in pairs:
                if isinstance(name, ast.Name) and (text := _template(value, out)):
                    out.setdefault(name.id, []).append((node.lineno, text))
    return out
