"""A corpus follows its files: what is read again, replaced, taken out, kept; and forms that stand in two of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

pytest.importorskip("duckdb", reason="the corpus extra is not installed")
pytest.importorskip("pyarrow", reason="the corpus extra is not installed")

from engine.bulk.corpus import bundles, index, listing, readings, store, twice
from engine.bulk.corpus.index import CorpusFile, FiledForm, Piece, PieceRead, ReadingHead
from engine.bulk.corpus.ingest import Ingested, ingest
from engine.errors import InputError, Place, Problem
from engine.forms.places import PlaceWords
from engine.intake import folders
from engine.policy.library import Library, library
from engine.resources import shipped

LIBRARY = library()
Run = Callable[..., Ingested]


def form(unit: str, name: str = "山塘修缮", *, amount: str = "100", day: str = "", **more: Any) -> dict[str, Any]:
    line = {"name": "年度财政资金总额", "role": "total", "weight": "20", "score": "20", "money_unit": "万元"}
    indicator = {
        "name": "培训人数",
        "level1": "产出指标",
        "level2": "数量指标",
        "weight": "80",
        "target": "100人",
        "actual": "100人",
    }
    made = {"kind": "project", "name": name, "budget": [{**line, "budget": amount, "executed": amount}]}
    if day:
        made["filled_on"] = day
    made |= {"goals": [{"indicators": [indicator]}], **more}
    return {"schema": "jixiao/submission/1", "unit": unit, "fiscal_year": 2021, "jurisdiction": "hubei", "forms": [made]}


def put(path: Path, *records: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """Three units in a folder, two of them in folders of its own."""
    at = tmp_path / "报送"
    put(at / "a.json", form("甲局"))
    put(at / "乙县" / "b.json", form("乙局"))
    put(at / "丙县" / "c.json", form("丙局"))
    return at


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def ingested(*paths: Path, **options: Any) -> Ingested:
        return ingest(paths, tmp_path / "corpus", LIBRARY, jobs=1, **options)

    return ingested


def units(done: Ingested) -> list[str]:
    return sorted(f["unit"] for f in index.forms(done.index) if "bundle" in f)


def names(paths: list[str]) -> list[str]:
    return [Path(path).name for path in paths]


def test_a_file_read_again_replaces_its_bundle(top: Path, run: Run) -> None:
    assert units(run(top)) == ["丙局", "乙局", "甲局"]
    put(top / "a.json", form("甲局", amount="300"))
    put(top / "d.json", form("丁局"))
    (top / "乙县" / "b.json").unlink()
    done = run(top)
    assert (names(done.new), names(done.changed), names(done.gone)) == (["d.json"], ["a.json"], ["b.json"])
    assert (units(done), done.forms, done.problems) == (["丁局", "丙局", "甲局"], 3, [])
    again = run(top)
    assert (again.new, again.changed, again.gone, again.parts - again.kept) == ([], [], [], 0)


def test_a_file_that_has_gone_is_kept_as_long_as_that_is_asked(top: Path, run: Run) -> None:
    run(top)
    (top / "a.json").unlink()
    for _ in range(2):  # told each time
        done = run(top, keep=True)
        assert (names(done.left), done.gone, done.forms) == (["a.json"], [], 3)
    put(top / "z.json", form("甲局"))  # it comes back under another name: what is there stands for what has gone
    done = run(top, keep=True)
    assert (done.forms, done.problems) == (3, [])
    assert [f"{Path(f['path']).name}" for f in index.forms(done.index) if "instead" in f] == ["a.json"]
    done = run(top)
    assert (names(done.gone), done.left, done.told, done.forms) == (["a.json"], [], [], 3)


def test_what_was_not_given_this_time_stays(top: Path, tmp_path: Path, run: Run) -> None:
    other = put(tmp_path / "补报" / "d.json", form("丁局")).parent
    run(top)
    (top / "a.json").unlink()
    done = run(other)
    assert (done.gone, units(done)) == ([], ["丁局", "丙局", "乙局", "甲局"])  # nobody looked whether it has gone
    done = run(top / "乙县", put(tmp_path / "e.json", form("戊局")))
    assert (done.gone, done.forms) == ([], 5)
    (other / "d.json").unlink()
    done = run(tmp_path)
    assert (sorted(names(done.gone)), units(done)) == (["a.json", "d.json"], ["丙局", "乙局", "戊局"])


def test_files_named_from_elsewhere_are_the_same_files(top: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run(top)
    monkeypatch.chdir(top)
    done = run(Path())
    assert (done.forms, done.new, done.gone) == (3, [], [])
    assert not done.told


def test_a_folder_that_cannot_be_looked_at_has_lost_nothing(top: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run(top)
    walk = folders.os.walk

    def walked(at: Path, onerror: Callable[[OSError], None], **options: Any) -> Any:
        for folder, inner, files in walk(at, onerror=onerror, **options):
            if Path(folder).name == "乙县":
                onerror(PermissionError(13, "", folder))
            else:
                yield folder, inner, files

    with monkeypatch.context() as patched:
        patched.setattr(folders.os, "walk", walked)
        done = run(top)
    assert (done.gone, done.forms) == ([], 3)
    assert [problem.code for problem in done.problems] == ["input.folder"]
    assert run(top).problems == []


def test_a_file_that_cannot_be_opened_keeps_what_it_said(top: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run(top)
    digest = listing._digest

    def failing(path: Path) -> str:
        if path.name == "a.json":
            raise OSError(5, "")
        return digest(path)

    with monkeypatch.context() as patched:
        patched.setattr(listing, "_digest", failing)
        done = run(top)
    assert (done.forms, [problem.code for problem in done.problems]) == (3, ["input.unreadable"])
    done = run(top)
    assert (done.forms, done.problems) == (3, [])


def test_what_the_machine_refuses_is_tried_again(top: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that changes while it is read is not taken for what it was, nor is its failure remembered."""
    content = listing.content_digest
    with monkeypatch.context() as patched:
        patched.setattr(listing, "content_digest", lambda data: content(data + b"x"))
        done = run(top)
    assert {problem.code for problem in done.problems} == {"input.changing"}
    assert run(top).forms == 3


