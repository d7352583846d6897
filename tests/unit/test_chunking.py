import re
from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.chunking import MAX_WEIGHT, chunk_document, text_hash, weight_of
from shared.domain.knowledge import Audience, Chunk, Document, DocumentMeta, FaqEntry, ParsedDocument, Section
from shared.domain.language import Language


def chunks(
    *sections: Section, entries: tuple[FaqEntry, ...] = (), language: Language = "zh", **meta: object
) -> tuple[Chunk, ...]:
    document = Document(
        document_id="d",
        tenant="t",
        source="a.md",
        title="保修政策",
        language=language,
        audience=Audience.PUBLIC,
        content_hash="h",
        ingested_at=datetime(2026, 1, 1, tzinfo=UTC),
        **meta,  # type: ignore[arg-type]
    )
    return chunk_document(ParsedDocument(meta=DocumentMeta(), sections=sections, entries=entries), document, 3)


def section(text: str, *path: str, page: int | None = None, row: str = "") -> Section:
    return Section(heading_path=path, text=text, page=page, row=row)


SENTENCES = "".join(f"第{number}条规定，顾客在收到商品之后可以在规定的期限以内提出申请。" for number in range(60))


def test_a_short_section_is_one_chunk_with_its_heading_and_place() -> None:
    (made,) = chunks(section("保修期为一年。", "保修政策", "期限", "主机"))
    assert (made.title, made.text, made.heading_path, made.locator) == ("主机", "保修期为一年。", ("期限", "主机"), "期限 › 主机")
    assert (made.document_title, made.added_in, made.kind) == ("保修政策", 3, "passage")


def test_text_before_any_heading_bears_the_documents_title() -> None:
    assert chunks(section("前言。"))[0].title == "保修政策"


def test_long_text_is_cut_at_sentences_into_pieces_of_like_size() -> None:
    made = chunks(section(SENTENCES, "条款"))
    weights = [weight_of(one.text) for one in made]
    assert max(weights) <= MAX_WEIGHT and min(weights) >= 200
    assert all(one.text.endswith("。") for one in made)
    assert "".join(one.text for one in made) == SENTENCES


def test_english_is_cut_between_sentences_and_not_after_abbreviations_or_decimals() -> None:
    text = " ".join(f"Dr. Smith said that part No. {number} costs 3.50 dollars, e.g. in Mr. Lee's shop." for number in range(60))
    made = chunks(section(text, "Parts"), language="en")
    assert len(made) > 2
    assert all(one.text.startswith("Dr. Smith") and one.text.endswith("shop.") for one in made)
    assert " ".join(one.text for one in made) == text


def test_a_list_stays_whole_where_it_fits_and_is_cut_between_items_where_not() -> None:
    short = "需要准备：\n\n- 发票\n- 包装\n- 配件"
    assert chunks(section(short, "退货"))[0].text == short
    items = "\n".join(
        f"- 第{number}项：请先关闭电源，再打开后盖，取出旧的滤芯并装入新的滤芯；\n  注意方向。" for number in range(40)
    )
    made = chunks(section(items, "步骤"))
    assert len(made) > 1
    assert all(one.text.startswith("- ") and one.text.endswith("注意方向。") for one in made)


def test_a_line_that_introduces_a_list_goes_with_it() -> None:
    filler = "这是一段很长的说明文字，讲述了许多无关紧要的事情。" * 18
    items = "\n".join(f"- 第{number}项，请务必仔细核对每一个配件" for number in range(12))
    made = chunks(section(f"{filler}\n\n请准备以下物品：\n\n{items}", "准备"))
    assert not any(one.text.endswith("：") for one in made)


def test_a_sentence_without_end_is_cut_all_the_same() -> None:
    made = chunks(section("长" * 2000 + " " + "word " * 900, "x"))
    assert all(weight_of(one.text) <= MAX_WEIGHT for one in made)
    assert re.sub(r"\s", "", "".join(one.text for one in made)) == "长" * 2000 + "word" * 900


