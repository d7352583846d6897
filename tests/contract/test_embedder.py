"""What every Embedder does, and what the exported model does besides."""

import hashlib
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest

from shared.adapters.bedrock.client import embedding_client
from shared.adapters.bedrock.embedders import bedrock_embedder
from shared.adapters.doubles.embedder import HashingEmbedder
from shared.adapters.e5.alignment import load_alignment
from shared.adapters.e5.embedder import E5Embedder
from shared.adapters.e5.export import export_model
from shared.adapters.e5.model_folder import MODEL_FILE, VERSION, VERSION_FILE, VOCABULARY_FILE, is_exported
from shared.adapters.e5.weights import verify
from shared.adapters.model_calls.permission import model_calls
from shared.adapters.openai.embedder import OpenAIEmbedder
from shared.adapters.openai.endpoints import Endpoint
from shared.domain.errors import DependencyUnavailableError
from tests.contract import embedding_servers
from tests.contract.embedding_servers import answering
from tests.contract.exported_model import exported_model
from tests.integration.bedrock.bedrock_server import session


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """The exported model, made once and kept for later runs."""
    return exported_model()


@pytest.fixture(scope="session")
def e5(model_folder):
    return E5Embedder(model_folder, load_alignment())


@contextmanager
def remote(answer, make):
    """Serve `answer`, and make the embedder that asks there."""
    with answering(answer) as server, ExitStack() as clients:
        yield make(server, clients)


def cohere(server, clients):
    return bedrock(server, clients, "cohere.embed-multilingual-v3", 1024)


def titan(server, clients):
    return bedrock(server, clients, "amazon.titan-embed-text-v2:0", 512)


def bedrock(server, clients, model_id, dimensions):
    client = embedding_client(session(), endpoint_url=server.url)
    clients.callback(client.close)
    return bedrock_embedder(client, model_id, dimensions)


def openai(server, clients):
    client = clients.enter_context(httpx.Client())
    return OpenAIEmbedder(endpoint=Endpoint(base_url=server.url, model="bge-m3"), client=client, dimensions=256)


REMOTE = {
    "bedrock-cohere": (embedding_servers.cohere, cohere),
    "bedrock-titan": (embedding_servers.titan, titan),
    "openai": (embedding_servers.openai, openai),
}


@pytest.fixture(params=["hashing", "e5", *REMOTE])
def embedder(request):
    if request.param not in REMOTE:
        yield HashingEmbedder() if request.param == "hashing" else request.getfixturevalue("e5")
        return
    with model_calls(allowed=True), remote(*REMOTE[request.param]) as made:
        yield made


TEXTS = ["如何退货？", "How do I return a parcel?", "", "   ", "😀", "a" * 4000, "退" * 4000, "line\nbreak\tand\x00zero"]


def test_gives_a_unit_vector_for_any_text(embedder):
    for vectors in (embedder.embed_queries(TEXTS), embedder.embed_passages(TEXTS)):
        array = np.asarray(vectors)
        assert array.shape == (len(TEXTS), embedder.dimensions)
        assert np.linalg.norm(array, axis=1) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("question", ["退货要几天？", "  how long is the S3's warranty", "１２３号门店", "", "ok"])
def test_the_words_of_a_question_are_those_that_its_vector_is_made_of(e5, question):
    apart = e5.states("query", e5.pieces(question))
    together = e5.question_states(question)
    assert together.opening == apart.opening
    assert np.array_equal(together.words, apart.words)
    assert np.array_equal(together.middle, apart.middle)


def test_a_question_is_read_once_for_its_vector_and_its_words(e5, monkeypatch):
    runs = []
    run = e5._run
    monkeypatch.setattr(e5, "_run", lambda encoded, *outputs: runs.append(outputs) or run(encoded, *outputs))
    e5.embed_queries(["这个问题还没有人问过"])
    e5.question_states("这个问题还没有人问过")
    assert len(runs) == 1
    for number in range(40):
        e5.embed_queries([f"问题{number}"])
    e5.question_states("这个问题还没有人问过")
    assert len(runs) == 42, "what was asked long ago is read again"


def test_no_texts_give_no_vectors(embedder):
    assert len(embedder.embed_passages([])) == 0