def test_readings_that_were_deleted_are_made_again_or_asked_for(top: Path, tmp_path: Path, run: Run) -> None:
    other = put(tmp_path / "补报" / "d.json", form("丁局")).parent
    run(top, other)
    shutil.rmtree(tmp_path / "corpus" / readings.FOLDER)
    with pytest.raises(InputError, match="读过的内容不见了"):
        run(top)
    assert store.open_corpus(tmp_path / "corpus").told  # it is what it was
    done = run(top, other)
    assert (done.forms, done.new, done.changed) == (4, [], [])
    assert not store.open_corpus(tmp_path / "corpus").told


def test_another_library_reads_anew_and_its_tests_do_not_matter(top: Path, tmp_path: Path) -> None:
    own = tmp_path / "policies"
    shutil.copytree(shipped("policies"), own)
    where, corpus = Library((own,)), tmp_path / "corpus"
    before = readings.stamp(where, "")
    ingest([top], corpus, where, jobs=1)
    made = sorted(path.name for path in (corpus / "parts").iterdir())
    (own / "hubei" / "2021" / "tests" / "another.yaml").write_text("cases: []\n")
    assert readings.stamp(where, "") == before
    written = own / "hubei" / "2021" / "policy.yaml"
    written.write_text(written.read_text(encoding="utf-8") + "# another year, another form\n", encoding="utf-8")
    assert readings.stamp(where, "") != before != readings.stamp(where, "hubei/2021")
    ingest([top], corpus, where, jobs=1)
    assert sorted(path.name for path in (corpus / "parts").iterdir()) != made


def test_lines_are_numbered_through_the_file(tmp_path: Path, run: Run) -> None:
    put(tmp_path / "all.jsonl", *(form(f"第{n}局") for n in range(listing.LINES + 2)), {"no": "record"})
    done = run(tmp_path / "all.jsonl")
    assert done.forms == listing.LINES + 2
    assert {problem.place.line for problem in done.problems} == {listing.LINES + 3}
    lines = {f["unit"]: f["line"] for f in index.forms(done.index)}
    assert lines == {f"第{n}局": n + 1 for n in range(listing.LINES + 2)}
    kept = readings.records(tmp_path / "corpus", next(iter(index.sources(done.index).values())).pieces[1].key)
    assert {record["forms"][0]["where"]["line"] for record in kept} == {listing.LINES + 1, listing.LINES + 2}


def test_an_appended_line_makes_the_last_piece_anew(tmp_path: Path, run: Run) -> None:
    several = [form(f"第{n}局") for n in range(2 * listing.LINES + 1)]
    put(tmp_path / "all.jsonl", *several)
    run(tmp_path / "all.jsonl")
    first = {path: path.stat().st_mtime_ns for path in (tmp_path / "corpus").glob("readings/*/*")}
    put(tmp_path / "all.jsonl", *several, form("新局"))
    done = run(tmp_path / "all.jsonl")
    assert (done.forms, names(done.changed)) == (len(several) + 1, ["all.jsonl"])
    kept = [path for path in first if path.exists() and path.stat().st_mtime_ns == first[path]]
    assert len(kept) == len(first) - 1 == 2


