"""What a later start makes of documents that have changed since: a draft, and a line that says so."""

import threading
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from local.first_start import VectorWork, read_changes
from tests.unit.knowledge_world import TENANT, World


class Place:
    """A company's folder that has been read and published once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = World()
        self.closing = threading.Event()
        (folder / "knowledge").mkdir(parents=True)
        self.write("a.md", "一年。")
        self.write("b.md", "两年。")
        self.look()
        self.world.publish(TENANT)

    def write(self, name: str, text: str) -> None:
        (self.folder / "knowledge" / name).write_text(f"# {name}\n\n{text}\n", encoding="utf-8")

    def look(self) -> str:
        console = Console(file=StringIO(), width=200)
        base = SimpleNamespace(ingest=lambda *, with_vectors: self.world.ingest)
        company, settings = SimpleNamespace(tenant=TENANT), SimpleNamespace(company=self.folder)
        read_changes(SimpleNamespace(base=base, company=company, settings=settings, closing=self.closing), console)  # type: ignore[arg-type]
        return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "company")


def test_what_has_changed_is_in_the_draft_and_customers_see_it_once_somebody_publishes(place: Place) -> None:
    place.write("a.md", "三年。")
    (place.folder / "knowledge" / "b.md").unlink()
    place.write("c.md", "四年。")
    said = place.look()
    assert "have changed: 3." in said and "kefu publish" in said
    assert place.world.readers_see() == {"一年。", "两年。"}
    place.world.publish(TENANT)
    assert place.world.readers_see() == {"三年。", "四年。"}


def test_where_nothing_has_changed_nothing_is_said_or_written(place: Place) -> None:
    before = place.world.keywords.added
    assert place.look() == ""
    assert place.world.keywords.added == before and place.world.store.snapshot(TENANT).head == 1


def test_a_document_that_is_taken_out_because_its_rights_are_in_doubt_is_a_change(place: Place) -> None:
    (place.folder / "knowledge" / "kefu.yaml").write_text("defaults: {audience: staf}", encoding="utf-8")
    said = place.look()
    assert "have changed: 2." in said and "not used: knowledge/a.md" in said


def test_what_was_left_out_of_a_document_is_said_once_and_word_for_word(place: Place) -> None:
    rows = "".join(f"问题{number}？,答案。,内部\n" for number in range(12))
    place.write("faq [draft].csv", f"问题,答案,可见范围\n能退吗？,能。,公开\n{rows}")
    said = place.look()
    assert "note: knowledge/faq [draft].csv: faq [draft]!5: the row is not marked public" in said
    assert said.count("not marked public") == 10 and "and 2 more" in said
    assert place.look() == ""


def test_a_folder_without_any_document_takes_nothing_out(place: Place) -> None:
    for path in (place.folder / "knowledge").iterdir():
        path.unlink()
    assert "what was read before stays" in place.look()
    assert len(place.world.store.documents(TENANT)) == 2


def test_a_store_that_fails_is_said_and_the_rest_of_the_start_goes_on(place: Place) -> None:
    place.write("a.md", "三年。")
    place.world.breaker.calls = 0
    assert "not all looked through" in place.look()


def test_the_later_start_looks_before_it_compares_the_indexes(place: Place) -> None:
    done: list[str] = []
    model = SimpleNamespace(load=lambda _: None, read_ahead=lambda _chunks, go_on: None)
    base = SimpleNamespace(model=model, store=place.world.store, reconcile=lambda _told: lambda _tenant: done.append("compared"))
    machine = SimpleNamespace(base=base, company=SimpleNamespace(tenant=TENANT), closing=place.closing, at_close=lambda _: None)
    work = VectorWork(machine, before=lambda: done.append("looked"))  # type: ignore[arg-type]
    work.start()
    work.wait(20)
    assert done == ["looked", "compared"]
