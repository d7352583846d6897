from pathlib import Path

import numpy as np
import pytest

from benchmarks.corpus import DIMENSIONS, Corpus, build, load
from shared.domain.language import detect_language
from shared.use_cases.embed_chunks import stretches


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return build(400, questions=60)


def test_the_same_corpus_is_made_every_time(corpus: Corpus) -> None:
    again = build(400, questions=60)

    assert again.entries == corpus.entries
    assert again.questions == corpus.questions
    assert np.array_equal(again.whole, corpus.whole)


def test_a_larger_corpus_begins_with_the_smaller_one(corpus: Corpus) -> None:
    assert build(500, questions=1).entries[:400] == corpus.entries


def test_half_of_the_entries_are_chinese_and_read_as_such(corpus: Corpus) -> None:
    languages = [entry.language for entry in corpus.entries]

    assert languages.count("zh") == languages.count("en") == 200
    assert [detect_language(entry.text) for entry in corpus.entries] == languages


def test_entries_differ_and_are_as_long_as_an_faq_answer(corpus: Corpus) -> None:
    lengths = [len(entry.title) + len(entry.text) for entry in corpus.entries]

    assert len({entry.text for entry in corpus.entries}) == 400
    assert 150 < sum(lengths) / len(lengths) < 230


def test_every_entry_is_short_enough_for_one_body_vector(corpus: Corpus) -> None:
    assert not any(stretches(entry.text, entry.language) for entry in corpus.entries)


def test_peers_get_the_same_words_already_cut(corpus: Corpus) -> None:
    for entry in corpus.entries:
        kept = (entry.title + entry.text).translate(str.maketrans("", "", "，。.,: "))
        assert entry.words.replace(" ", "") == kept


def test_vectors_are_unit_rows(corpus: Corpus) -> None:
    for vectors in (corpus.titles, corpus.bodies, corpus.whole, corpus.question_vectors):
        assert vectors.shape[1] == DIMENSIONS
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_most_questions_can_be_answered_by_their_vector_alone(corpus: Corpus) -> None:
    nearest = np.argsort(-(corpus.question_vectors @ corpus.whole.T), axis=1)[:, :10]

    found = [question.gold in near for question, near in zip(corpus.questions, nearest, strict=True)]

    assert sum(found) >= 0.9 * len(found)


def test_a_stored_corpus_is_read_back_as_it_was_made(tmp_path: Path) -> None:
    made, read = load(20, tmp_path), load(20, tmp_path)

    assert (made.entries, made.questions) == (read.entries, read.questions)
    assert np.array_equal(made.bodies, read.bodies)
    assert [path.name for path in tmp_path.iterdir()] == ["corpus-1-20.npz"]
