"""A customer on the chat page: what they see and do, by role and label as assistive technology finds it."""

import json
from dataclasses import dataclass

from playwright.sync_api import Locator, Page

WORDS = {
    "zh": {"message": "消息", "new": "开始新对话", "helpful": "有帮助", "unhelpful": "没有帮助", "close_source": "关闭出处"},
    "en": {
        "message": "Message",
        "new": "New conversation",
        "helpful": "Helpful",
        "unhelpful": "Not helpful",
        "close_source": "Close source",
    },
}
RETURNS = {"zh": "收到货多少天内可以退货？", "en": "How many days do I have to return something?"}
PERSON = {"zh": "转人工", "en": "I want to talk to a person"}


@dataclass(frozen=True, slots=True)
class Customer:
    """`scope` is the page, or the widget inside a host page."""

    page: Page
    language: str = "zh"

    def word(self, name: str) -> str:
        return WORDS[self.language][name]

    @property
    def field(self) -> Locator:
        return self.page.get_by_label(self.word("message"), exact=True)

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    def by(self, author: str) -> Locator:
        """Messages of one author in the transcript (the greeting is none)."""
        return self.page.locator(f".kf-{author}[data-position]")

    @property
    def unsent(self) -> Locator:
        return self.page.locator(".kf-customer[data-state]")

    def say(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def ask(self, text: str) -> Locator:
        """Say it and wait for the company's next message; its bubble and foot."""
        count = self.by("bot").count()
        self.say(text)
        answer = self.by("bot").nth(count)
        answer.wait_for()
        return answer

    def open_ticket(self, contact: str) -> Locator:
        """Ask for a person while none is there, leave a contact, and return the ticket's card."""
        self.ask(PERSON[self.language])
        form = self.page.locator("form.kf-form")
        form.locator("input").first.fill(contact)
        form.get_by_role("button").click()
        card = self.page.locator('[data-rung="ticket"] .kf-card')
        card.wait_for()
        return card


def server_messages(page: Page) -> list[dict[str, object]]:
    """What the server holds of this visitor's conversation, asked for with the visitor's own token."""
    result = page.evaluate(
        """async () => {
            const key = Object.keys(localStorage).find((name) => name.endsWith('.session'));
            const session = JSON.parse(localStorage.getItem(key));
            const answer = await fetch(`/v1/conversations/${session.conversation_id}/messages?after=0&limit=100`,
                { headers: { Authorization: `Bearer ${session.token}` } });
            return JSON.stringify((await answer.json()).messages);
        }"""
    )
    messages: list[dict[str, object]] = json.loads(result)
    return messages


def customer_texts(page: Page) -> list[object]:
    return [message["text"] for message in server_messages(page) if message["author"] == "customer"]
