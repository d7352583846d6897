"""The close look at the candidates: duplicates, languages, probability, wording."""

from dataclasses import replace
from datetime import date

from shared.domain.fusion import RankingProfile, weighted_sum
from shared.domain.knowledge import Audience, Closeness, SearchQuery, Verdict
from shared.domain.ranking import rank_passages, read_closely, reread, worth_reading, worth_rereading
from shared.domain.synonyms import expanded
from tests.contract.index_adapters import chunk

PROFILE = RankingProfile(
    version="test",
    legs={"keyword": 0.6, "title": 1.0, "body": 1.0},
    wording={"coverage": 0.15},
    probability={"intercept": -5.0, "cosine": 8.0},
    probability_of_keywords={"intercept": -3.0, "coverage": 4.0},
)


def ask(text: str, language="zh") -> SearchQuery:
    return SearchQuery(
        tenant="acme", text=text, language=language, audiences=frozenset({Audience.PUBLIC}), today=date(2026, 11, 22)
    )


def ranked(text, chunks, legs):
    by_id = {one.chunk_id: one for one in chunks}
    fused = weighted_sum(legs, PROFILE.legs)
    return rank_passages(ask(text), [(one, by_id[one.chunk_id]) for one in fused], PROFILE, 10)


def test_of_near_duplicates_only_the_better_one_is_shown():
    chunks = [chunk("a", "七天内可以退货。"), chunk("b", "七天内，可以 退货！"), chunk("c", "周末营业。")]
    found = ranked("退货", chunks, {"body": {"b": 0.9, "a": 0.8, "c": 0.1}})
    assert [one.chunk.chunk_id for one in found] == ["b", "c"]


def test_an_entry_in_another_language_is_not_punished_for_having_no_keyword_score():
    chunks = [chunk("zh", "周末照常营业"), chunk("en", "Refunds take three days", language="en"), chunk("far", "门锁电池")]
    legs = {"keyword": {"zh": 2.0, "far": 1.0}, "body": {"en": 0.8, "zh": 0.3, "far": 0.2}}
    assert ranked("退款多久到账", chunks, legs)[0].chunk.chunk_id == "en"


def test_an_entry_without_a_title_is_not_punished_for_having_none():
    chunks = [chunk("bare", "退款三天到账"), chunk("titled", "周末营业", title="营业时间"), chunk("far", "门锁", title="门锁")]
    legs = {"title": {"titled": 0.3, "far": 0.1}, "body": {"bare": 0.9, "titled": 0.3, "far": 0.1}}
    assert ranked("钱何时到", chunks, legs)[0].chunk.chunk_id == "bare"


def test_the_questions_wording_decides_between_equals():
    chunks = [chunk("a", "保修期为一年"), chunk("b", "退款三天到账")]
    found = ranked("退款几天到账", chunks, {"body": {"a": 0.5, "b": 0.5}})
    assert found[0].chunk.chunk_id == "b"


def test_probability_follows_the_nearness_not_the_rank():
    chunks = [chunk("a", "甲"), chunk("b", "乙")]
    sure = ranked("问", chunks, {"body": {"a": 0.9, "b": 0.1}})[0].probability
    unsure = ranked("问", chunks, {"body": {"a": 0.3, "b": 0.1}})[0].probability
    assert sure > 0.8
    assert unsure < 0.2


def test_keywords_alone_have_a_probability_of_their_own():
    chunks = [chunk("a", "退款三天到账"), chunk("b", "周末营业")]
    found = ranked("退款几天到账", chunks, {"keyword": {"a": 9.0, "b": 1.0}})
    assert found[0].probability > 2 * found[1].probability > 0


def test_says_why_a_passage_is_there():
    found = ranked("退款", [chunk("a", "退款三天到账")], {"body": {"a": 0.9}, "keyword": {"a": 4.5}})
    assert "body #1 (0.9)" in found[0].why
    assert "keyword #1 (4.5)" in found[0].why
    assert "100%" in found[0].why


def test_synonyms_add_the_other_words_of_a_group_that_the_question_uses():
    groups = [("退货", "退回", "return"), ("发票", "fapiao")]
    assert expanded("怎么退货", groups) == "怎么退货 退回 return"
    assert expanded("Return it", groups) == "Return it 退货 退回"
    assert expanded("returning", groups) == "returning"
    assert expanded("周末营业吗", groups) == "周末营业吗"


def passages_of(*languages):
    chunks = [chunk(f"{place}-{language}", f"第{place}条", language=language) for place, language in enumerate(languages)]
    legs = {"body": {one.chunk_id: 1.0 - place / 100 for place, one in enumerate(chunks)}}
    by_id = {one.chunk_id: one for one in chunks}
    return rank_passages(ask("问"), [(one, by_id[one.chunk_id]) for one in weighted_sum(legs, PROFILE.legs)], PROFILE)


def close(question, passage=0.0):
    return Closeness(question=question, weakest=0.0, passage=passage)


def test_what_a_reranker_read_decides_the_order_and_is_kept_with_the_passage():
    found = passages_of("zh", "zh", "zh")
    profile = replace(PROFILE, closer={"question": 10.0, "cosine": 1.0})
    again = reread(ask("问"), found, [close(0.2), close(0.9), close(0.5)], profile)
    assert [one.chunk.chunk_id for one in again] == ["1-zh", "2-zh", "0-zh"]
    assert [one.closeness for one in again] == [close(0.9), close(0.5), close(0.2)]
    assert [one.score for one in again] == sorted((one.score for one in again), reverse=True)


def test_a_reader_is_less_believed_of_texts_without_a_title():
    untitled = passages_of("zh", "zh")
    titled = [replace(one, chunk=replace(one.chunk, title="退货")) for one in untitled]
    profile = replace(PROFILE, closer={"answers": 1.0, "answers_untitled": -0.9})
    # The second is behind, and the reader finds it better by more than it is behind: by a tenth of that it is not.
    verdicts = [Verdict(answers=0.0), Verdict(answers=2 * (untitled[0].score - untitled[1].score))]
    orders = [[one.chunk.chunk_id for one in read_closely(ask("问"), found, verdicts, profile)] for found in (titled, untitled)]
    assert orders == [["1-zh", "0-zh"], ["0-zh", "1-zh"]]


def test_the_nearest_in_another_language_are_read_too_and_nothing_is_lost():
    found = passages_of("zh", "zh", "zh", "en", "zh", "en", "en")
    first, rest = worth_rereading(ask("问"), found, 2, 2)
    assert [one.chunk.chunk_id for one in first] == ["0-zh", "1-zh", "3-en", "5-en"]
    assert [one.chunk.chunk_id for one in rest] == ["2-zh", "4-zh", "6-en"]


def test_of_reread_passages_enough_in_another_language_are_read_closely_in_their_order():
    found = passages_of("zh", "en", "zh", "zh", "en", "en", "zh")
    first, rest = worth_reading(ask("问"), found, 3, 2)
    assert [one.chunk.chunk_id for one in first] == ["0-zh", "1-en", "2-zh", "4-en"]
    assert [one.chunk.chunk_id for one in rest] == ["3-zh", "5-en", "6-zh"]


def test_where_the_best_are_in_another_language_no_more_are_read():
    found = passages_of("en", "en", "zh", "en")
    first, rest = worth_reading(ask("问"), found, 2, 2)
    assert [one.chunk.chunk_id for one in first] == ["0-en", "1-en"]
    assert [one.chunk.chunk_id for one in rest] == ["2-zh", "3-en"]
