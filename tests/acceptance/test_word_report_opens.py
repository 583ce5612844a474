"""The Word report opens in LibreOffice, and the pages hold all of its text."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT
from test_word_report_reads_back import long_form

from engine.documents import word as docx_reader
from engine.intake.bundle import read_bundle
from engine.policy.library import library
from engine.reports import word
from engine.reports.context import contexts
from engine.reports.draft import Draft, drafts
from engine.results.bundles import checked_bundles
from engine.templating.weights import JOINER

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def _needs(command: str | None, package: str) -> str:
    if command is None:
        pytest.skip(f"not installed here: {package} (apt-get install {package})")
    return command


def _drafts(path: Path) -> list[Draft]:
    bundle = read_bundle([path], library())
    result = next(checked_bundles([bundle])).result
    return drafts(contexts(result, bundle.submission.forms, bundle.policy), bundle.policy, [ROOT / "templates"])


@pytest.fixture(scope="module")
def pages(seed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    """Word report and PDF of the department form, of a project, and of a form with one long goal."""
    office = _needs(OFFICE, "libreoffice-writer")
    _needs(shutil.which("pdftotext"), "poppler-utils")
    fonts = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False).stdout
    if not fonts.strip():
        pytest.skip("no Chinese font here: fonts-noto-cjk (apt-get install fonts-noto-cjk)")
    home = tmp_path_factory.mktemp("word")
    long = home / "long.txt"
    long.write_text(long_form(100), encoding="utf-8")
    files = {name: home / f"{name}.docx" for name in ("department", "project", "long")}
    for path, draft in zip(files.values(), [*_drafts(seed)[:2], *_drafts(long)], strict=True):
        path.write_bytes(word.render(draft, ROOT / "templates" / "word" / "report.docx"))
    profile = f"-env:UserInstallation=file://{home}/profile"
    done = subprocess.run(
        [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(home), *map(str, files.values())],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if "no export filter" in done.stderr or "source file could not be loaded" in done.stderr + done.stdout:
        pytest.skip("LibreOffice has no Writer here: libreoffice-writer (apt-get install libreoffice-writer)")
    return {name: (path, path.with_suffix(".pdf")) for name, path in files.items()}


def _text(pdf: Path) -> list[str]:
    """The text of each page, without white space."""
    done = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True)
    return [re.sub(r"\s", "", page) for page in done.stdout.split("\f")[:-1]]


@pytest.mark.parametrize("name", ["department", "project"])
def test_every_paragraph_and_cell_is_on_a_page(pages: dict[str, tuple[Path, Path]], name: str) -> None:
    word_file, pdf = pages[name]
    text = _text(pdf)
    whole = re.sub(r"—[0-9]+—", "", "".join(text)).replace(JOINER, "")
    whole = whole.replace("-", "")  # a hyphen at the end of a line is dropped by pdftotext
    document = docx_reader.read_bytes(word_file.read_bytes())
    for paragraph in document.paragraphs():
        for part in re.split(r"\s+", paragraph.text.replace(JOINER, "")):
            assert part.replace("-", "") in whole
    signs = set("".join(cell.text for table in document.tables() for row in table.rows for cell in row))
    assert signs - set(" \n-") <= set(whole)


@pytest.mark.parametrize("name", ["department", "project"])
def test_no_page_is_empty_and_each_has_its_number(pages: dict[str, tuple[Path, Path]], name: str) -> None:
    for number, page in enumerate(_text(pages[name][1]), start=1):
        assert f"—{number}—" in page
        assert len(page) > 60


def test_the_pages_are_a4(pages: dict[str, tuple[Path, Path]]) -> None:
    info = subprocess.run(["pdfinfo", str(pages["project"][1])], capture_output=True, text=True, check=True).stdout
    assert "A4" in info


def test_merged_cells_repeat_what_they_say_on_every_page_of_a_long_goal(pages: dict[str, tuple[Path, Path]]) -> None:
    form = [page for page in _text(pages["long"][1]) if re.search("第[0-9]+项工作完成数", page) and "附件" not in page]
    inner = [page for page in form if "绩效自评得分" not in page and "（目标" not in page and "（一）" not in page]
    assert len(inner) > 1
    for page in inner:
        for label in ("年度绩效目标", "(产出|效益)指标", "数量指标|社会效益"):
            assert re.search(label, page)
