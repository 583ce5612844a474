"""The HTTP interface of a policy's life: a new one on top of another, what publishing it would change, publishing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from engine.editing.overlay import copied, files_of, overlaid
from engine.errors import Place, PolicyError, Problem
from engine.workbench.access import Editor, Publisher
from engine.workbench.advice import on_page
from engine.workbench.api.drafts import Revision, Seen, changed, remembered, seen_by
from engine.workbench.api.forms import WRONG
from engine.workbench.api.model import Jurisdiction, Year
from engine.workbench.bodies import Sent
from engine.workbench.jobs import Watch
from engine.workbench.sessions import Session
from engine.workbench.state import Workbench, bench

if TYPE_CHECKING:
    from engine.soundness.tests.running import Known

router = APIRouter(prefix="/api/v1", responses=WRONG)


class Publish(Sent):
    """发布。amend：改正已发布的政策时写明原因。"""

    amend: Annotated[str, Field(max_length=1000)] = ""


class TestRequest(Sent):
    """运行草稿的测试。adopt：上级政策的测试不过的，按现在的结果写进草稿（tests/inherited.yaml），由人逐条核对。"""

    revision: Revision
    adopt: bool = False


class Tested(BaseModel):
    """测试的结果。"""

    passed: bool
    text: str
    adoptable: int
    """Inherited tests that failed and can be written anew with what comes now."""
    draft: Seen


class PublicationPreview(BaseModel):
    """发布之前要看的：与所继承的政策、与上次发布的相比改了什么。"""

    parent: str
    against_parent: str
    published: str
    """When it was published before; empty if it was not."""
    since: list[str]
    """Items that differ from what was published then: to publish them needs a reason."""


class New(Sent):
    """新政策的编号和它以哪个为底。"""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}/[a-z0-9][a-z0-9.-]{0,40}$")]
    parent: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}/[a-z0-9][a-z0-9.-]{0,40}$")]


@router.post("/policies", summary="以一个政策为底新建")
async def new(request: Request, who: Editor, wanted: New) -> dict[str, str]:
    work = bench(request)

    def made() -> dict[str, str]:
        from engine.changes.lifecycle.new import new as make

        files_of(wanted.parent, work.library)
        with work.log.deed(who.account.name, "new", policy=wanted.id, parent=wanted.parent):
            make(wanted.id, wanted.parent, work.library, work.policies)
        return {"id": wanted.id}

    return await bench(request).busy(made)


@router.post("/drafts/{jurisdiction}/{year}/tests", summary="运行草稿的测试")
async def tests(request: Request, who: Editor, jurisdiction: Jurisdiction, year: Year, wanted: TestRequest) -> Tested:
    return await bench(request).busy(tested, bench(request), who, f"{jurisdiction}/{year}", wanted, unwatched)


@router.get("/drafts/{jurisdiction}/{year}/publication", summary="发布之前：与所继承的、与上次发布的相比改了什么")
async def publication(request: Request, who: Publisher, jurisdiction: Jurisdiction, year: Year) -> PublicationPreview:
    return await bench(request).busy(_publication, bench(request), f"{jurisdiction}/{year}")


@router.put("/drafts/{jurisdiction}/{year}/published", summary="发布：检查、测试都通过才发布，并写下锁定文件")
async def publish(request: Request, who: Publisher, jurisdiction: Jurisdiction, year: Year, wanted: Publish) -> Seen:
    return await bench(request).busy(publish_now, bench(request), who, f"{jurisdiction}/{year}", wanted)


class _Watched(dict[Any, Any]):
    """What came of tests, `known` of all runs: each test that is looked for is told to who watches this one, and may end it."""

    def __init__(self, known: Known, watch: Watch) -> None:
        super().__init__()
        self._known, self._watch, self._count = known, watch, 0

    def get(self, key: Any, default: Any = None) -> Any:
        self._count += 1
        self._watch(f"第 {self._count} 条测试", 0, 0)
        return self._known.get(key, default)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._known[key] = value

    def __len__(self) -> int:
        return len(self._known)

    def clear(self) -> None:
        self._known.clear()


def unwatched(what: str, done: int, of: int) -> None:
    """Nobody is told, and nothing ends."""


def publish_now(work: Workbench, who: Session, policy: str, wanted: Publish, watch: Watch = unwatched) -> Seen:
    """Publish, and what the person then sees. It may be ended as long as tests run; from then on all is written.

    Raises PolicyError for changes that are not saved, and what `lifecycle.publish` does."""
    from engine.changes.lifecycle.publish import publish as run

    if work.drafts.get(who.account.name, policy).changed:
        raise PolicyError(Problem(Place(policy), "还有未保存的修改", "先保存或放弃", code="edit.unsaved"))
    watch("检查", 0, 0)
    known = _Watched(work.tests, watch)
    with work.log.deed(who.account.name, "publish", policy=policy, amend=wanted.amend) as about, work.drafts.locked():
        before = work.drafts.on_disk(policy)
        run(policy, work.library, by=who.account.name, amend=wanted.amend, known=known)
        after = work.drafts.on_disk(policy)
        about |= changed({name: (before.get(name, ""), text) for name, text in after.items() if before.get(name) != text})
    remembered(work, who, policy, "publish", before)
    return seen_by(work, who, policy)


def tested(work: Workbench, who: Session, policy: str, wanted: TestRequest, watch: Watch) -> Tested:
    """Run the tests of a draft; with `adopt` those that fail are written anew into it. Raises PolicyError."""
    from engine.changes.lifecycle.adopt import adopt
    from engine.policy.loading import load
    from engine.soundness.tests.policies import run_tests
    from engine.soundness.tests.view import show_tests

    work.drafts.check_seen(who.account.name, policy, wanted.revision, "")
    seen = work.drafts.texts(who.account.name, policy)
    with overlaid(policy, seen, work.library) as library:
        report = run_tests(load(policy, library, locked=False), library, _Watched(work.tests, watch))
        told = on_page(show_tests(report))
        adoptable = sum(result.now is not None for result in report.failed)
    if wanted.adopt and adoptable:
        with copied(policy, seen, work.library) as library:
            adopted = adopt(report, policy, library)
            tests = (library.directory(policy) / "tests").glob("*.yaml")
            texts = {f"tests/{path.name}": path.read_text(encoding="utf-8") for path in tests}
        anew = {name: text for name, text in texts.items() if text != seen.get(name)}
        if anew:
            work.drafts.edit(who.account.name, policy, wanted.revision, anew, seen)
        done, files = len(adopted.written) + len(adopted.own), "、".join(sorted(anew))
        lines = on_page("\n".join(adopted.told()))
        told = f"下面没有通过的，有 {done} 条已按现在的结果写进草稿的 {files}；核对后再运行一次测试。\n{lines}\n\n{told}"
    passed = not report.failed and report.coverage == 100
    return Tested(passed=passed, text=told, adoptable=adoptable, draft=seen_by(work, who, policy))


def _publication(work: Workbench, policy: str) -> PublicationPreview:
    from engine.changes.diff.compare import compare
    from engine.changes.diff.view import render
    from engine.policy import lock as policy_lock
    from engine.policy.loading import resolve

    work.drafts.on_disk(policy)  # one of those that may be changed
    resolved = resolve(policy, work.library)
    parent = next((one.id for one in resolved.parents if one.sections["policy"].get("status") != "pack"), "")
    told_difference = render(compare(parent, policy, work.library), terminal=False) if parent else ""
    lock = policy_lock.read(resolved)
    since = [on_page(str(problem)) for problem in policy_lock.differences_told(resolved, lock)] if lock else []
    return PublicationPreview(
        parent=parent, against_parent=told_difference, published=lock.published.at if lock else "", since=since
    )