def test_pages_and_rows_are_named_as_people_say_them() -> None:
    assert chunks(section("甲。", "一章", page=3))[0].locator == "第 3 页 · 一章"
    assert chunks(section("A.", page=3), section("B.", page=4), language="en")[0].locator == "pp. 3–4"
    assert chunks(section("代码：E01", row="codes!2"))[0].locator == "codes!2"


def test_without_headings_and_pages_the_paragraph_is_the_place() -> None:
    assert chunks(section("甲。\n\n乙。"))[0].locator == "第 1–2 段"
    assert chunks(section("甲。", "保修政策"))[0].locator == "第 1 段"
    long = chunks(section("\n\n".join(["第一段。", SENTENCES, "最后一段。"])))
    assert [long[0].locator, long[1].locator, long[-1].locator] == ["第 1–2 段", "第 2 段", "第 3 段"]


def test_a_paragraph_is_named_in_the_documents_language() -> None:
    assert chunks(section("A."), language="en")[0].locator == "para. 1"
    assert chunks(section("A.\n\nB."), language="en")[0].locator == "paras. 1–2"


def test_rows_of_a_sheet_are_chunks_of_their_own() -> None:
    made = chunks(section("代码：E01", row="codes!2"), section("代码：E02", row="codes!3"))
    assert [(one.text, one.kind) for one in made] == [("代码：E01", "row"), ("代码：E02", "row")]


def test_a_question_with_its_answer_is_one_chunk() -> None:
    entry = FaqEntry(questions=("怎么退？", "如何退货"), answer="在 App 里申请。", row="faq!2", link="https://a.example/r")
    (made,) = chunks(entries=(entry,), source_url="https://a.example")
    assert (made.title, made.questions, made.text) == ("怎么退？", ("怎么退？", "如何退货"), "在 App 里申请。")
    assert (made.kind, made.locator, made.source_url) == ("faq", "faq!2", "https://a.example/r")


def test_the_text_hash_is_blind_to_punctuation_space_case_and_width() -> None:
    assert text_hash("保修 1 年，全国 ＡＢＣ。") == text_hash("保修1年全国abc")
    assert text_hash("保修 1 年") != text_hash("保修 2 年")


def test_ids_stay_when_nothing_that_a_reader_sees_has_changed() -> None:
    first = chunks(section("甲。", "一"), section("乙。", "二"))
    second = chunks(section("新的开头。"), section("甲。", "一"), section("乙改了。", "二"))
    assert first[0].chunk_id == second[1].chunk_id
    assert first[1].chunk_id not in {one.chunk_id for one in second}


def test_a_change_of_rights_validity_or_a_decimal_point_gives_new_ids() -> None:
    plain = chunks(section("水温 2.5 度。", "一"))[0].chunk_id
    others = {
        chunks(section("水温 25 度。", "一"))[0].chunk_id,
        chunks(section("水温 2.5 度。", "二"))[0].chunk_id,
        chunks(section("水温 2.5 度。", "一"), valid_to=date(2026, 1, 1))[0].chunk_id,
        chunks(section("水温 2.5 度。", "一"), source_url="https://b.example")[0].chunk_id,
    }
    assert len(others | {plain}) == 5


def test_equal_texts_in_one_document_have_ids_of_their_own() -> None:
    made = chunks(section("见上文。", "一", row="a!1"), section("别的。", "一", row="a!2"), section("见上文。", "一", row="a!1"))
    assert len({one.chunk_id for one in made}) == 3


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(alphabet=st.sampled_from("中文字。！，；：ab .\n-1、()"), max_size=900), max_size=4))
def test_no_letter_is_lost_doubled_or_moved(texts: list[str]) -> None:
    made = chunks(*(section(text, f"h{number}") for number, text in enumerate(texts)))
    letters = "".join(re.sub(r"\s", "", text) for text in texts)
    assert "".join(re.sub(r"\s", "", one.text) for one in made) == letters
    assert all(weight_of(one.text) <= MAX_WEIGHT for one in made)
