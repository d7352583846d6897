"""An answer on the terminal: its blocks, then its sources."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

Json = Mapping[str, Any]
_WITHOUT_ANSWER = {
    "queued": "A colleague has this conversation; the answer comes from them.",
    "pending": "An earlier message is still being answered; the answer to this one follows.",
}


def show_answer(answer: Json, console: Console) -> None:
    """Print an answer as the API gives it; of a message without one yet it is said who has it."""
    message = answer.get("message")
    if message:
        show_message(message, console)
    else:
        console.print(Text(_WITHOUT_ANSWER[answer["status"]], style="yellow"))


def show_message(message: Json, console: Console) -> None:
    """Print one message of the transcript: an agent's with their name, the bot's with its sources and how it came about."""
    if message["author"] == "agent":
        console.print(Text(f"{message['agent_name']}:", style="bold"))
    for block in message["blocks"] or [{"type": "text", "text": message["text"]}]:
        for line in _lines(block):
            console.print(line, soft_wrap=True)
    for citation in message["citations"]:
        place = " · ".join(part for part in (citation["title"], citation["locator"], citation["source"]) if part)
        console.print(Text(f"[{citation['number']}] {place}", style="dim"), soft_wrap=True)
    if message["author"] != "bot":
        return
    about = f"{message['rung']} · {message['confidence']:.2f} · {message['release']}"
    degraded = f" · without: {', '.join(message['degraded'])}" if message["degraded"] else ""
    console.print(Text(about + degraded, style="dim"))


def _lines(block: Json) -> Iterator[Text]:
    # Text, not markup: what stands in a document must not colour the terminal.
    kind = block["type"]
    if kind == "text":
        yield Text(block["text"] + _marks(block))
    elif kind == "list":
        for number, item in enumerate(block["items"], start=1):
            yield Text(f"{number}. {item}" if block["ordered"] else f"- {item}")
        yield Text(_marks(block).strip())
    elif kind == "citation":
        yield Text(f"“{block['quote']}” [{block['citation']}]", style="italic")
    elif kind == "choice":
        yield Text(block["prompt"])
        yield from (Text(f"  {number}) {choice['label']}") for number, choice in enumerate(block["choices"], start=1))
    elif kind == "card":
        yield Text(block["title"] + _marks(block), style="bold")
        yield from (Text(f"  {label}: {value}") for label, value in block["rows"])
    elif kind == "form":
        yield Text(block["prompt"])
        yield from (Text(f"  {field['label']}") for field in block["fields"])


def _marks(block: Json) -> str:
    return "".join(f" [{number}]" for number in block.get("citations", ()))
