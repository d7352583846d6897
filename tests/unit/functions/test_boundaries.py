"""Who may do what from where: headers, other sites, other companies, other visitors."""

import pytest
from httpx import Response

from shared.domain.conversation import Conversation
from shared.use_cases.open_conversation import OpenConversation
from tests.contract.samples import a_commit, a_conversation, a_ticket
from tests.front import Front, Visitor, as_json

EVIL = "https://evil.example"
PREFLIGHT = {"Origin": EVIL, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "Authorization"}


def _is_nobodys(answer: Response) -> bool:
    return (answer.status_code, as_json(answer)["code"]) == (404, "not_found")


def _of_another_company(front: Front) -> Conversation:
    conversation = a_conversation(tenant="globex")
    return front.world.conversations.create(conversation, "creator")


# ---------------------------------------------------------------- headers and other sites


@pytest.mark.parametrize("path", ["/v1/site", "/healthz", "/nope", "/v1/tickets/1"])
def test_every_answer_is_data_that_no_browser_takes_for_a_page(front: Front, path: str) -> None:
    headers = front.customers.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")


def test_any_site_may_embed_the_chat_but_none_gets_a_browsers_own_credentials(front: Front) -> None:
    allowed = front.customers.options("/v1/conversations", headers=PREFLIGHT)
    asked = front.customers.get("/v1/site", headers={"Origin": EVIL, "Cookie": "session=1"})
    assert allowed.status_code == 200
    for answer in (allowed, asked):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        assert "set-cookie" not in answer.headers


def test_no_other_site_may_call_the_staffs_api(front: Front) -> None:
    preflight = front.staff.options("/desk/v1/me", headers=PREFLIGHT)
    read = front.staff.get("/desk/v1/me", headers={"Origin": EVIL})
    assert preflight.status_code == 405
    assert not [name for answer in (preflight, read) for name in answer.headers if name.startswith("access-control")]


# ---------------------------------------------------------------- other companies


@pytest.mark.parametrize("call", ["", "/take-over", "/reply", "/hand-back", "/close"])
def test_staff_do_not_find_a_conversation_of_another_company(front: Front, call: str) -> None:
    path = f"/desk/v1/conversations/{_of_another_company(front).conversation_id}{call}"
    answer = front.staff.post(path, json={"text": "您好"}) if call else front.staff.get(path)
    assert _is_nobodys(answer)


def test_nobody_finds_a_ticket_of_another_company(front: Front) -> None:
    conversation = _of_another_company(front)
    ticket = a_ticket(conversation)
    front.world.conversations.commit(a_commit(conversation, tickets=(ticket,)))
    visitor = front.visitor()
    for name in (ticket.ticket_id, ticket.number):
        assert _is_nobodys(front.customers.get(f"/v1/tickets/{name}", headers=visitor.headers))
    assert _is_nobodys(front.staff.post(f"/desk/v1/tickets/{ticket.ticket_id}", json={"status": "closed"}))


def test_a_visitor_of_another_company_finds_nothing_of_this_one(front: Front) -> None:
    mine = front.visitor()
    asked = mine.ask("怎么退货？").json()
    opening: OpenConversation = front.functions.door.open
    foreign = opening("globex", "zh", "", "corr-1")
    headers = {"Authorization": f"Bearer {foreign.token}"}
    path = f"/v1/conversations/{mine.conversation_id}/messages"
    assert _is_nobodys(front.customers.get(path, headers=headers))
    assert _is_nobodys(front.customers.post(path, json={"text": "你好"}, headers=headers))
    feedback = f"{path}/{asked['message']['message_id']}/feedback"
    assert _is_nobodys(front.customers.post(feedback, json={"helpful": False}, headers=headers))


# ---------------------------------------------------------------- other visitors


def test_another_visitors_message_cannot_be_rated_through_ones_own_conversation(front: Front) -> None:
    mine, other = front.visitor(), front.visitor()
    message_id = other.ask("怎么退货？").json()["message"]["message_id"]
    path = f"/v1/conversations/{mine.conversation_id}/messages/{message_id}/feedback"
    assert _is_nobodys(front.customers.post(path, json={"helpful": False}, headers=mine.headers))
    assert other.read()["messages"][1]["feedback"] is None


def test_a_token_with_one_character_changed_opens_nothing(front: Front) -> None:
    visitor = front.visitor()
    changed = visitor.token[:-1] + ("A" if visitor.token[-1] != "A" else "B")
    answer = Visitor(front.customers, visitor.conversation_id, changed).ask("你好")
    assert answer.status_code == 401
