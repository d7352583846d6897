"""Answers of the contract's shape whose every string is an injection payload, put between a page and its server."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route

MOMENT = "2026-11-22T08:00:00Z"


def _citation(payload: str) -> dict[str, Any]:
    return {
        "number": 1,
        "title": payload,
        "source": payload,
        "quote": payload,
        "locator": payload,
        "language": payload,
        "document_id": payload,
        "chunk_id": payload,
        "score": 1.0,
    }


def _blocks(payload: str) -> list[dict[str, Any]]:
    return [
        {"type": "text", "text": payload, "citations": [1]},
        {"type": "list", "items": [payload, payload], "ordered": True, "citations": [1]},
        {"type": "citation", "quote": payload, "citation": 1, "language": payload},
        {"type": "choice", "prompt": payload, "choices": [{"label": payload, "value": payload}]},
        {"type": "card", "title": payload, "rows": [[payload, payload]], "citations": [1]},
        {
            "type": "form",
            "form": payload,
            "prompt": payload,
            "fields": [{"name": payload, "label": payload, "kind": "text", "required": True}],
        },
    ]


def message(payload: str, position: int) -> dict[str, Any]:
    """A message by each kind of author in turn, hostile in all its strings."""
    return {
        "message_id": f"m{position}",
        "position": position,
        "turn": position,
        "author": ("bot", "agent", "customer", "system")[position % 4],
        "agent_name": payload,
        "text": payload,
        "language": payload,
        "blocks": _blocks(payload) if position % 8 != 2 else [],
        "citations": [_citation(payload)],
        "rung": "extractive",
        "release": payload,
        "confidence": 1.0,
        "degraded": [payload],
        "created_at": MOMENT,
        "in_reply_to": payload,
        "feedback": {"helpful": True, "comment": payload},
    }


def _conversation(payload: str) -> dict[str, Any]:
    return {"conversation_id": "c1", "owner": "agent", "agent_name": payload, "language": "zh", "closed": False, "turn": 1}


def hostile_chat(page: Page, payloads: list[str]) -> None:
    """Every answer to the chat page is hostile; a session is in place, so that it asks for a transcript."""
    messages = [message(payload, index + 1) for index, payload in enumerate(payloads)]
    site = {
        "name": {"zh": payloads[3]},
        "greeting": {"zh": payloads[4]},
        "suggested_questions": {"zh": payloads[:20]},
        "colours": {
            "primary": payloads[5],
            "accent": "red;background:url(https://evil.example/x)",
            "background": payloads[6],
            "text": payloads[7],
        },
        "hotline": payloads[8],
    }

    def transcript(route: Route) -> None:
        after = int(parse_qs(urlsplit(route.request.url).query)["after"][0])
        news = messages[after : after + 100]
        route.fulfill(json={"messages": news, "conversation": _conversation(payloads[9]), "next_after": after + len(news)})

    session = {"conversation_id": "c1", "token": "kc_t", "expires_at": "2999-01-01T00:00:00Z", "language": "zh"}
    page.add_init_script(f"localStorage.setItem('kefu.site.session', {json.dumps(json.dumps(session))})")
    page.route("**/v1/site", lambda route: route.fulfill(json=site))
    page.route("**/v1/conversations/c1/messages?*", transcript)


def hostile_desk(page: Page, payloads: list[str]) -> None:
    """Every answer to the staff page is hostile, for staff who are signed in."""
    items = [_queue_item(payload, index) for index, payload in enumerate(payloads)]
    tickets = [_ticket(payload, index) for index, payload in enumerate(payloads)]
    unanswered = [
        {"message_id": f"m{i}", "conversation_id": p, "text": p, "language": p, "created_at": MOMENT, "rung": p}
        for i, p in enumerate(payloads)
    ]
    detail = {
        "conversation": _conversation(payloads[9]) | {"owner": "queue"},
        "messages": [message(payload, index + 1) for index, payload in enumerate(payloads)],
        "tickets": tickets[:20],
    }
    me = {"agent_id": payloads[0], "name": payloads[1], "company": payloads[2], "available_agents": 1}
    answers = {
        "me": me,
        "conversations": None,
        "tickets": {"items": tickets, "cursor": None},
        "unanswered": {"items": unanswered, "cursor": None},
    }

    def answer(route: Route) -> None:
        url = urlsplit(route.request.url)
        name, _, rest = url.path.removeprefix("/desk/v1/").partition("/")
        if name == "presence":
            return route.fulfill(status=204)
        if name == "conversations" and rest:
            return route.fulfill(json=detail)
        if name == "conversations":
            owner = parse_qs(url.query)["owner"][0]
            return route.fulfill(json={"items": [item for item in items if item["owner"] == owner], "cursor": None})
        return route.fulfill(json=answers[name])

    page.add_init_script("sessionStorage.setItem('kefu.desk.token', 'staff')")
    page.route("**/desk/v1/**", answer)


def _queue_item(payload: str, index: int) -> dict[str, Any]:
    return {
        "conversation_id": f"c{index}",
        "owner": ("queue", "agent", "bot")[index % 3],
        "agent_name": payload,
        "language": payload,
        "turn": 1,
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "waiting_since": MOMENT,
        "last_message": {"author": "customer", "text": payload, "created_at": MOMENT},
    }


def _ticket(payload: str, index: int) -> dict[str, Any]:
    return {
        "ticket_id": f"t{index}",
        "number": payload,
        "status": ("open", "parked")[index % 2],
        "kind": payload,
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "promised_at": MOMENT,
        "note": payload,
        "summary": payload,
        "contact": payload,
        "conversation_id": "c0",
        "assignee": payload,
        "attempts": 1,
        "failure": payload,
    }
