"""`make dev SEARCH=pinecone`: vectors in Pinecone, keywords on this machine's disk."""

import pytest

from local.composition.search_engine import open_search_engine
from local.settings import LocalSettings
from shared.runtime.settings import ConfigurationError
from tests.contract.index_adapters import EMBEDDER, chunk, vectors, where
from tests.contract.pinecone.server import API_KEY, pinecone_server

RETURNS = chunk("returns", "签收后七天内可以申请退货。", title="怎么退货")


def test_vectors_are_written_to_pinecone_and_keywords_beside_them_on_disk(tmp_path):
    with pinecone_server(EMBEDDER.dimensions) as server:
        environ = {"KEFU_SEARCH": "pinecone", "KEFU_PINECONE_HOST": server.host(), "KEFU_PINECONE_KEY": API_KEY}
        settings = LocalSettings.from_env(environ)
        engine = open_search_engine(settings, tmp_path, model=EMBEDDER.name, dimensions=EMBEDDER.dimensions)
        try:
            engine.keyword.apply("acme", [RETURNS], {})
            engine.vectors.apply("acme", vectors(RETURNS), {})
            (asked,) = EMBEDDER.embed_queries(["怎么退货"])
            assert [hit.chunk_id for hit in engine.vectors.search(asked, "title", where(), 5)] == ["returns"]
            assert [hit.chunk_id for hit in engine.keyword.search("怎么退货", "zh", where(), 5)] == ["returns"]
            assert list(server.index().namespaces) == ["acme"] and [path.name for path in tmp_path.iterdir()] == ["keyword"]
            assert engine.hybrid is None
        finally:
            engine.close()


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"KEFU_PINECONE_HOST": "kefu.svc.pinecone.io"},
        {"KEFU_PINECONE_KEY": "k"},
        {"KEFU_PINECONE_HOST": "pinecone.io.example.com", "KEFU_PINECONE_KEY": "k"},
    ],
)
def test_what_pinecone_misses_is_named(environ):
    with pytest.raises(ConfigurationError, match="KEFU_PINECONE"):
        LocalSettings.from_env({"KEFU_SEARCH": "pinecone", **environ})


def test_the_key_shows_in_no_repr():
    environ = {"KEFU_SEARCH": "pinecone", "KEFU_PINECONE_HOST": "kefu.svc.pinecone.io", "KEFU_PINECONE_KEY": "pcsk_unseen"}
    assert "pcsk_unseen" not in repr(LocalSettings.from_env(environ))
