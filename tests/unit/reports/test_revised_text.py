"""Revisions written into filed documents: what is struck out and put in, what is left alone, and that it all goes back."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from zipfile import ZipFile

import pytest
from lxml import etree
from word_packages import W, disorder, letters, names, p, package, part, r

from engine.documents.word import read_bytes
from engine.errors import Place
from engine.reports.draft import Block
from engine.reports.revision.document import RevisedDocument, revise
from engine.reports.revision.model import AddedBlock, Addition, RevisionPlan, RevisionTable, Spot, TextChange, TextRemark
from engine.reports.revision.settled import accepted, rejected

UNWRITTEN = "“{now}”应为“{right}”，此处不能直接改"


def spot(data: bytes, said: str, number: int = 1, nth: int = 0) -> Spot:
    """The nth occurrence of a text in a paragraph, as the record has the paragraph."""
    text = next(block.text for block in read_bytes(data).paragraphs() if block.place.path == f"第{number}段")
    at = -1
    for _ in range(nth + 1):
        at = text.index(said, at + 1)
    return Spot(Place(path=f"第{number}段"), text, at, at + len(said))


def revised(data: bytes, *changes: TextChange | TextRemark, additions: Sequence[Addition] = (), **more: object) -> RevisedDocument:
    plan = RevisionPlan(
        tuple(one for one in changes if isinstance(one, TextChange)),
        tuple(one for one in changes if isinstance(one, TextRemark)),
        tuple(additions),
    )
    out = revise(data, [plan], UNWRITTEN, more.get("models", {}))  # type: ignore[arg-type]
    for name in names(out.data):
        if name in ("word/document.xml", "word/comments.xml"):
            assert not list(disorder(part(out.data, name)))
    return out


def text(data: bytes) -> str:
    return "\n".join(block.text for block in read_bytes(data).paragraphs())


def goes_back(out: bytes, filed: bytes) -> None:
    """Rejecting gives back every letter and its look, and every other part of the package."""
    back = rejected(out)
    assert letters(part(back)) == letters(part(filed))
    assert sorted(names(back)) == sorted(names(filed))
    for name in names(filed):
        if name != "word/document.xml":
            assert etree.tostring(part(back, name), method="c14n") == etree.tostring(part(filed, name), method="c14n"), name


def ours(data: bytes, tag: str) -> list[str]:
    found = part(data).iter(f"{{{W}}}{tag}")
    return ["".join(one.itertext()) for one in found if one.get(f"{{{W}}}author") == "jixiao"]


BOLD, RED = "<w:b/>", '<w:color w:val="FF0000"/>'
SAME = "自评得分99.59分，等级优。"
WHOLE = {
    "one run": p(SAME),
    "split over runs": p("自评得分9", "9.", "59", "分，等级优。"),
    "bold in the middle": p("自评得分", r("99", BOLD), r(".59", BOLD + RED), "分，等级优。"),
    "a tab before": p("<w:r><w:tab/><w:t>自评得分99.59分，等级优。</w:t></w:r>"),
    "two texts in a run": p("<w:r><w:t>自评得分99</w:t><w:t>.59分，</w:t><w:lastRenderedPageBreak/><w:t>等级优。</w:t></w:r>"),
    "a footnote behind": p('<w:r><w:t>自评得分99.59</w:t><w:footnoteReference w:id="2"/><w:t>分，等级优。</w:t></w:r>'),
    "a hyperlink around": p(f'<w:hyperlink w:anchor="a">{r("自评得分99.59分")}</w:hyperlink>', "，等级优。"),
    "a smart tag inside": p("自评得分", f'<w:smartTag w:uri="u" w:element="e">{r("99.59")}</w:smartTag>', "分，等级优。"),
    "a content control": p("自评得分", f"<w:sdt><w:sdtContent>{r('99.59')}</w:sdtContent></w:sdt>", "分，等级优。"),
    "bookmarks and proofing": p(
        "自评得分",
        '<w:bookmarkStart w:id="0" w:name="x"/><w:proofErr w:type="spellStart"/>',
        r("99.59"),
        "<w:bookmarkEnd w:id='0'/>",
    ),
    "full width": p("自评得分９９．５９分，等级优。"),
    "a deletion of theirs beside": p(
        "自评得分", '<w:del w:id="7" w:author="李四"><w:r><w:delText>98.00</w:delText></w:r></w:del>', "99.59分，等级优。"
    ),
    "a deletion of theirs inside": p(
        "自评得分99", '<w:del w:id="7" w:author="李四"><w:r><w:delText>0</w:delText></w:r></w:del>', ".59分"
    ),
}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_figure_is_struck_out_and_another_put_in(kind: str) -> None:
    filed = package(WHOLE[kind])
    said, right = ("９９．５９", "９５．５８") if kind == "full width" else ("99.59", "95.58")
    out = revised(filed, TextChange(spot(filed, said), right, ("依据：备注第2条",)))
    assert (out.changed, out.remarked, out.left) == (1, 1, [])
    assert text(out.data) == text(filed).replace(said, right), "as it reads with the revision accepted"
    assert "".join(ours(out.data, "del")) == said
    assert "".join(ours(out.data, "ins")) == right
    goes_back(out.data, filed)
    clean = accepted(out.data)
    assert text(clean) == text(out.data)
    assert ours(clean, "ins") + ours(clean, "del") == []
    assert sorted(names(clean)) == sorted(names(filed)), "no comments are left"
    before, after = ([one for one in letters(part(data)) if one[1] != "del"] for data in (filed, clean))
    changed = [n for n, (a, b) in enumerate(zip(before, after, strict=True)) if a[0] != b[0]]
    assert [before[n][1] for n in changed] == [after[n][1] for n in changed], "each letter is set as the one it stands for"


def test_two_runs_give_the_same_bytes_and_no_time_is_told() -> None:
    filed = package(p(SAME))
    one, two = (revised(filed, TextChange(spot(filed, "99.59"), "95.58", ("因",))).data for _ in range(2))
    assert one == two
    assert b"w:date" not in etree.tostring(part(one)) + etree.tostring(part(one, "word/comments.xml"))


def test_of_a_figure_that_stands_twice_only_the_one_that_is_wrong_is_changed() -> None:
    filed = package(p("计划培训80人，实际培训80人，满意度80%。"))
    out = revised(filed, TextChange(spot(filed, "80", nth=1), "76", ()))
    assert text(out.data) == "计划培训80人，实际培训76人，满意度80%。"
    goes_back(out.data, filed)


def test_several_changes_of_one_paragraph_do_not_move_each_other() -> None:
    filed = package(p("得分", r("99.59", BOLD), "，产出40.00，效益40.00，完成率100%。"))
    wanted = (("99.59", 0, "95.58"), ("40.00", 0, "39.5"), ("40.00", 1, "35.99"), ("100%", 0, "75.00%"))
    out = revised(filed, *(TextChange(spot(filed, said, nth=nth), right, ("因",)) for said, nth, right in wanted))
    assert text(out.data) == "得分95.58，产出39.5，效益35.99，完成率75.00%。"
    assert out.remarked == 4
    goes_back(out.data, filed)


LOCKED = {
    "an insertion of theirs": p("得分", '<w:ins w:id="3" w:author="李四">' + r("99.59") + "</w:ins>", "分"),
    "half in an insertion of theirs": p("得分99", '<w:ins w:id="3" w:author="李四">' + r(".59") + "</w:ins>", "分"),
    "a simple field": p("得分", f'<w:fldSimple w:instr=" =SUM(ABOVE) ">{r("99.59")}</w:fldSimple>', "分"),
    "a field": p(
        "得分",
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> =SUM(ABOVE) </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
        r("99.59"),
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
        "分",
    ),
    "a bound control": p(
        "得分", f'<w:sdt><w:sdtPr><w:dataBinding w:xpath="/a"/></w:sdtPr><w:sdtContent>{r("99.59")}</w:sdtContent></w:sdt>', "分"
    ),
    "ruby": p("得分", f"<w:r><w:ruby><w:rubyBase>{r('99.59')}</w:rubyBase></w:ruby></w:r>", "分"),
}


@pytest.mark.parametrize("kind", LOCKED)
def test_what_is_not_ours_to_change_is_remarked_and_stays(kind: str) -> None:
    filed = package(LOCKED[kind])
    out = revised(filed, TextChange(spot(filed, "99.59"), "95.58", ("依据",)))
    assert out.changed == 0
    assert len(out.left) == 1
    assert ours(out.data, "del") + ours(out.data, "ins") == []
    assert "“99.59”应为“95.58”" in "".join(part(out.data, "word/comments.xml").itertext())
    goes_back(out.data, filed)


def test_revisions_and_comments_of_others_stay_as_they_are() -> None:
    theirs = '<w:comment w:id="4" w:author="李四" w:date="2024-01-01T00:00:00Z"><w:p><w:r><w:t>请核对</w:t></w:r></w:p></w:comment>'
    filed = package(
        p(
            '<w:commentRangeStart w:id="4"/>',
            "得分99.59分",
            '<w:commentRangeEnd w:id="4"/>',
            '<w:r><w:commentReference w:id="4"/></w:r>',
        )
        + p(
            "预算",
            '<w:ins w:id="9" w:author="李四">' + r("又改了") + "</w:ins>",
            look='<w:rPr><w:ins w:id="10" w:author="李四"/></w:rPr>',
        ),
        theirs,
    )
    out = revised(filed, TextChange(spot(filed, "99.59"), "95.58", ("我们的依据",)))
    comments = part(out.data, "word/comments.xml")
    assert [one.get(f"{{{W}}}author") for one in comments] == ["李四", "jixiao"]
    assert comments[1].get(f"{{{W}}}id") == "5"
    goes_back(out.data, filed)
    clean = part(accepted(out.data))
    assert len(list(clean.iter(f"{{{W}}}ins"))) == 2, "theirs are still open"
    assert [one.get(f"{{{W}}}id") for one in clean.iter(f"{{{W}}}commentReference")] == ["4"]


def test_a_text_box_is_changed_in_both_its_forms_and_remarked_outside() -> None:
    inside = f"<w:txbxContent>{p('得分99.59分')}</w:txbxContent>"
    box = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>{inside}</wps:txbx></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict><v:textbox>{inside}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    filed = package(p("正文", box, "继续"))
    out = revised(filed, TextChange(spot(filed, "99.59", number=2), "95.58", ("因",)))
    assert ours(out.data, "ins") == ["95.58", "95.58"]
    reference = next(part(out.data).iter(f"{{{W}}}commentReference"))
    assert not any(up.tag == f"{{{W}}}txbxContent" for up in reference.iterancestors()), "Word takes no comments in text boxes"
    goes_back(out.data, filed)


def test_cells_of_tables_are_changed_too() -> None:
    cells = "".join(f"<w:tc><w:tcPr/>{p(text)}</w:tc>" for text in ("组织培训", "80人", "5"))
    filed = package(p("表") + f"<w:tbl><w:tblPr/><w:tblGrid/><w:tr>{cells}</w:tr></w:tbl>" + p("后"))
    here = Spot(Place(table=1, row=1, cell=3), "5", 0, 1)
    out = revised(filed, TextChange(here, "4.75", ("按比例",)))
    assert next(read_bytes(out.data).tables()).rows[0][2].text == "4.75"
    goes_back(out.data, filed)


def test_what_cannot_be_told_apart_is_not_changed() -> None:
    filed = package(p("得分99.59分。得分99.59分。"))
    here = Spot(Place(path="第1段"), "得分99.59分。", 2, 7)  # as a layout cuts a paragraph: it may be either
    out = revised(filed, TextChange(here, "95.58", ("因",)))
    assert out.changed == 0
    assert out.remarked == 1
    missing = Spot(Place(path="第9段"), "得分99.59分。", 2, 7)
    assert revised(filed, TextChange(missing, "95.58", ("因",))).left == [missing]


ADDED = Addition(
    (Place(path="第2段"),),
    (
        AddedBlock(Block("heading1", "四、下一步改进措施")),
        AddedBlock(Block("paragraph", "未完成的原因是【请填写原因】，将于次年补办。"), ("请填写原因",)),
        AddedBlock(Block("table", "unmet"), table=RevisionTable(("指标", "原因"), (("培训", "=1+1"),))),
    ),
)
MODELS = {
    "heading1": [Spot(Place(path="第1段"), "一、得分", 0, 4)],
    "paragraph": [Spot(Place(path="第2段"), "得分99.59分", 0, 8)],
}


def test_what_is_missing_is_added_as_the_paragraphs_that_are_there_are_set() -> None:
    heading, body = '<w:pStyle w:val="1"/><w:numPr><w:ilvl w:val="0"/></w:numPr>', '<w:ind w:firstLine="640"/><w:jc w:val="both"/>'
    filed = package(p(r("一、得分", "<w:b/>"), look=heading) + p(r("得分99.59分", RED), look=body) + p("附件"))
    out = revised(filed, additions=[ADDED], models=MODELS)
    assert out.added == 3
    assert [b.text for b in read_bytes(out.data).paragraphs()][2:] == [
        "四、下一步改进措施",
        "未完成的原因是【请填写原因】，将于次年补办。",
        "附件",
    ]
    made = list(part(out.data).iter(f"{{{W}}}p"))[2:4]
    assert made[0].find(f"{{{W}}}pPr/{{{W}}}pStyle") is not None
    assert made[0].find(f"{{{W}}}pPr/{{{W}}}numPr") is None, "its number is written out"
    assert made[1].find(f"{{{W}}}pPr/{{{W}}}ind") is not None
    blank = next(run for run in made[1].iter(f"{{{W}}}r") if "".join(run.itertext()) == "【请填写原因】")
    assert blank.find(f"{{{W}}}rPr/{{{W}}}highlight") is not None
    assert blank.find(f"{{{W}}}rPr/{{{W}}}color") is not None
    goes_back(out.data, filed)
    assert not list(part(rejected(out.data)).iter(f"{{{W}}}tbl"))
    clean = accepted(out.data)
    assert text(clean) == text(out.data)
    assert next(read_bytes(clean).tables()).rows[1][1].text == "=1+1"


def test_what_somebody_writes_into_our_paragraph_stays_when_ours_is_rejected() -> None:
    filed = package(p("一、得分") + p("得分99.59分") + p("附件"))
    out = revised(filed, additions=[Addition((Place(path="第2段"),), (AddedBlock(Block("paragraph", "新增。")),))], models=MODELS)
    root = part(out.data)
    ours_ = next(one for one in root.iter(f"{{{W}}}p") if "新增" in "".join(one.itertext()))
    ours_.append(etree.fromstring(f'<w:r xmlns:w="{W}"><w:t>他们补的。</w:t></w:r>'))
    packed = BytesIO()
    with ZipFile(BytesIO(out.data)) as old, ZipFile(packed, "w") as new:
        for name in old.namelist():
            new.writestr(name, etree.tostring(root) if name == "word/document.xml" else old.read(name))
    assert text(rejected(packed.getvalue())).splitlines() == ["一、得分", "得分99.59分", "他们补的。", "附件"]


def test_what_is_added_behind_one_paragraph_stands_in_the_order_of_the_plan() -> None:
    filed = package(p("一、得分") + p("得分99.59分") + p("附件"))
    after = (Place(path="第2段"),)
    made = [Addition(after, (AddedBlock(Block("paragraph", text)),)) for text in ("甲。", "乙。")]
    first = Addition((), (AddedBlock(Block("heading1", "题目")), AddedBlock(Block("paragraph", "丙。"))), Place(path="第1段"))
    out = revised(filed, additions=[*made, first], models=MODELS)
    assert text(out.data).splitlines() == ["题目", "丙。", "一、得分", "得分99.59分", "甲。", "乙。", "附件"]
    goes_back(out.data, filed)


def test_a_document_of_the_strict_kind_is_revised_in_its_own_namespace() -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    filed = package(p(SAME))
    parts = {name: etree.tostring(part(filed, name)).replace(W.encode(), strict.encode()) for name in names(filed)}
    packed = BytesIO()
    with ZipFile(packed, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    plan = RevisionPlan((TextChange(spot(packed.getvalue(), "99.59"), "95.58", ("因",)),))
    out = revise(packed.getvalue(), [plan], UNWRITTEN, {})
    assert out.changed == 1
    assert {etree.QName(one).namespace for one in part(out.data).iter()} == {strict}
    assert etree.QName(part(out.data, "word/comments.xml")).namespace == strict
    assert "http://purl.oclc.org/ooxml/officeDocument/relationships/comments" in {
        one.get("Type") for one in part(out.data, "word/_rels/document.xml.rels")
    }
    assert text(rejected(out.data)) == text(packed.getvalue())
