"""What the reranker on the exported model does: nearer in meaning is closer, whatever the words, the language or the order."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from shared.adapters.e5.alignment import load_alignment
from shared.adapters.e5.embedder import E5Embedder
from shared.adapters.e5.reranker import E5Reranker, load_centres, save_centres
from shared.adapters.e5.word_memory import WordMemory
from shared.domain.units import cut
from tests.contract.exported_model import exported_model
from tests.contract.index_adapters import chunk

RETURNS = chunk("returns", "签收后七天内可以申请退货。退款三个工作日内原路退回。", title="退货")
HOURS = chunk("hours", "门店每天上午十点开门，晚上九点打烊。", title="营业时间")
BATTERY = chunk(
    "battery", "Four AA cells last about ten months. Do not use rechargeable cells.", title="Batteries", language="en"
)
CHUNKS = (RETURNS, HOURS, BATTERY)


@pytest.fixture(scope="module")
def embedder():
    return E5Embedder(exported_model(), load_alignment())


@pytest.fixture
def reranker(embedder):
    return E5Reranker(WordMemory(embedder, load_centres()))


def closest(reranker, question, language="zh"):
    found = reranker.compare(question, language, CHUNKS)
    return max(zip(CHUNKS, found, strict=True), key=lambda pair: pair[1].question)[0].chunk_id


@pytest.mark.parametrize(
    ("question", "language", "wanted"),
    [
        ("买错了不想要了，能把钱还我吗", "zh", "returns"),
        ("你们几点关门", "zh", "hours"),
        ("锁的电池能用多久", "zh", "battery"),
        ("when do you close tonight", "en", "hours"),
        ("how do I get my money back", "en", "returns"),
    ],
)
def test_what_is_meant_is_closest_without_shared_words_and_across_languages(reranker, question, language, wanted):
    assert closest(reranker, question, language) == wanted


def test_each_unit_of_the_text_has_its_own_closeness_in_order(reranker):
    found = reranker.compare("退款什么时候到账", "zh", [RETURNS])[0]
    assert len(found.units) == len(cut(RETURNS.text)) == 2
    assert found.units[1] > found.units[0]
    assert found.question >= max(found.units)
    assert -1.0 <= found.weakest <= found.question <= 1.0


def test_a_heading_says_what_a_text_is_about(reranker):
    bare = replace(RETURNS, chunk_id="bare", title="", document_title="", text="签收后七天内可以申请，三个工作日内办好。")
    titled, plain = reranker.compare("怎么退货", "zh", [replace(bare, chunk_id="titled", title="退货"), bare])
    assert titled.question > plain.question


def test_a_passage_that_was_read_before_gives_the_same_and_the_store_of_them_is_bounded(embedder):
    little = WordMemory(embedder, load_centres(), kept_words=1)
    small, large = E5Reranker(little), E5Reranker(WordMemory(embedder, load_centres()))
    first = large.compare("几点关门", "zh", CHUNKS)
    assert large.compare("几点关门", "zh", CHUNKS) == first
    again = small.compare("几点关门", "zh", CHUNKS)
    assert [round(one.question, 3) for one in again] == [round(one.question, 3) for one in first]
    assert len(little) == 1


def test_without_time_for_all_it_compares_the_first_and_knows_more_of_them_the_next_time(reranker):
    many = [replace(HOURS, chunk_id=f"hours-{n}", text=f"{n} 号店上午十点开门。") for n in range(20)]
    found = reranker.compare("几点关门", "zh", many, 0.0)
    assert 0 < len(found) < len(many)
    assert len(reranker.compare("几点关门", "zh", many, 0.0)) > len(found)
    assert len(reranker.compare("几点关门", "zh", many)) == len(many)


def test_a_changed_text_under_the_same_id_is_read_anew(reranker):
    before = reranker.compare("几点关门", "zh", [HOURS])[0]
    after = reranker.compare("几点关门", "zh", [replace(HOURS, text="工厂不对外开放。")])[0]
    assert after.question < before.question


def test_nothing_asked_or_nothing_there_is_no_error(reranker):
    assert reranker.compare("", "zh", [RETURNS])[0].question == 0.0
    assert list(reranker.compare("退货", "zh", [])) == []
    empty = reranker.compare("退货", "zh", [replace(RETURNS, title="", document_title="", text="")])[0]
    assert empty.question == 0.0


def test_a_text_longer_than_the_model_reads_is_cut_and_its_last_units_are_far(reranker):
    long = replace(RETURNS, text="我们每天都在门口摆花。" * 120 + "退款三天到账。")
    found = reranker.compare("退款几天到账", "zh", [long])[0]
    assert len(found.units) == 121
    assert found.units[-1] == 0.0


def test_several_threads_get_the_same(reranker):
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: reranker.compare("几点关门", "zh", CHUNKS), range(12)))
    assert all([round(one.question, 4) for one in answer] == [round(one.question, 4) for one in answers[0]] for answer in answers)


def test_centres_are_read_as_they_were_written(tmp_path):
    centres = load_centres()
    save_centres(centres, tmp_path / "centres.json")
    assert all((load_centres(tmp_path / "centres.json")[kind] == centre).all() for kind, centre in centres.items())
