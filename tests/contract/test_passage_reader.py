"""What the trained reader makes of a question and a passage: whether, and where, one answers the other."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from shared.adapters.e5.opening import open_e5
from shared.adapters.e5.reader import E5Reader
from shared.adapters.e5.reader_weights import ReaderWeights, save_reader_weights
from shared.domain.errors import DependencyUnavailableError
from shared.domain.units import cut
from tests.contract.exported_model import exported_model
from tests.contract.index_adapters import chunk

WARRANTY = chunk(
    "warranty",
    "滤芯属于消耗品，不在保修范围内。主机自签收之日起保修两年，电池保修半年。维修期间的运费由我们承担。",
    title="保修说明",
)
CLEANING = chunk("cleaning", "请每两周清洗一次水箱。清洗时先拔下电源。水箱可用洗洁精，主机不可水洗。", title="清洁保养")
DELIVERY = chunk(
    "delivery",
    "Orders placed before 2 pm leave the same day. Delivery takes three working days. We cannot deliver to parcel lockers.",
    title="Delivery",
    language="en",
)
CHUNKS = (WARRANTY, CLEANING, DELIVERY)


@pytest.fixture(scope="module")
def folder():
    return exported_model()


@pytest.fixture(scope="module")
def e5(folder):
    return open_e5(folder)


def surest(e5, question, language):
    verdicts = e5.reader.read(question, language, CHUNKS)
    return max(zip(CHUNKS, verdicts, strict=True), key=lambda pair: pair[1].answers)


@pytest.mark.parametrize(
    ("question", "language", "wanted", "unit"),
    [
        ("电池坏了多久以内免费修", "zh", "warranty", 1),
        ("寄回来修邮费谁出", "zh", "warranty", 2),
        ("水箱要多久洗一次", "zh", "cleaning", 0),
        ("how long until my order gets here", "en", "delivery", 1),
        ("多久能送到", "zh", "delivery", 1),
    ],
)
def test_the_passage_and_the_sentence_that_answer_are_the_surest(e5, question, language, wanted, unit):
    found, verdict = surest(e5, question, language)
    assert found.chunk_id == wanted
    assert max(range(len(verdict.units)), key=verdict.units.__getitem__) == unit


def test_every_unit_of_the_text_has_a_verdict_in_order(e5):
    for one, verdict in zip(CHUNKS, e5.reader.read("保修多久", "zh", CHUNKS), strict=True):
        assert len(verdict.units) == len(cut(one.text))
    assert verdict.of_unit(99) is None


def test_a_passage_gets_the_same_verdict_alone_and_among_others(e5):
    together = e5.reader.read("电池保修多久", "zh", CHUNKS)
    alone = [e5.reader.read("电池保修多久", "zh", [one])[0] for one in CHUNKS]
    assert together == alone


def test_nothing_asked_or_nothing_there_is_no_error(e5):
    assert list(e5.reader.read("保修多久", "zh", [])) == []
    assert e5.reader.read(" ", "zh", [WARRANTY])[0].answers < -5
    empty = e5.reader.read("保修多久", "zh", [replace(WARRANTY, title="", document_title="", text="")])[0]
    assert empty.units == ()


def test_a_text_longer_than_the_model_reads_is_cut_and_its_last_units_are_unlikely(e5):
    long = replace(WARRANTY, text="我们每天都在门口摆花。" * 120 + "电池保修半年。")
    verdict = e5.reader.read("电池保修多久", "zh", [long])[0]
    assert len(verdict.units) == 121
    assert verdict.units[-1] < -5


def test_several_threads_get_the_same(e5):
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: e5.reader.read("水箱怎么洗", "zh", CHUNKS)[1].answers, range(12)))
    assert found == pytest.approx([found[0]] * 12)


def test_without_the_exported_layers_it_says_what_to_do(e5, tmp_path):
    with pytest.raises(DependencyUnavailableError, match="delete the folder"):
        E5Reader(tmp_path, e5.memory)


def test_weights_are_read_as_they_were_written(tmp_path):
    chance = np.random.default_rng(5)
    matrix, vector = chance.normal(size=(4, 8)).astype(np.float32), chance.normal(size=4).astype(np.float32)
    path = tmp_path / "weights.npz"
    save_reader_weights({"l8.q.w": matrix, "l8.q.b": vector}, frozenset({"l8.q.w"}), path)
    weights = ReaderWeights(None, path)
    assert np.array_equal(weights.vector("l8.q.b", 4), vector)
    assert np.abs(weights.matrix("l8.q.w", 4, 8) - matrix).max() <= np.abs(matrix).max() / 254 + 1e-6
