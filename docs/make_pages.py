"""The reference pages of the officers' handbook that follow from the code: fields, condition words, exit statuses. And the other
way round, the types of the result document that follow from its schema.

`make docs` writes them; a test checks that what is written is what the code says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from engine.language import fields as catalogue
from engine.language.fact_fields import FACTS, TITLES
from engine.language.fields import Fields
from engine.language.formula import FUNCTIONS
from engine.language.names import field_names, function_names
from engine.language.rules import CATEGORIES, SEVERITIES
from engine.policy import rollup as rollup_rules
from engine.resources import shipped

_TYPES = {"text": "文字", "number": "数字", "bool": "是否"}


def fields_page() -> str:
    """Every field a policy may name, by table and by kind of fact."""
    return "\n".join(_fields()) + "\n"


def _fields() -> Iterator[str]:
    yield "# 字段一览"
    yield ""
    yield "本页由 `make docs` 从程序生成，写规则时查用。字段名写在 `when:` 里；"
    yield "类型不符、名称写错，`jixiao policy check` 会指出行列。"
    yield ""
    yield "## 识别表、计分表里的字段"
    yield ""
    yield "逐步可用：`direction` 看申报的各栏；其余各表还能看到目标值、完成值和前面各表的结果。"
    yield ""
    stages = catalogue.stages(("met", "partial", "unmet"), ("quantitative", "qualitative"))
    yield from _table(stages["met"])
    yield ""
    own = "`direction` 另有 `score_direction`（自评得分只合其公式的方向：`positive`、`inverse`）"
    yield f"{own}；它的各条写 `ground`、`certain`、`ask`。"
    yield "`name` 表（名称说的方向）看 `name_parts` 从名称切出来的各部分，取值是各张词表的名字："
    yield ""
    yield from _table(catalogue.NAME_PARTS)
    yield ""
    yield "预算执行表（`scoring.execution`）："
    yield ""
    yield from _table(catalogue.EXECUTION)
    yield ""
    yield "总分公式（`scoring.total`）："
    yield ""
    yield from _table(catalogue.TOTAL)
    yield ""
    yield "看情形而定的分值（`scoring.weights.cases`）：`form_kind`，和指标体系里各一级指标的名称（数字：表上它有几个指标），"
    yield "如 `when: {成本指标: {gt: 0}}`。"
    yield ""
    said = function_names()
    functions = "、".join(f"`{name}`（{'、'.join(said[name])}）" for name in FUNCTIONS)
    yield f"公式里可用加减乘除（× ÷ 也行）、括号、百分数（`80%` 就是 0.8），和函数 {functions}；也可以直接写参数名。"
    yield "`ceil`、`floor`、`round` 可以再写保留几位小数：`round(actual / target, 2)`。"
    yield ""
    yield "公式里的字段可以写中文名，第一个是解释和 Excel 里显示的："
    yield ""
    yield "| 字段 | 中文名 |"
    yield "| --- | --- |"
    yield from (f"| `{name}` | {'、'.join(names)} |" for name, names in field_names().items())
    yield ""
    yield "## 条件词"
    yield ""
    yield "| 词 | 意思 | 说明 |"
    yield "| --- | --- | --- |"
    schema = json.loads((shipped("schemas") / "policy.schema.json").read_text(encoding="utf-8"))
    for word, item in schema["$defs"]["words"]["properties"].items():
        yield f"| `{word}` | {item['title']} | {item.get('description', '')} |"
    yield ""
    yield "## 规则里的事实"
    for kind, fields in FACTS.items():
        yield ""
        yield f"### {kind}：{TITLES[kind]}"
        yield ""
        yield from _table(fields)
    yield ""
    yield "政策的 `measures` 给 form、goal、group、bundle 添加数字字段；规则的 `conclude` 添加新的事实。"
    yield ""
    yield "## 汇总"
    yield ""
    yield "汇总办法的表（`rollup.values`）能看到："
    yield ""
    yield from _table(rollup_rules.CHOOSING)
    yield ""
    yield "结果："
    yield ""
    yield from (f"- `{method}` {title}" for method, title in rollup_rules.METHODS.items())
    for kind, title in rollup_rules.TITLES.items():
        yield ""
        yield f"### {kind}：{title}"
        yield ""
        yield from _table(rollup_rules.FACTS[kind])
    yield ""
    yield "`obstacle` 的 `code`：" + "、".join(f"`{code}` {title}" for code, title in rollup_rules.CODES.items()) + "。"
    yield ""
    yield "## 类别与级别"
    yield ""
    yield "类别：" + "、".join(f"`{key}` {title}" for key, title in CATEGORIES.items()) + "。"
    yield ""
    yield "级别：" + "、".join(f"`{key}` {title}" for key, title in SEVERITIES.items()) + "。"


def _table(fields: Fields) -> Iterator[str]:
    yield "| 字段 | 类型 | 意思 | 可取的值 |"
    yield "| --- | --- | --- | --- |"
    for name, field in fields.items():
        choices = "、".join(f"`{choice}`" if choice else "空" for choice in field.choices)
        yield f"| `{name}` | {_TYPES[field.type]} | {field.title} | {choices} |"


if __name__ == "__main__":
    from pathlib import Path

    from code_list import codes_page  # beside this file
    from module_map import modules_page
    from result_types import result_types

    Path("docs/codes.md").write_text(codes_page(Path("engine")), encoding="utf-8")
    Path("docs/fields.md").write_text(fields_page(), encoding="utf-8")
    Path("docs/modules.md").write_text(modules_page(Path("engine")), encoding="utf-8")
    Path("engine/results/model.py").write_text(result_types(Path("schemas")), encoding="utf-8")
