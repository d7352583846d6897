"""The staff's API: who waits, taking over, replying, tickets."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from functions.desk.schemas import (
    ConversationAnswer,
    ConversationsAnswer,
    MeAnswer,
    MessageAnswer,
    TicketAnswer,
    TicketsAnswer,
    TranscriptAnswer,
    UnansweredAnswer,
)
from tests.front import Front, Visitor


def _there(front: Front) -> None:
    assert front.staff.put("/desk/v1/presence", json={"available": True}).status_code == 204


def _taken_over(front: Front) -> Visitor:
    visitor = front.visitor()
    assert front.staff.post(f"/desk/v1/conversations/{visitor.conversation_id}/take-over").status_code == 200
    return visitor


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}])
def test_without_a_staff_token_there_is_nothing_but_401_even_for_a_bad_body(front: Front, headers: dict[str, str]) -> None:
    stranger = TestClient(front.functions.desk, headers=headers)
    calls = [
        stranger.get("/desk/v1/me"),
        stranger.get("/desk/v1/conversations"),
        stranger.post("/desk/v1/tickets/x", json={"status": "nonsense"}),
    ]
    assert [call.status_code for call in calls] == [401, 401, 401]


def test_a_visitors_token_is_no_staff_token(front: Front) -> None:
    visitor = front.visitor()
    assert TestClient(front.functions.desk, headers=visitor.headers).get("/desk/v1/me").status_code == 401


def test_an_agent_counts_as_there_for_30_seconds(front: Front) -> None:
    _there(front)
    now = MeAnswer.model_validate(front.staff.get("/desk/v1/me").json())
    front.world.clock.advance(timedelta(seconds=31))
    later = MeAnswer.model_validate(front.staff.get("/desk/v1/me").json())
    assert (now.available_agents, later.available_agents) == (["agent-1"], [])


def test_an_agent_who_leaves_is_gone_at_once(front: Front) -> None:
    _there(front)
    front.staff.put("/desk/v1/presence", json={"available": False})
    assert front.staff.get("/desk/v1/me").json()["available_agents"] == []


def test_an_agents_page_that_repeats_that_they_are_away_does_not_keep_their_customers_waiting(front: Front) -> None:
    _there(front)
    visitor = _taken_over(front)
    visitor.ask("在吗")
    for _ in range(20):
        front.staff.put("/desk/v1/presence", json={"available": False})
        front.world.clock.advance(timedelta(seconds=10))
    assert front.sweep()["left_by_agents"] == 1
    assert visitor.read()["conversation"]["owner"] == "bot"


def test_with_an_agent_there_a_customer_who_asks_for_a_person_waits_in_the_queue(front: Front) -> None:
    _there(front)
    visitor = front.visitor()
    visitor.ask("转人工")
    queue = ConversationsAnswer.model_validate(front.staff.get("/desk/v1/conversations?owner=queue").json())
    assert [row.conversation_id for row in queue.items] == [visitor.conversation_id]
    assert queue.items[0].waiting_since and queue.items[0].last_message


def test_an_agent_takes_over_replies_once_and_hands_back(front: Front) -> None:
    visitor = _taken_over(front)
    path = f"/desk/v1/conversations/{visitor.conversation_id}"
    sent = [front.staff.post(f"{path}/reply", json={"text": "您好"}, headers={"Idempotency-Key": "r1"}) for _ in range(2)]
    first, second = (MessageAnswer.model_validate(answer.json()).message for answer in sent)
    assert first == second and (first.author, first.agent_name) == ("agent", "客服")
    back = ConversationAnswer.model_validate(front.staff.post(f"{path}/hand-back").json())
    assert back.conversation.owner == "bot"
    refused = front.staff.post(f"{path}/reply", json={"text": "还在吗"}, headers={"Idempotency-Key": "r2"})
    assert (refused.status_code, refused.json()["code"]) == (409, "owner_changed")


def test_the_transcript_has_everything_in_order_and_the_tickets(front: Front) -> None:
    visitor = front.visitor()
    visitor.ask("我要提交工单")
    visitor.ask("13800138000")
    body = TranscriptAnswer.model_validate(front.staff.get(f"/desk/v1/conversations/{visitor.conversation_id}").json())
    assert [m.position for m in body.messages] == [1, 2, 3, 4]
    assert body.tickets[0].contact == "13800138000"


def test_of_a_transcript_only_what_has_come_since_is_sent_again(front: Front) -> None:
    visitor = front.visitor()
    visitor.ask("我要提交工单")
    visitor.ask("13800138000")
    path = f"/desk/v1/conversations/{visitor.conversation_id}"
    body = TranscriptAnswer.model_validate(front.staff.get(f"{path}?after=3").json())
    assert [m.position for m in body.messages] == [4]
    assert len(body.tickets) == 1
    assert front.staff.get(f"{path}?after=4").json()["messages"] == []
    assert front.staff.get(f"{path}?after=-1").status_code == 422


def test_a_closed_conversation_leaves_the_list(front: Front) -> None:
    visitor = _taken_over(front)
    closed = front.staff.post(f"/desk/v1/conversations/{visitor.conversation_id}/close")
    assert ConversationAnswer.model_validate(closed.json()).conversation.closed
    assert front.staff.get("/desk/v1/conversations").json()["items"] == []


def test_a_tickets_new_status_reaches_the_customer_in_the_conversation(front: Front) -> None:
    visitor = front.visitor()
    visitor.ask("我要提交工单")
    visitor.ask("13800138000")
    front.run_background()
    listed = TicketsAnswer.model_validate(front.staff.get("/desk/v1/tickets?status=open").json())
    changed = front.staff.post(f"/desk/v1/tickets/{listed.items[0].ticket_id}", json={"status": "resolved", "note": "已寄出"})
    assert TicketAnswer.model_validate(changed.json()).ticket.status == "resolved"
    front.run_background()
    said = visitor.read()["messages"]
    assert said[-1]["author"] == "system" and "已寄出" in said[-1]["text"]
    front.run_background()
    assert visitor.read()["messages"] == said


def test_what_the_bot_could_not_answer_is_listed_with_its_rung(front: Front) -> None:
    front.visitor().ask("月球上有门店吗？")
    body = UnansweredAnswer.model_validate(front.staff.get("/desk/v1/unanswered").json())
    assert [(item.text, item.rung) for item in body.items] == [("月球上有门店吗？", "refusal")]


@pytest.mark.parametrize("status", ["parked", "requested", "nonsense", ""])
def test_staff_cannot_set_a_status_that_is_the_systems_own(front: Front, status: str) -> None:
    answer = front.staff.post("/desk/v1/tickets/t1", json={"status": status})
    assert (answer.status_code, answer.json()["field"]) == (422, "status")


def test_what_does_not_exist_is_404_for_every_action(front: Front) -> None:
    paths = ["take-over", "hand-back", "close"]
    answers = [front.staff.post(f"/desk/v1/conversations/none/{path}") for path in paths]
    answers += [
        front.staff.get("/desk/v1/conversations/none"),
        front.staff.post("/desk/v1/tickets/none", json={"status": "open"}),
    ]
    assert {answer.status_code for answer in answers} == {404}


def test_a_cursor_that_is_not_ours_is_refused(front: Front) -> None:
    for path in ("conversations", "tickets", "unanswered"):
        answer = front.staff.get(f"/desk/v1/{path}?cursor=%00garbage")
        assert answer.status_code in (200, 422), path


def test_on_one_machine_a_token_that_was_replaced_opens_nothing_at_once(front: Front) -> None:
    assert front.staff.get("/desk/v1/me").status_code == 200
    front.stores.secrets.put("staff_token", "n" * 43)
    assert front.staff.get("/desk/v1/me").status_code == 401
    assert front.staff.get("/desk/v1/me", headers={"Authorization": f"Bearer {'n' * 43}"}).status_code == 200
