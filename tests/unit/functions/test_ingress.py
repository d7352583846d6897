"""The customers' API: conversations, answers, tokens, limits."""

from datetime import timedelta
from hashlib import sha256

import pytest

from functions.ingress.schemas import (
    AcceptedAnswer,
    AnsweredAnswer,
    FeedbackAnswer,
    HealthAnswer,
    MessagesAnswer,
    OpenedAnswer,
    SiteAnswer,
)
from shared.runtime.http_schemas import ProblemBody, TicketShape
from tests.front import Front, Visitor
from tests.world import TENANT

KEY = "a-secret-key-of-enough-characters"


def test_health_names_the_release(front: Front) -> None:
    answer = front.customers.get("/healthz")
    assert HealthAnswer.model_validate(answer.json()).release == "r1"


def test_the_site_shows_the_company_before_anybody_speaks(front: Front) -> None:
    site = SiteAnswer.model_validate(front.customers.get("/v1/site").json())
    assert site.name["en"] == "Acme" and site.suggested_questions["zh"]


def test_an_unknown_site_key_is_refused_by_name_of_the_header(front: Front) -> None:
    answer = front.customers.get("/v1/site", headers={"X-Site-Key": "pk_other"})
    assert (answer.status_code, answer.json()["field"]) == (422, "X-Site-Key")


def test_a_conversation_is_opened_with_a_token_of_which_only_the_hash_is_stored(front: Front) -> None:
    opened = front.customers.post("/v1/conversations", json={"language": "en"}, headers={"X-Site-Key": "pk_acme"})
    body = OpenedAnswer.model_validate(opened.json())
    session = front.world.sessions.get(body.conversation_id, front.world.clock.now())
    assert opened.status_code == 201 and body.language == "en"
    assert body.token.startswith("kc_") and session.token_hash == sha256(body.token.encode()).hexdigest()


def test_a_repeated_opening_returns_the_same_conversation_and_token(front: Front) -> None:
    first, second = (front.customers.post("/v1/conversations", headers={"Idempotency-Key": KEY}).json() for _ in range(2))
    other = front.customers.post("/v1/conversations", headers={"Idempotency-Key": KEY + "2"}).json()
    assert first == second and other["conversation_id"] != first["conversation_id"]


def test_an_opening_key_that_leaks_later_opens_nothing_of_the_first_visitors(front: Front) -> None:
    first = front.customers.post("/v1/conversations", headers={"Idempotency-Key": KEY}).json()
    front.world.time.advance(timedelta(minutes=10))
    later = front.customers.post("/v1/conversations", headers={"Idempotency-Key": KEY}).json()
    assert later["conversation_id"] != first["conversation_id"] and later["token"] != first["token"]
    assert Visitor(front.customers, first["conversation_id"], first["token"]).read()["messages"] == []


def test_a_guessable_opening_key_is_refused(front: Front) -> None:
    answer = front.customers.post("/v1/conversations", headers={"Idempotency-Key": "short"})
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


def test_a_question_is_answered_with_its_sources(front: Front) -> None:
    answer = front.visitor().ask("怎么退货？")
    body = AnsweredAnswer.model_validate(answer.json())
    assert answer.status_code == 200
    assert (body.message.rung, body.message.citations[0].number, body.message.release) == ("extractive", 1, "r1+k7")
    assert body.message.in_reply_to == body.customer_message.message_id and body.conversation.turn == 1


def test_a_copy_of_a_message_gets_the_first_ones_answer(front: Front) -> None:
    visitor = front.visitor()
    first, second = visitor.ask("怎么退货？", key="k1"), visitor.ask("怎么退货？", key="k1")
    assert first.json() == second.json()
    assert len(visitor.read()["messages"]) == 2


def test_the_same_key_with_another_text_is_a_conflict(front: Front) -> None:
    visitor = front.visitor()
    visitor.ask("怎么退货？", key="k1")
    answer = visitor.ask("别的问题", key="k1")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_mismatch")


def test_messages_are_read_from_where_one_left_off(front: Front) -> None:
    visitor = front.visitor()
    visitor.ask("怎么退货？")
    page = MessagesAnswer.model_validate(visitor.read())
    assert [m.position for m in page.messages] == [1, 2] and page.next_after == 2
    assert visitor.read(after=2) == {**visitor.read(after=2), "messages": [], "next_after": 2}


def test_a_verdict_is_stored_and_replaced(front: Front) -> None:
    visitor = front.visitor()
    message_id = visitor.ask("怎么退货？").json()["message"]["message_id"]
    path = f"/v1/conversations/{visitor.conversation_id}/messages/{message_id}/feedback"
    front.customers.post(path, json={"helpful": True}, headers=visitor.headers)
    answer = front.customers.post(path, json={"helpful": False, "comment": "不对"}, headers=visitor.headers)
    assert FeedbackAnswer.model_validate(answer.json()).feedback.comment == "不对"
    assert visitor.read()["messages"][1]["feedback"] == {"helpful": False, "comment": "不对"}


@pytest.mark.parametrize(
    ("again", "comment"),
    [
        ({"helpful": False}, "不对"),
        ({"helpful": False, "comment": None}, "不对"),
        ({"helpful": False, "comment": ""}, ""),
        ({"helpful": True}, ""),
    ],
)
def test_a_verdict_without_a_comment_keeps_the_one_of_the_same_verdict(
    front: Front, again: dict[str, object], comment: str
) -> None:
    visitor = front.visitor()
    message_id = visitor.ask("怎么退货？").json()["message"]["message_id"]
    path = f"/v1/conversations/{visitor.conversation_id}/messages/{message_id}/feedback"
    front.customers.post(path, json={"helpful": False, "comment": "不对"}, headers=visitor.headers)
    answer = front.customers.post(path, json=again, headers=visitor.headers)
    assert answer.json()["feedback"] == {"helpful": again["helpful"], "comment": comment}
    assert visitor.read()["messages"][1]["feedback"] == answer.json()["feedback"]


