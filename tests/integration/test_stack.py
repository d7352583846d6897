"""The deployed product on a local AWS: the synthesised templates, the very zips, asked through API Gateway like a customer."""

import time
from typing import Any

import pytest

from shared.contracts import TICKET_RETRY_DELAY_S
from tests.integration.deployed_stack import Stack, until

pytestmark = pytest.mark.xdist_group("stack")
_BROKEN = '''"""A ticket system that is down."""

from shared.domain.errors import TicketFailedError
from shared.domain.ticket import Ticket


class DeskTicketSystem:
    def submit(self, ticket: Ticket) -> None:
        raise TicketFailedError("the ticket system is down")
'''


def test_a_customer_is_served_by_the_deployed_functions_and_found_again_after_a_restart(stack: Stack) -> None:
    assert stack.call("GET", "/healthz", key=False).json() == {"status": "ok", "release": "r1"}
    assert stack.call("GET", "/v1/site", key=False).status_code == 403, "without a key nobody gets further"

    answer = until("the uploaded documents answer", stack.answered, 180)
    assert answer["citations"][0]["source"].endswith("/help/after-sales/returns-2026")
    assert answer["release"].startswith("r1+k")

    conversation = stack.conversation()
    number = stack.open_ticket(conversation)
    until("the ticket is open", lambda: stack.ticket(conversation, number)["status"] == "open", 30)

    poisoned = _a_poisoned_ticket_is_parked_after_three_attempts_and_redriven(stack)

    stack.cloud.stop()
    stack.cloud.start()
    stack.deploy()
    assert stack.ticket(conversation, number)["status"] == "open"
    assert stack.ticket(*poisoned)["status"] == "open"
    said = stack.call("GET", f"/v1/conversations/{conversation[0]}/messages", token=conversation[1]).json()["messages"]
    assert [message["text"] for message in said if message["author"] == "customer"] == ["我要提交工单", "13800138000"]
    again = until("the documents still answer", stack.answered, 60)
    assert again["text"] == answer["text"]


def _a_poisoned_ticket_is_parked_after_three_attempts_and_redriven(stack: Stack) -> tuple[tuple[str, str], str]:
    stack.use_ticket_system(_BROKEN)
    conversation = stack.conversation()
    number = stack.open_ticket(conversation)
    parked = until("the ticket is parked", lambda: _parked(stack), 60)
    assert stack.ticket(conversation, number)["status"] == "parked"
    assert parked["MessageAttributes"]["parked_reason"]["StringValue"] == "the ticket system is down"
    assert _desk_ticket(stack, number)["attempts"] == 3

    stack.use_ticket_system(None)
    stack.redrive(parked)
    until("the redriven ticket is open", lambda: stack.ticket(conversation, number)["status"] == "open", 30)
    assert stack.dead_letters() == []
    return conversation, number


def _desk_ticket(stack: Stack, number: str) -> dict[str, Any]:
    tickets = stack.call("GET", "/desk/v1/tickets", token=stack.staff_token).json()["items"]
    return next(ticket for ticket in tickets if ticket["number"] == number)


def _parked(stack: Stack) -> dict[str, Any] | None:
    """Let the time between two attempts pass at each look."""
    stack.clock.ahead_s += TICKET_RETRY_DELAY_S
    time.sleep(1)
    return next(iter(stack.dead_letters()), None)
