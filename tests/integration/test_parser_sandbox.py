"""The process in which documents are parsed: what is hostile ends there, quickly, and harms nothing else."""

import io
import os
import signal
import subprocess
import threading
import time
import zipfile
from collections.abc import Iterator

import pypdfium2 as pdfium
import pytest

from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.sandbox import SandboxedDocumentParser
from shared.domain.errors import DocumentRejectedError
from shared.domain.knowledge import DocumentMeta
from tests.unit.parsers.documents import rezipped, word_file, workbook

GOOD = "# 保修\n\n保修期为一年。".encode()


@pytest.fixture(scope="module")
def parser() -> Iterator[SandboxedDocumentParser]:
    made = SandboxedDocumentParser()
    yield made
    made.close()


def reason(parser: SandboxedDocumentParser, name: str, data: bytes) -> str:
    with pytest.raises(DocumentRejectedError) as caught:
        parser.parse(name, data, DocumentMeta())
    return caught.value.reason


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def pages(count: int) -> bytes:
    document = pdfium.PdfDocument.new()
    for _ in range(count):
        document.new_page(100, 100)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


BILLION_LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
FILE_ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


def test_hostile_and_broken_files_end_with_their_reason_and_the_next_good_file_is_read(parser: SandboxedDocumentParser) -> None:
    docx = word_file(lambda document: document.add_paragraph("text"))
    attacks = {
        "zip_bomb": ("bomb.docx", zipped({"word/document.xml": b"\x00" * 60_000_000})),
        "too_many_pages": ("long.pdf", pages(501)),
        "unsafe_xml": ("laughs.docx", rezipped(docx, {"word/document.xml": BILLION_LAUGHS})),
        "too_large": ("large.txt", b"a" * (33 * 1024 * 1024)),
        "damaged": ("cut.docx", docx[:500]),
        "empty": ("blank.pdf", pages(1)),
        "macros": ("auto.docm", docx),
        "too_many_rows": ("long.csv", b"a,b\n" * 60_000),
    }
    found = {}
    for expected, (name, data) in attacks.items():
        started = time.monotonic()
        found[expected] = reason(parser, name, data)
        assert time.monotonic() - started < 10
        assert parser.parse("good.md", GOOD, DocumentMeta()).meta.title == "保修"
    assert found == {expected: expected for expected in attacks}


def test_an_xml_entity_never_reads_a_file_of_the_machine(parser: SandboxedDocumentParser) -> None:
    sheet = workbook({"S": [["a", "b"], ["c", "d"]]})
    for part in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"):
        assert reason(parser, "a.xlsx", rezipped(sheet, {part: FILE_ENTITY})) == "unsafe_xml"
    utf16 = rezipped(sheet, {"xl/workbook.xml": FILE_ENTITY.decode().encode("utf-16")})
    assert reason(parser, "a.xlsx", utf16) == "unsafe_xml"


def test_a_document_that_takes_too_long_is_given_up_in_time() -> None:
    impatient = SandboxedDocumentParser(Limits(seconds=0.2))
    started = time.monotonic()
    assert reason(impatient, "slow.html", b"<div>" * 4000 + b"Deep text" + b"</div>" * 4000) == "timeout"
    assert time.monotonic() - started < 10
    assert impatient.parse("good.md", GOOD, DocumentMeta()).meta.title == "保修"
    impatient.close()


def test_a_document_that_takes_too_much_memory_is_given_up() -> None:
    small = SandboxedDocumentParser(Limits(memory=64 * 1024 * 1024))
    assert reason(small, "a.md", b"* a **b** `c` [d](e)\n" * 150_000) in ("too_large", "timeout")
    assert small.parse("good.md", GOOD, DocumentMeta()).meta.title == "保修"
    small.close()


def test_a_page_nested_four_thousand_deep_does_not_end_the_process(parser: SandboxedDocumentParser) -> None:
    page = "<div>" * 4000 + "Deep text" + "</div>" * 4000
    try:
        parsed = parser.parse("deep.html", page.encode(), DocumentMeta())
        assert parsed.sections
    except DocumentRejectedError as error:
        assert error.reason in ("damaged", "empty", "timeout")
    assert parser.parse("good.md", GOOD, DocumentMeta()).meta.title == "保修"


def test_a_killed_process_is_replaced() -> None:
    own = SandboxedDocumentParser()
    own.parse("good.md", GOOD, DocumentMeta())
    process = own._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert own.parse("good.md", GOOD, DocumentMeta()).meta.title == "保修"
    own.close()


def test_the_process_ends_with_its_parent() -> None:
    own = SandboxedDocumentParser()
    own.parse("good.md", GOOD, DocumentMeta())
    process = own._process
    assert process is not None and process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=5) == 0
    own.close()


def test_it_serves_many_threads_and_sixty_files_quickly() -> None:
    own = SandboxedDocumentParser()
    titles: list[str] = []
    started = time.monotonic()

    def work() -> None:
        for number in range(10):
            titles.append(own.parse(f"{number}.md", GOOD, DocumentMeta()).meta.title)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert titles == ["保修"] * 60
    assert time.monotonic() - started < 5
    own.close()


def test_it_works_from_any_folder_and_sees_none_of_the_parents_environment(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shared").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEFU_API_KEY", "secret")
    own = SandboxedDocumentParser()
    assert own.parse("good.md", GOOD, DocumentMeta()).meta.title == "保修"
    assert own._process is not None
    shown = subprocess.run(["cat", f"/proc/{own._process.pid}/environ"], capture_output=True, check=False).stdout
    assert b"secret" not in shown
    own.close()