# --- the same form from two sources ---------------------------------------------------------------------------------


def test_a_copy_is_told_and_counted_once(top: Path, run: Run) -> None:
    shutil.copy(top / "a.json", top / "乙县" / "a copy.json")
    put(top / "丙县" / "again.jsonl", form("甲 局", "山塘修缮"), form("己局"))  # width and blanks are no other unit
    done = run(top)
    assert (done.forms, done.problems) == (4, [])
    assert len(done.told) == 2
    assert all(text in told for told in done.told for text in ("a.json", "山塘修缮", "只算一份"))
    assert "again.jsonl 第1行" in done.told[0]
    assert "a copy.json" in done.told[1]


def test_two_versions_are_a_problem_and_the_later_one_stands(top: Path, run: Run) -> None:
    put(top / "乙县" / "z.json", form("丁局", amount="100", day="2022年4月1日"))
    put(top / "丙县" / "y.json", form("丁局", amount="700", day="2022年4月9日"))
    put(top / "x.json", form("丁局", amount="900"))
    done = run(top)
    assert done.forms == 4
    assert sorted(Path(problem.place.file).name for problem in done.problems) == ["x.json", "z.json"]
    assert {problem.code for problem in done.problems} == {"corpus.twice"}
    assert all("y.json，两份不同" in problem.message and "填报日期在后" in problem.message for problem in done.problems)
    stands = [f for f in index.forms(done.index) if f["unit"] == "丁局" and "bundle" in f]
    assert [Path(f["path"]).name for f in stands] == ["y.json"]
    assert {Path(f["instead"]["path"]).name for f in index.forms(done.index) if "instead" in f} == {"y.json"}


@pytest.mark.parametrize(
    "other",
    [
        form("甲局", "山塘修缮（一期）"),
        form("甲局", "山塘修缮", kind="department"),
        {**form("甲局"), "fiscal_year": 2022},
        {**form("甲局"), "jurisdiction": "central"},
    ],
)
def test_another_name_kind_year_or_place_is_another_form(top: Path, run: Run, other: dict[str, Any]) -> None:
    put(top / "other.json", other)
    done = run(top, policy="hubei/2021")
    assert (done.forms, done.told, done.problems) == (4, [], [])


def test_units_of_one_name_in_two_folders_are_two_units(top: Path, run: Run) -> None:
    for folder, amount in (("乙县", "100"), ("丙县", "300")):
        put(top / folder / "水务局.json", form("水务局", amount=amount))
        put(top / folder / "更早" / "水务局.jsonl", form("水务局", "培训", amount=amount))
    done = run(top)
    assert any("乙县" in told and "里都有“水务局”的同一张表，按不同的单位核对" in told for told in done.told)
    said = [(Path(f["path"]).parent.name, Path(f["folder"]).name, f["name"]) for f in index.forms(done.index) if "folder" in f]
    assert sorted(said) == [("丙县", "丙县", "山塘修缮"), ("乙县", "乙县", "山塘修缮")]
    bundles_of = {f["bundle"] for f in index.forms(done.index) if f["name"] == "山塘修缮" and f["unit"] == "水务局"}
    assert len(bundles_of) == 2
    assert (done.forms, len(done.problems)) == (6, 1)  # lines lie in no folder of a unit: of the two that differ one stands