def test_while_a_person_has_the_conversation_a_message_is_accepted_and_left_to_them(front: Front) -> None:
    visitor = front.visitor()
    front.staff.post(f"/desk/v1/conversations/{visitor.conversation_id}/take-over")
    answer = visitor.ask("在吗？")
    body = AcceptedAnswer.model_validate(answer.json())
    assert (answer.status_code, body.status) == (202, "queued")
    assert body.customer_message and answer.headers["location"].endswith(f"?after={body.customer_message.position}")


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer kc_x.y"}, {"Authorization": "Bearer "}]
)
def test_without_a_genuine_token_nothing_is_read(front: Front, header: dict[str, str]) -> None:
    visitor = front.visitor()
    answer = front.customers.get(f"/v1/conversations/{visitor.conversation_id}/messages", headers=header)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert ProblemBody.model_validate(answer.json()).code == "unauthorized"


def test_another_ones_conversation_looks_like_one_that_does_not_exist(front: Front) -> None:
    visitor, other = front.visitor(), front.visitor()
    foreign = front.customers.get(f"/v1/conversations/{other.conversation_id}/messages", headers=visitor.headers)
    absent = front.customers.get(f"/v1/conversations/{'0' * 32}/messages", headers=visitor.headers)
    assert foreign.status_code == absent.status_code == 404
    assert {**foreign.json(), "correlation_id": ""} == {**absent.json(), "correlation_id": ""}


def test_a_ticket_token_opens_no_conversation(front: Front) -> None:
    visitor = front.visitor()
    forged = front.world.tokens.issue("kt", visitor.conversation_id)
    answer = front.customers.get(
        f"/v1/conversations/{visitor.conversation_id}/messages", headers={"Authorization": f"Bearer {forged}"}
    )
    assert answer.status_code == 401


def test_an_expired_session_is_gone(front: Front) -> None:
    visitor = front.visitor()
    front.world.clock.advance(timedelta(days=31))
    answer = front.customers.get(f"/v1/conversations/{visitor.conversation_id}/messages", headers=visitor.headers)
    assert answer.status_code == 404


def _ticket(front: Front, visitor: Visitor) -> tuple[str, str]:
    """Ask for a ticket; return its number and token, as its card shows them."""
    visitor.ask("我要提交工单")
    card = next(b for b in visitor.ask("13800138000").json()["message"]["blocks"] if b["type"] == "card")
    token = next(value for _, value in card["rows"] if value.startswith("kt_"))
    ticket = front.world.tickets.for_conversation(TENANT, visitor.conversation_id)[0]
    return ticket.number, token


def test_a_ticket_is_read_by_number_with_the_conversations_token_or_its_own(front: Front) -> None:
    visitor = front.visitor()
    number, token = _ticket(front, visitor)
    by_conversation = front.customers.get(f"/v1/tickets/{number}", headers=visitor.headers)
    by_ticket = front.customers.get(f"/v1/tickets/{number}", headers={"Authorization": f"Bearer {token}"})
    assert TicketShape.model_validate(by_conversation.json()) == TicketShape.model_validate(by_ticket.json())


def test_a_ticket_is_hidden_from_every_other_token(front: Front) -> None:
    visitor, other = front.visitor(), front.visitor()
    number, _ = _ticket(front, visitor)
    _, other_token = _ticket(front, other)
    tokens = [other.token, other_token]
    answers = [front.customers.get(f"/v1/tickets/{number}", headers={"Authorization": f"Bearer {t}"}) for t in tokens]
    assert [a.status_code for a in answers] == [404, 404]


def test_one_visitor_cannot_hammer_and_is_told_how_long_to_wait(tmp_path_factory: pytest.TempPathFactory) -> None:
    front = Front(tmp_path_factory.mktemp("slow"), session_rate_per_s=2.0)
    hot, calm = front.visitor(), front.visitor()
    path = f"/v1/conversations/{hot.conversation_id}/messages"
    answers = [front.customers.get(path, headers=hot.headers) for _ in range(25)]
    refused = [a for a in answers if a.status_code == 429]
    assert len(refused) == 5 and refused[0].headers["retry-after"] == "1"
    assert calm.read()["messages"] == []
    front.world.clock.advance(timedelta(seconds=1))
    assert front.customers.get(path, headers=hot.headers).status_code == 200
    front.close()


def test_all_visitors_of_a_company_together_stay_below_its_rate(tmp_path_factory: pytest.TempPathFactory) -> None:
    front = Front(tmp_path_factory.mktemp("busy"), tenant_rate_per_s=50.0)
    statuses = [front.customers.get("/v1/site").status_code for _ in range(150)]
    assert statuses.count(429) == 50
    front.world.clock.advance(timedelta(seconds=1))
    assert [front.customers.get("/v1/site").status_code for _ in range(51)].count(200) == 50
    front.close()


def test_a_company_page_on_another_site_may_call_the_api(front: Front) -> None:
    headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    asked = headers | {"Access-Control-Request-Headers": "authorization,idempotency-key,x-site-key,content-type"}
    preflight = front.customers.options("/v1/conversations", headers=asked)
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, "*")


def test_when_knowledge_is_down_the_answer_is_an_honest_offer(front: Front) -> None:
    front.world.knowledge.down = True
    body = AnsweredAnswer.model_validate(front.visitor().ask("怎么退货？").json())
    assert body.message.degraded == ["knowledge"] and body.message.blocks[0].type == "form"
