from pathlib import Path

import pytest

from benchmarks.report import ANSWERS, HEADING, RETRIEVAL, SEARCH_SPEED, SECTIONS, Section, table, write_section


def test_a_missing_page_is_made_with_every_section_and_says_which_command_fills_the_empty_ones(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "benchmarks.md"

    write_section(SEARCH_SPEED, "| fast |", page)

    text = page.read_text(encoding="utf-8")
    assert text.startswith(HEADING)
    assert [text.count(f"## {section.title}\n") for section in SECTIONS] == [1] * len(SECTIONS)
    assert "<!-- begin search-speed -->\n\n| fast |\n\n<!-- end search-speed -->" in text
    assert text.count(f"Not measured yet: run `{ANSWERS.command}`.") == 2


def test_a_section_is_replaced_and_everything_else_stays_as_it_was(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text("Ours.\n<!-- begin answers -->\nold\n<!-- end answers -->\nAfter.\n", encoding="utf-8")

    write_section(ANSWERS, "new", page)

    assert page.read_text(encoding="utf-8") == "Ours.\n<!-- begin answers -->\n\nnew\n\n<!-- end answers -->\nAfter.\n"


def test_writing_the_same_again_changes_nothing(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    write_section(RETRIEVAL, "| a |\n", page)
    once = page.read_bytes()

    write_section(RETRIEVAL, "| a |\n", page)

    assert page.read_bytes() == once


def test_a_section_that_an_older_page_lacks_is_added_at_its_end(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text("# Benchmarks\n", encoding="utf-8")

    write_section(Section(name="cold-start", title="Cold start", command="make x"), "3 ms", page)

    expected = "# Benchmarks\n\n## Cold start\n\n`make x`\n\n<!-- begin cold-start -->\n\n3 ms\n\n<!-- end cold-start -->\n"
    assert page.read_text(encoding="utf-8") == expected


@pytest.mark.parametrize(
    "damaged", ["<!-- begin answers -->\n", "<!-- end answers -->\n", "<!-- end answers --> <!-- begin answers -->"]
)
def test_a_page_with_damaged_marks_is_refused_and_left_alone(tmp_path: Path, damaged: str) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(damaged, encoding="utf-8")

    with pytest.raises(ValueError, match="marks"):
        write_section(ANSWERS, "new", page)

    assert page.read_text(encoding="utf-8") == damaged


def test_a_bar_in_a_cell_does_not_end_the_cell() -> None:
    assert table(("what", "ms"), [("a|b", "1")]) == "| what | ms |\n| --- | --: |\n| a\\|b | 1 |"