def test_forms_that_do_not_say_which_they_are_are_all_counted(top: Path, run: Run) -> None:
    title = "项目支出绩效自评表"
    for n, folder in enumerate(("乙县", "丙县", "丁县")):
        put(top / folder / "untitled.json", form("庚局", title, amount=str(100 + n // 2), title=title))
    done = run(top)
    assert (done.forms, done.problems) == (5, [])
    assert any("只算一份" in told for told in done.told)  # the first two say the same
    assert any("分不清是不是同一张" in told and "都算了" in told for told in done.told)


def test_only_the_form_that_stands_twice_is_left_out(top: Path, run: Run) -> None:
    both = form("甲局")
    both["forms"].append(form("甲局", "培训")["forms"][0])
    put(top / "both.json", both)
    done = run(top)
    assert done.forms == 4
    assert sorted(f["name"] for f in index.forms(done.index) if f["unit"] == "甲局" and "bundle" in f) == ["培训", "山塘修缮"]


# --- parts ----------------------------------------------------------------------------------------------------------


def filed(count: int, without: frozenset[int] = frozenset()) -> list[CorpusFile]:
    return [
        CorpusFile(
            f"/{n:05}", f"{n:05}", "", "", (Piece("file", f"{n:032}"),), (PieceRead((ReadingHead(0, "hubei", (), "", (one,)),)),)
        )
        for n in range(count)
        if n not in without
        for one in [FiledForm(f"第{n}局", 2021, "project", "某项目", "", str(n))]
    ]


def jobs(sources: list[CorpusFile]) -> list[bundles.PartJob]:
    return bundles.planned(sources, twice.twice(sources, PlaceWords()), "stamp")


def test_a_unit_more_or_less_changes_the_part_it_is_in() -> None:
    every = jobs(filed(3000))
    assert sum(len(job.bundles) for job in every) == 3000
    assert all(len(job.bundles) <= bundles.MOST for job in every)
    assert 15 < len(every) < 60
    for n in range(0, 3000, 1000):
        fewer = jobs(filed(3000, frozenset({n})))
        changed = {job.name for job in every} - {job.name for job in fewer}
        assert 1 <= len(changed) <= 4


def test_numbers_of_parts_and_bundles_are_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "PART_NUMBERS", 64)  # where most would be the same
    some = jobs(filed(3000))
    assert len({job.number for job in some}) == len(some)
    numbers = [job.bundle_number(n) for job in some for n in range(len(job.bundles))]
    assert len(set(numbers)) == 3000
    assert bundles.PART_NUMBERS << bundles.BUNDLE_SHIFT <= 1 << 30
    assert bundles.MOST <= 1 << bundles.BUNDLE_SHIFT


# --- the index ------------------------------------------------------------------------------------------------------


def test_the_index_says_where_every_form_went(top: Path, tmp_path: Path, run: Run) -> None:
    import pyarrow.parquet as pq

    put(top / "more.jsonl", form("丁局"), form("戊局", "培训"))
    done = run(top)
    there = {}
    for part in store.open_corpus(tmp_path / "corpus").parts:
        for row in pq.read_table(part.file("records")).to_pylist():
            record = json.loads(row["record"])
            for n, one in enumerate(record["forms"]):
                there[row["bundle"], n] = (record["unit"], one["name"], row["files"])
    said = {(f["bundle"], f["form_number"]): (f["unit"], f["name"], f["path"]) for f in index.forms(done.index)}
    assert {key: value[:2] for key, value in said.items()} == {key: value[:2] for key, value in there.items()}
    assert {Path(value[2]).name for value in said.values()} == {Path(value[2]).name for value in there.values()}


def test_an_index_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    problem = Problem(Place("x", 3), "不对", "对", code="input.negative", names=("a", "b"))
    head = ReadingHead(
        7, "hubei", ("hubei/2021",), "own/layout", (FiledForm("局", 2021, "project", "名\ud800", "2022-04-01", "f", False),)
    )
    sources = [
        CorpusFile("/a", "a", "d", "hubei/2021", (Piece("lines", "k", 1, 2, 3),), (PieceRead((head,), (problem,)),), gone=True),
        CorpusFile("/b", "b", "d", "", (Piece("file", "l"),), (PieceRead((), (), "图片"),)),
        CorpusFile("/c", "c", skipped="隐藏的文件"),
        CorpusFile("/d", "d", problems=(problem,)),
    ]
    name = index.write(tmp_path, sources, [], {"problems": [], "apart": []})
    back = index.sources(tmp_path / index.FOLDER / name)
    assert list(back)[1:] == ["/b", "/c", "/d"]
    assert list(back.values())[1:] == sources[1:]
    (tmp_path / index.FOLDER / name / index.SOURCES).write_text('{"path": 1}\n')
    with pytest.raises(InputError, match="索引读不了"):
        index.sources(tmp_path / index.FOLDER / name)


def test_what_jixiao_made_is_not_read_as_forms(top: Path, tmp_path: Path, run: Run) -> None:
    ingest([top], top / "old corpus", LIBRARY, jobs=1)
    (top / "results").mkdir()
    (top / "results" / "batch.json").write_text('{"format": "jixiao-batch"}')
    put(top / "results" / "x.json", form("丁局"))
    done = run(top)
    assert done.forms == 3
    assert sorted(done.skipped.values()) == ["jixiao batch 的结果，不是自评表", "jixiao ingest 建的语料，不是自评表"]


def test_two_do_not_write_one_corpus_at_once(top: Path, tmp_path: Path, run: Run) -> None:
    run(top)
    lock = FileLock(tmp_path / "corpus" / "lock")
    with lock, pytest.raises(InputError, match="另一个 jixiao ingest 正在写这个语料"):
        run(top)
    assert units(run(top)) == ["丙局", "乙局", "甲局"]