def test_a_text_has_the_same_vector_alone_and_among_others(embedder):
    alone = np.asarray(embedder.embed_passages(["如何退货？"])[0])
    together = np.asarray(embedder.embed_passages(["x" * 50, "如何退货？", "完全无关的一句很长的话" * 20])[1])
    assert alone == pytest.approx(together, abs=1e-6)


def test_many_texts_keep_their_order(embedder):
    """More than any service takes at once."""
    texts = [f"第{number}号门店的营业时间" for number in range(105)]
    together = np.asarray(embedder.embed_passages(texts))
    for place in (0, 31, 32, 95, 96, 104):
        alone = np.asarray(embedder.embed_passages([texts[place]])[0])
        assert float(together[place] @ alone) > 0.98


def test_the_same_texts_have_the_same_vectors(embedder):
    assert np.array_equal(embedder.embed_queries(TEXTS), embedder.embed_queries(TEXTS))


def test_names_its_weights_and_preprocessing(embedder):
    assert embedder.name


def test_other_preprocessing_is_another_name(model_folder):
    assert E5Embedder(model_folder, None).name != E5Embedder(model_folder, load_alignment()).name


def nearest(embedder, question: str, passages: list[str]) -> int:
    return int(np.argmax(np.asarray(embedder.embed_passages(passages)) @ np.asarray(embedder.embed_queries([question])[0])))


@pytest.mark.parametrize("question", ["钱多久能退给我", "when do I get my money back"])
def test_meaning_is_found_across_wording_and_language(e5, question):
    passages = [
        "订单发货后可以在物流页面查看包裹位置。",
        "退款审核通过后，三个工作日内原路退回您的付款账户。",
        "Our shop in the city centre is open from nine to six.",
        "门锁电池没电时，可以用充电宝临时供电。",
    ]
    assert nearest(e5, question, passages) == 1


def test_an_entry_in_the_other_language_beats_unrelated_ones_in_the_same(e5):
    passages = [
        "本店周末照常营业。",
        "Refunds are paid within three working days.",
        "门锁电池需要每年更换一次。",
        "我们支持微信和支付宝付款。",
    ]
    assert nearest(e5, "退款多久到账", passages) == 1


def test_without_the_model_it_says_what_is_missing(tmp_path):
    with pytest.raises(DependencyUnavailableError, match="export"):
        E5Embedder(tmp_path, None)


def test_a_damaged_model_says_so(tmp_path):
    (tmp_path / MODEL_FILE).write_bytes(b"not a model")
    (tmp_path / VOCABULARY_FILE).write_text("{}")
    (tmp_path / VERSION_FILE).write_text(VERSION)
    with pytest.raises(DependencyUnavailableError, match="does not load"):
        E5Embedder(tmp_path, None)


def test_weights_with_another_checksum_are_refused(tmp_path):
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(b"E5S1 something else")
    with pytest.raises(DependencyUnavailableError, match="checksum"):
        verify(path)
    with pytest.raises(DependencyUnavailableError):
        export_model(tmp_path / "model", weights=path)
    assert list(tmp_path.iterdir()) == [path]


def test_the_export_is_the_same_bytes_each_time_and_reports_progress(model_folder, tmp_path):
    shares: list[float] = []
    again = tmp_path / "e5"
    export_model(again, lambda share, step: shares.append(share))
    assert is_exported(again)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    for name in (MODEL_FILE, VOCABULARY_FILE):
        digests = {hashlib.sha256((folder / name).read_bytes()).hexdigest() for folder in (model_folder, again)}
        assert len(digests) == 1
    assert list(tmp_path.iterdir()) == [again]


def test_exporting_again_leaves_the_model_alone(model_folder):
    before = (model_folder / MODEL_FILE).stat().st_mtime_ns
    export_model(model_folder)
    assert (model_folder / MODEL_FILE).stat().st_mtime_ns == before


def test_a_half_written_model_is_replaced(tmp_path):
    folder = tmp_path / "e5"
    folder.mkdir()
    (folder / VOCABULARY_FILE).write_text("{}")
    export_model(folder)
    assert is_exported(folder)
