"""Parameters and answers that several parts of the interface share."""

from __future__ import annotations

from typing import Annotated

from fastapi import File, Form, Path, Query, UploadFile
from pydantic import BaseModel

ID = r"^[a-z0-9][a-z0-9-]{0,40}$"

YEAR = r"^[a-z0-9][a-z0-9.-]{0,40}$"

Jurisdiction = Annotated[str, Path(pattern=ID, description="地区，如 hubei")]

Year = Annotated[str, Path(pattern=YEAR, description="年度或版本，如 2021")]

PolicyId = Annotated[str, Query(pattern=r"^[a-z0-9-]{1,41}/[a-z0-9.-]{1,41}$", description="政策编号，如 hubei/2021")]

Files = Annotated[
    list[UploadFile],
    File(description="自评表：Word、Excel、PDF、文本，或 JSON/YAML 记录；一个单位同一年度的一起核对，不同单位、年度的分开"),
]

Choice = Annotated[str, Form(pattern=r"^([a-z0-9-]{1,41}/[a-z0-9.-]{1,41})?$", description="政策编号；不写则按表样和年度选")]


class Trouble(BaseModel):
    """一处问题：在哪里、错在哪里、应当怎样。"""

    file: str = ""
    line: int = 0
    column: int = 0
    table: int = 0
    row: int = 0
    cell: int = 0
    path: str = ""
    message: str
    expected: str = ""
    nearest: str = ""
    code: str = ""
    text: str = ""


class Wrong(BaseModel):
    """出错时的回答（RFC 9457）。"""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    problems: list[Trouble] = []


class Made(BaseModel):
    """核对结果的编号，用它取结果页和各种文件。一起给出的是几个单位（或年度）的表时，其余各个的编号在 others。"""

    id: str
    others: list[str] = []
