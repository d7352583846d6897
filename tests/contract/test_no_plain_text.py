"""Invariant 6, looked at from outside: what people wrote is nowhere on the disk, in no form."""

import base64
import json
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shared.domain.blocks import Choice, ChoiceBlock, Citation, CitationBlock, ListBlock, TextBlock
from shared.domain.conversation import Author, Feedback
from shared.domain.errors import SubjectErasedError
from tests.contract.engines import Ports, open_file
from tests.contract.samples import (
    TENANT,
    a_commit,
    a_message,
    a_pending,
    a_profile,
    a_ticket,
    a_turn,
    an_event,
    at,
    stored,
)

MARKERS = tuple(
    f"标记{name}7f3a9c{name}e1b2d4c6" for name in ("甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸", "子", "丑")
)


def forms(marker: str) -> Iterator[bytes]:
    """Yield the ways in which a text could end up in a file."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
        raw = marker.encode(encoding)
        yield raw
        yield raw.hex().encode()
        for shift in range(3):  # a text in base64 looks different at each of three offsets; its ends depend on neighbours
            yield base64.b64encode(b"\0" * shift + raw)[4:-4]
    yield json.dumps(marker)[1:-1].encode()
    yield urllib.parse.quote(marker).encode()


def found(folder: Path) -> list[tuple[str, str]]:
    """Return (file, marker) for every marker in any form in any file."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [(path.name, m) for path in files for m in MARKERS if any(form in path.read_bytes() for form in forms(m))]


def write_everything(ports: Ports) -> tuple[str, str]:
    """Store a marker in every personal field there is; return conversation and subject."""
    m = MARKERS
    conversation = stored(ports.conversations, state={"draft": m[0], "kept": [m[0]]})
    asked = a_message(conversation, 1, text=m[1])
    answer = a_message(
        conversation,
        2,
        author=Author.BOT,
        text=m[2],
        blocks=(
            TextBlock(text=m[2]),
            ListBlock(items=(m[2],)),
            CitationBlock(quote=m[3], citation=1, language="zh"),
            ChoiceBlock(prompt=m[2], choices=(Choice(label=m[2], value=m[2]),)),
        ),
        citations=(Citation(title=m[3], source=m[3], quote=m[3], locator=m[3], document_id="d", chunk_id="c", language="zh"),),
    )
    ticket = a_ticket(conversation, summary=m[4], contact=m[5], note=m[6], failure=m[7])
    profile = a_profile(subject_id=conversation.subject_id, name=m[8], contact=m[9])
    turn = a_commit(conversation, {"positions": 2}, messages=(asked, answer), tickets=(ticket,), profile=profile)
    ports.conversations.commit(turn)
    given = {answer.message_id: Feedback(helpful=False, comment=m[10], given_at=at(3))}
    ports.conversations.commit(a_commit(turn.conversation, feedback=given))
    ports.conversations.park(TENANT, conversation.conversation_id, a_pending(3, text=m[11]), an_event())
    ports.tickets.update(replace(ticket, note=m[6] + m[6]).advanced(), 0)
    ports.profiles.put(replace(profile, name=m[8] + m[8]), 1)
    ports.rate_limiter.take(m[1], rate_per_s=1, burst=1, now=at(0))
    return conversation.conversation_id, conversation.subject_id


@pytest.mark.parametrize("form", range(len(list(forms("x")))))
def test_the_search_finds_a_marker_in_each_form(tmp_path: Path, form: int) -> None:
    (tmp_path / "leak").write_bytes(b"before" + list(forms(MARKERS[0]))[form] + b"after")
    assert found(tmp_path) == [("leak", MARKERS[0])]


def test_what_people_wrote_is_in_no_file(tmp_path: Path) -> None:
    with open_file(tmp_path) as ports:
        conversation_id, _ = write_everything(ports)
        assert {path.name for path in tmp_path.rglob("*.db-wal")} == {"kefu.db-wal", "keys.db-wal"}
        assert found(tmp_path) == []
        state = ports.conversations.load_turn(TENANT, conversation_id, 10)
        assert [message.text for message in state.recent] == [MARKERS[1], MARKERS[2]]
    assert found(tmp_path) == []


def test_after_its_key_is_destroyed_nothing_of_a_subject_can_be_read_and_the_others_go_on(tmp_path: Path) -> None:
    with open_file(tmp_path) as ports:
        conversation_id, subject_id = write_everything(ports)
        (ticket,) = ports.tickets.for_conversation(TENANT, conversation_id)
        other = stored(ports.conversations, state={"k": "v"})
        ports.conversations.commit(a_turn(other, "another question"))
        ports.key_ring.destroy(TENANT, subject_id)
        for read in (
            lambda: ports.conversations.get(TENANT, conversation_id),
            lambda: ports.conversations.load_turn(TENANT, conversation_id, 5),
            lambda: ports.conversations.messages(TENANT, conversation_id, 0, 5),
            lambda: ports.tickets.get(TENANT, ticket.ticket_id),
            lambda: ports.profiles.get(TENANT, subject_id),
        ):
            with pytest.raises(SubjectErasedError):
                read()
        assert [row.conversation_id for row in ports.conversations.list_open(TENANT, None, 10).items] == [other.conversation_id]
        assert ports.conversations.list_unanswered(TENANT, 10).items == ()
        assert ports.tickets.list(TENANT, None, 10).items == ()
        assert len(ports.conversations.messages(TENANT, other.conversation_id, 0, 5)) == 2
