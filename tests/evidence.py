"""Hand-made passages, rows, answers and requests for tests of answering."""

import time
from datetime import date

from shared.domain.blocks import Answer, Citation, TextBlock
from shared.domain.conversation import Rung
from shared.domain.knowledge import Audience, Chunk, FactHit, Passage, SearchResult
from shared.domain.language import Language
from shared.domain.reply import HistoryLine, ReplyRequest


def passage(
    text: str,
    *,
    title: str = "",
    document: str = "退货政策",
    probability: float = 0.8,
    language: Language = "zh",
    kind: str = "passage",
    questions: tuple[str, ...] = (),
    valid_from: date | None = None,
    source_url: str = "https://www.islelight.example/help",
) -> Passage:
    """A passage; one document per document title, one chunk per title and document."""
    chunk = Chunk(
        chunk_id=f"{document}/{title}/{valid_from}",
        document_id=f"{document}/{valid_from}",
        tenant="yuguang",
        ordinal=0,
        title=title or document,
        text=text,
        document_title=document,
        heading_path=(title,) if title else (),
        locator=title,
        source=f"{document}.md",
        source_url=source_url,
        language=language,
        audience=Audience.PUBLIC,
        text_hash="",
        added_in=1,
        questions=questions,
        kind=kind,
        valid_from=valid_from,
    )
    return Passage(chunk=chunk, score=probability, probability=probability, legs=(), why="")


def hit(name: str, row: int, **cells: str) -> FactHit:
    """A row of a price table."""
    return FactHit(
        table_id="prices",
        document_id="d-prices",
        title="产品价格表",
        sheet="价格表",
        row=row,
        source="facts/prices.xlsx",
        source_url="https://www.islelight.example/prices",
        language="zh",
        name=name,
        cells=tuple(cells.items()),
    )


def said(
    text: str,
    chunk_id: str = "",
    *,
    rung: Rung = Rung.EXTRACTIVE,
    confidence: float = 0.9,
    title: str = "t",
    above: str = "",
) -> Answer:
    """An answer that quotes one place; the text names it where nothing else does."""
    citation = Citation(
        title=title, source="s", quote=text, locator="", document_id="d", chunk_id=chunk_id or text, language="zh", above=above
    )
    return Answer(
        text=text, blocks=(TextBlock(text=text, citations=(1,)),), rung=rung, citations=(citation,), confidence=confidence
    )


def request(
    question: str,
    *passages: Passage,
    language: Language = "zh",
    history: tuple[HistoryLine, ...] = (),
    within_s: float = 30.0,
    user_key: str = "user",
) -> ReplyRequest:
    """A request with a deadline `within_s` from now."""
    return ReplyRequest(
        question=question,
        language=language,
        company_name="屿光智能",
        passages=passages,
        facts=None,
        history=history,
        deadline_at_ms=int((time.time() + within_s) * 1000),
        user_key=user_key,
    )


def found(*passages: Passage) -> SearchResult:
    """What retrieval would return."""
    return SearchResult(passages=passages, snapshot=1)
