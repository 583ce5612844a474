"""The HTTP interface for other systems: the same functions as the command line, described by OpenAPI.

Whatever is wrong with a form or a policy comes back as problem+json with every problem, in Chinese, with its place.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Path, Query, Request, UploadFile
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from engine.editing.overlay import files_of, overlaid
from engine.errors import InputError, Place, PolicyError, Problem
from engine.intake.bundle import read_bundle
from engine.policy.library import Library
from engine.policy.model import Policy
from engine.results.bundles import check_bundle, combined
from engine.results.model import Result
from engine.workbench.access import Editor, Publisher, Viewer
from engine.workbench.api.model import Choice, Files, Jurisdiction, Made, PolicyId, Trouble, Year
from engine.workbench.bodies import Sent
from engine.workbench.kept import MAX_RESULTS, keep, put
from engine.workbench.problems import told
from engine.workbench.state import Refused, bench
from engine.workbench.uploads import contents, judged, read_uploads

WRONG: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Wrong"}}}}
    for status, text in {
        400: "请求本身不对",
        401: "没有登录",
        403: "没有权限，或请求来自别的网站",
        404: "没有这个政策",
        409: "别处已经改过",
        413: "内容过大",
        408: "内容来得太慢",
        422: "表、政策或参数有误",
        429: "试得太多",
        503: "一时写不成，没有改动",
        507: "磁盘满了或不能写，没有改动",
    }.items()
}
router = APIRouter(prefix="/api/v1", responses=WRONG)


class PolicyHead(BaseModel):
    """一个政策的编号、年度和状态。"""

    id: str
    title: str
    jurisdiction: str
    status: Literal["draft", "published", "retired", "pack"]
    first_year: int
    last_year: int | None
    form_kinds: list[str]
    editable: bool


class Policies(BaseModel):
    """全部政策；读不了的另列。"""

    policies: list[PolicyHead]
    problems: list[Trouble]


class PolicyTexts(Sent):
    """一个政策的文件，按文件名。"""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}/[a-z0-9][a-z0-9.-]{0,40}$", description="政策编号")]
    files: Annotated[dict[str, str], Field(max_length=200, description="文件名 → 全文；没有给出的文件取政策现有的")]


class Checked(BaseModel):
    """检查的结果。"""

    valid: bool
    problems: list[Trouble]


@router.get("/policies", summary="列出政策")
def policies(request: Request, who: Viewer) -> Policies:
    from engine.policy.heads import heads

    work = bench(request)
    readable, problems = heads(work.library)
    found = [
        PolicyHead(
            id=head.id,
            title=head.title,
            jurisdiction=head.jurisdiction,
            status=head.status,  # type: ignore[arg-type]  # the schema of policies allows these and no others
            first_year=head.first_year,
            last_year=head.last_year,
            form_kinds=list(head.form_kinds),
            editable=(work.policies / head.id / "policy.yaml").is_file(),
        )
        for head in readable
    ]
    return Policies(policies=found, problems=[Trouble(**told(problem)) for problem in problems])


@router.get("/policies/{jurisdiction}/{year}", summary="一个政策：合并之后的全部内容")
async def policy(request: Request, who: Viewer, jurisdiction: Jurisdiction, year: Year) -> JSONResponse:
    from engine.policy.loading import load, resolve

    library = bench(request).library

    def whole() -> dict[str, Any]:
        found: Policy = load(f"{jurisdiction}/{year}", library)
        return {
            "id": found.id,
            "sha256": found.sha256,
            "files": list(found.files),
            "sections": _plain(resolve(found.id, library).sections),
        }

    return JSONResponse(await bench(request).busy(whole))


@router.post("/check", summary="检查政策文件，不保存")
async def check(request: Request, who: Viewer, texts: PolicyTexts) -> Checked:
    work = bench(request)

    def checked() -> Checked:
        from engine.policy.loading import check as check_policy

        with overlaid(texts.id, {**files_of(texts.id, work.library), **texts.files}, work.library) as library:
            try:
                check_policy(texts.id, library)
            except PolicyError as error:
                return Checked(valid=False, problems=[Trouble(**told(problem)) for problem in error.problems])
        return Checked(valid=True, problems=[])

    return await bench(request).busy(checked)


@router.post("/evaluate", summary="计分与核对")
async def evaluate(request: Request, who: Viewer, files: Files, policy: Choice = "") -> JSONResponse:
    work = bench(request)
    sent = [(file.filename or "", file.file) for file in files]

    def evaluated() -> Result:
        found = read_uploads(sent, work.library, policy)
        items = judged(found, work.checkers.check)
        return items[0].result if len(items) == 1 else combined(items, found)

    return JSONResponse(await work.busy(evaluated))


@router.post(
    "/report",
    summary="起草自评报告",
    response_class=Response,
    responses={200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def report(
    request: Request,
    who: Viewer,
    files: Files,
    policy: Choice = "",
    formats: Annotated[list[Literal["docx", "html", "markdown"]], Form(description="不写则三种都出")] = [],  # noqa: B006 - FastAPI reads it, nothing adds to it
    clean: Annotated[bool, Form(description="在原 Word 报告上改好的，不留修订标记和批注")] = False,
    as_filed: Annotated[bool, Form(description="按自评得分起草")] = False,
) -> Response:
    work = bench(request)
    sent = [(file.filename or "", file.file) for file in files]

    def zipped() -> bytes:
        from engine.reports.files import FORMATS, drafted, folders

        filed = contents(sent)
        items = judged(read_uploads(sent, work.library, policy), work.checkers.check)
        made: dict[str, bytes] = {}
        for item, folder in zip(items, folders([item.bundle for item in items]), strict=True):
            files = drafted(
                item.result,
                item.bundle.submission,
                item.policy,
                formats or FORMATS,
                as_filed=as_filed,
                clean=clean,
                filed=filed,
            ).files
            made |= files if len(items) == 1 else {f"{folder}/{name}": content for name, content in files.items()}
        return archive(made)

    headers = {"content-disposition": 'attachment; filename="report.zip"'}
    return Response(await bench(request).busy(zipped), media_type="application/zip", headers=headers)


@router.post("/results", summary="计分与核对，结果留到退出登录")
async def results(
    request: Request,
    who: Viewer,
    files: Annotated[list[UploadFile], File(description="自评表")] = [],  # noqa: B006 - FastAPI reads it, nothing adds to it
    policy: Choice = "",
    examples: Annotated[bool, Form(description="用随程序提供的例表")] = False,
) -> Made:
    work = bench(request)
    sent = [(file.filename or "", file.file) for file in files if file.filename]

    def made() -> Made:
        if examples and work.examples:
            items = [check_bundle(read_bundle(work.examples, work.library, policy or None), work.checkers.check)]
        else:
            items = judged(read_uploads(sent, work.library, policy), work.checkers.check)
        if len(items) > MAX_RESULTS:
            told = f"一起给出的是 {len(items)} 个单位、年度的表，一次最多 {MAX_RESULTS} 个"
            raise InputError(Problem(Place(), told, "用“成批核对”，或分几次给", code="input.too-many-files"))
        first, *others = (put(who, item, work.sessions) for item in items)
        return Made(id=first, others=others)

    return await work.busy(made)


@router.post("/results/{key}/keep", summary="保留一次核对的申报记录，供修改政策时试算")
def keep_result(request: Request, who: Editor, key: Annotated[str, Path(pattern="^[0-9a-f]{16}$")]) -> Made:
    if key not in who.forms:
        raise Refused(404, "没有这次核对的结果")
    work = bench(request)
    with work.log.deed(who.account.name, "keep", forms=who.forms[key].label):
        return Made(id=keep(work.kept, who.forms[key].found.evaluation.submission))


@router.get("/diff", summary="比较两个政策")
async def diff(request: Request, who: Viewer, a: PolicyId, b: PolicyId) -> JSONResponse:
    library = bench(request).library

    def compared() -> Any:
        from engine.changes.diff.compare import compare
        from engine.changes.diff.data import to_data

        return _plain(to_data(compare(_known(a, library), _known(b, library), library)))

    return JSONResponse(await bench(request).busy(compared))


class Words(BaseModel):
    """给人看的文字。"""

    text: str


@router.get("/changes", summary="两个政策的差别，逐项，用白话")
async def changes(request: Request, who: Viewer, a: PolicyId, b: PolicyId) -> Words:
    library = bench(request).library

    def compared() -> Words:
        from engine.changes.diff.compare import compare
        from engine.changes.diff.view import render

        return Words(text=render(compare(_known(a, library), _known(b, library), library), terminal=False))

    return await bench(request).busy(compared)


@router.get("/schemas/{name}", summary="JSON Schema")
def schema(who: Viewer, name: Literal["policy", "submission", "result", "test"]) -> JSONResponse:
    from engine.yaml.schema import bundled

    return JSONResponse(bundled(name))


Wanted = Annotated[str, Query(max_length=100)]


@router.get("/log", summary="谁在什么时候改了什么，最近的在前；可按人、事、政策、结果筛选，翻页")
def log(
    request: Request,
    who: Publisher,
    last: Annotated[int, Query(ge=1, le=1000)] = 200,
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
    person: Wanted = "",
    action: Wanted = "",
    policy: Wanted = "",
    outcome: Wanted = "",
) -> list[dict[str, Any]]:
    wanted = {"who": person, "action": action, "policy": policy, "outcome": outcome}
    return list(bench(request).log.page(page, last, wanted).entries)


def archive(files: Mapping[str, bytes]) -> bytes:
    """The files in one zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


def _known(policy: str, library: Library) -> str:
    """The id, if there is such a policy; an id is never taken for a path. Raises PolicyError."""
    try:
        library.directory(policy)
    except PolicyError as error:
        raise PolicyError(
            [Problem(p.place, p.message, p.expected, p.nearest, code="policy.missing") for p in error.problems]
        ) from None
    return policy


def _plain(node: Any) -> Any:
    """Data as JSON can hold it: decimals as strings, as everywhere in the Contract."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_plain(item) for item in node]
    return node if node is None or isinstance(node, str | bool | int) else str(node)
