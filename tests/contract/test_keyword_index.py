"""What every KeywordIndex does."""

import threading
from pathlib import Path

import pytest

from shared.domain.errors import DependencyUnavailableError
from tests.contract.index_adapters import FORGETFUL, KEYWORD, chunk, where
from tests.contract.index_filters import FILTER_CASES, FilterCase

RETURNS = chunk("returns", "签收后七天内可以申请退货，退款原路返回。", title="怎么退货")
SHIPPING = chunk("shipping", "订单一般在48小时内发货。", title="什么时候发货")
REPAIR = chunk(
    "repair", "Repairs are done by mail. We are repairing locks within ten days.", title="Repair service", language="en"
)


@pytest.fixture(params=sorted(KEYWORD))
def adapter(request):
    request.node.user_properties.append(("engine", request.param))
    return request.param


@pytest.fixture
def index(adapter, tmp_path):
    made = KEYWORD[adapter](tmp_path)
    made.apply("acme", [RETURNS, SHIPPING, REPAIR], {})
    return made


def ids(index, text, language="zh", k=10, **filters):
    return [hit.chunk_id for hit in index.search(text, language, where(**filters), k)]


def test_finds_chinese_by_part_of_a_word_that_no_dictionary_has(index):
    assert ids(index, "我想退货")[0] == "returns"


def test_finds_english_in_another_form_of_the_word(index):
    assert ids(index, "how do you repair a lock?", "en") == ["repair"]


def test_scores_fall_and_k_bounds_the_hits(index):
    hits = index.search("退货 发货 小时", "zh", where(), 10)
    assert len(hits) == 2
    assert hits[0].score >= hits[1].score > 0
    assert len(index.search("退货 发货 小时", "zh", where(), 1)) == 1


def test_finds_by_title_and_by_question_variants_too(index):
    index.apply("acme", [chunk("faq", "请联系客服。", title="发票", questions=("能开增值税专票吗",))], {})
    assert ids(index, "增值税")[0] == "faq"
    assert ids(index, "发票")[0] == "faq"


def test_only_entries_in_the_language_of_the_question_are_ranked(index):
    index.apply("acme", [chunk("manual", "Press SET for ten seconds.", language="en")], {})
    assert ids(index, "SET 键按多久") == []


@pytest.mark.parametrize("text", ["", "   ", "？！…", "的了吗", "\x00", "a" * 5000, "退" * 5000, '"AND (OR NOT:*'])
def test_any_text_is_a_question(index, text):
    assert isinstance(index.search(text, "zh", where(), 5), tuple)


@pytest.mark.parametrize("case", FILTER_CASES, ids=lambda case: case.named)
def test_a_reader_finds_only_what_is_for_them(index, case: FilterCase):
    index.apply("acme", [*case.added], case.removed)
    found = set(ids(index, case.question, **case.reader))
    assert found >= case.sees
    assert not found & case.misses


def test_a_tenants_name_cannot_reach_out_of_its_folder(adapter, tmp_path):
    index = KEYWORD[adapter](tmp_path / "root")
    index.apply("../evil", [chunk("x", "退货", tenant="../evil")], {})
    assert ids(index, "退货", tenant="../evil") == ["x"]
    assert not (tmp_path / "evil").exists()


def test_indexing_a_chunk_again_replaces_it(index):
    index.apply("acme", [chunk("returns", "本店支持以旧换新。")], {})
    assert "returns" not in ids(index, "退货退款")
    assert ids(index, "以旧换新") == ["returns"]


def test_applying_twice_changes_nothing(index):
    index.apply("acme", [RETURNS], {"shipping": 2})
    before = index.search("退货 发货", "zh", where(), 10)
    index.apply("acme", [RETURNS], {"shipping": 2})
    assert index.search("退货 发货", "zh", where(), 10) == before


def test_removing_what_was_never_indexed_is_no_error(index):
    index.apply("acme", [], {"nobody": 1})
    assert ids(index, "退货")[0] == "returns"


def test_a_chunk_added_and_removed_at_once_is_removed(index):
    index.apply("acme", [chunk("draft", "新品预售")], {"draft": 1})
    assert ids(index, "新品预售") == []


def test_knows_every_chunk_with_its_removal(index):
    index.apply("acme", [], {"returns": 3})
    assert index.known("acme") == {"returns": 3, "shipping": None, "repair": None}
    assert index.known("nobody") == {}


def test_a_discarded_index_is_empty_and_can_be_filled_again(index):
    index.discard("acme")
    assert index.known("acme") == {}
    index.apply("acme", [RETURNS], {})
    assert ids(index, "退货") == ["returns"]


def test_is_readable_while_written(index):
    failures: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                assert "returns" in ids(index, "退货")
            except BaseException as error:
                failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(20):
        index.apply("acme", [chunk(f"more-{number}", f"第{number}条说明")], {})
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []


def test_a_restart_and_another_process_find_the_data(adapter, tmp_path):
    if adapter in FORGETFUL:
        return
    writer, reader = KEYWORD[adapter](tmp_path), KEYWORD[adapter](tmp_path)
    writer.apply("acme", [RETURNS], {})
    assert ids(reader, "退货") == ["returns"]
    writer.apply("acme", [SHIPPING], {})
    assert ids(reader, "发货")[0] == "shipping"
    assert ids(KEYWORD[adapter](tmp_path), "退货")[0] == "returns"


def test_a_damaged_index_says_so_and_can_be_discarded(tmp_path: Path):
    KEYWORD["tantivy-disk"](tmp_path).apply("acme", [RETURNS], {})
    for file in tmp_path.rglob("meta.json"):
        file.write_text("{ damaged")
    index = KEYWORD["tantivy-disk"](tmp_path)
    with pytest.raises(DependencyUnavailableError):
        index.search("退货", "zh", where(), 5)
    index.discard("acme")
    index.apply("acme", [RETURNS], {})
    assert ids(index, "退货") == ["returns"]


def test_an_index_of_another_version_says_so(tmp_path: Path):
    KEYWORD["tantivy-disk"](tmp_path).apply("acme", [RETURNS], {})
    for file in tmp_path.rglob("kefu-version"):
        file.write_text("0")
    with pytest.raises(DependencyUnavailableError):
        KEYWORD["tantivy-disk"](tmp_path).known("acme")
