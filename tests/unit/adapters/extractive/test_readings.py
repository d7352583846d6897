"""What is kept of passages between questions never shows in an answer."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from shared.adapters.extractive.answerer import ExtractiveAnswerer
from shared.adapters.extractive.reading import Readings
from shared.adapters.extractive.vocabulary import vocabulary
from shared.domain.reply import ReplyDraft, ReplyRequest
from tests.evidence import passage, request

PASSAGES = tuple(passage(f"第 {n} 号店周一至周五 {n}:30 开门。停车场在地下 {n} 层。", title=f"{n} 号店") for n in range(1, 9))
QUESTIONS = [f"{n} 号店几点开门？" for n in range(1, 9)]


def said(model: ExtractiveAnswerer, asked: ReplyRequest) -> ReplyDraft:
    return model.reply(asked, lambda _: None)


def test_a_passage_is_read_anew_when_its_words_change_under_the_same_id() -> None:
    model = ExtractiveAnswerer()
    before, after = (passage(f"自签收次日起 {days} 天内可以退货。", title="退货") for days in (7, 15))
    assert before.chunk.chunk_id == after.chunk.chunk_id
    assert "7 天" in said(model, request("几天内可以退货", before)).text
    assert "15 天" in said(model, request("几天内可以退货", after)).text


def test_a_passage_is_read_anew_when_only_its_heading_changes() -> None:
    readings, words = Readings(), vocabulary()
    chunk = passage("按住按键 5 秒。", title="L3 门锁").chunk
    other = replace(chunk, heading_path=("L5 门锁",), title="L5 门锁")
    assert [readings.of(one, words).codes for one in (chunk, other)] == [{"l3"}, {"l5"}]


def test_a_section_about_one_of_two_models_is_not_about_the_other() -> None:
    readings, words = Readings(), vocabulary()
    chunk = passage("显色指数 Ra97。", title="一、D1 台灯", document="D1 台灯与 N1 小夜灯").chunk
    assert readings.of(chunk, words).elsewhere == {"n1"}
    compared = replace(chunk, text="显色指数 Ra97，比 N1 高。")
    fault = replace(chunk, title="故障 E13", heading_path=("故障 E13",))
    both = replace(chunk, title="共同的设置", heading_path=("共同的设置",))
    assert [readings.of(one, words).elsewhere for one in (compared, fault, both)] == [frozenset()] * 3


def test_a_companys_synonyms_count_for_a_passage_that_was_read_without_them() -> None:
    model = ExtractiveAnswerer()
    place = passage("松果驿站每天 9:00 开门。我们的总部在杭州。", title="门店")
    asked = request("提货屋几点开门", place)
    plain = said(model, asked)
    assert said(model, replace(asked, synonyms=(("松果驿站", "提货屋"),))).probability > plain.probability
    assert said(model, asked) == plain


def test_answers_are_the_same_with_no_room_to_keep_anything() -> None:
    roomy, narrow = ExtractiveAnswerer(), ExtractiveAnswerer(readings=Readings(kept=1))
    for question in (*QUESTIONS, *QUESTIONS):
        asked = request(question, *PASSAGES)
        assert said(roomy, asked) == said(narrow, asked)


def test_threads_that_share_the_readings_get_the_answers_of_one() -> None:
    shared = ExtractiveAnswerer(readings=Readings(kept=3))
    asked = [request(question, *PASSAGES) for question in QUESTIONS * 10]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda one: said(shared, one), asked))
    assert together == [said(ExtractiveAnswerer(), one) for one in asked]
