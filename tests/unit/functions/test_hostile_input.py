"""Whatever comes in: no 5xx, no echo, problem+json."""

import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.front import Front, as_json

JSON = {"Content-Type": "application/json"}


@pytest.mark.shared_data
@pytest.mark.parametrize("path", ["/v1/conversations", "messages", "feedback"])
def test_no_json_text_from_outside_causes_a_server_error(front: Front, shared_folder: Path, path: str) -> None:
    visitor = front.visitor()
    target = path if path.startswith("/") else f"/v1/conversations/{visitor.conversation_id}/messages"
    target += "/m1/feedback" if path == "feedback" else ""
    for line in (shared_folder / "suites/json-parsing/test_parsing.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        answer = front.customers.post(target, content=base64.b64decode(case["base64"]), headers=visitor.headers | JSON)
        assert answer.status_code < 500, case["name"]
        if case["expect"] == "y":
            assert answer.status_code != 400, case["name"]
        if case["expect"] == "n" and case["name"] != "n_structure_no_data":
            assert answer.status_code in (400, 413), case["name"]
        assert as_json(answer)["correlation_id" if answer.status_code >= 400 else "conversation_id"], case["name"]


@pytest.mark.shared_data
def test_no_text_from_people_causes_a_server_error(front: Front, shared_folder: Path) -> None:
    visitor = front.visitor()
    for line in (shared_folder / "suites/naughty-strings/blns.jsonl").read_text("utf-8").splitlines():
        text = base64.b64decode(json.loads(line)["base64"]).decode("utf-8", "replace")
        front.world.clock.advance(timedelta(seconds=1))
        answer = visitor.ask(text)
        assert answer.status_code in (200, 422), line
        body = as_json(answer)
        if answer.status_code == 422:
            assert body["field"] == "text"
            assert len(text) < 8 or text not in answer.text
        else:
            assert body["customer_message"]["text"].strip()


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b"[" * 100_0,
        b'{"text": NaN}',
        b'{"text": Infinity}',
        b'{"text": "\\ud800"}',
        b'{"text": 1e999}',
        b"{",
        b"\xef\xbb\xbf{}",
        b'{"text": "a", "depth": ' + b"[" * 32 + b"]" * 32 + b"}",
        b'{"text": "a", "n": ' + b"9" * 5000 + b"}",
        b'{"language": "zh"} {"language": "en"}',
    ],
)
def test_what_is_not_json_is_400_without_an_echo(front: Front, body: bytes) -> None:
    answer = front.customers.post("/v1/conversations", content=body, headers=JSON)
    assert (answer.status_code, as_json(answer)["code"]) == (400, "malformed_json")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("text", ["秘密口令 4711", 4711, None, ["秘密口令"], {"秘密": 1}])
def test_a_field_that_is_not_valid_is_named_and_never_repeated(front: Front, text: object) -> None:
    visitor = front.visitor()
    path = f"/v1/conversations/{visitor.conversation_id}/messages/m1/feedback"
    answer = front.customers.post(path, json={"helpful": text}, headers=visitor.headers)
    problem = as_json(answer)
    assert (answer.status_code, problem["field"], problem["fix"]) == (422, "helpful", "send true or false")
    assert "秘密" not in answer.text and "4711" not in answer.text.replace(problem["correlation_id"], "")


PERSONAL = "李雷 13800138000 lilei@example.com"
HOSTILE_BODIES = {
    "infinity": f'{{"text": "{PERSONAL}", "n": Infinity}}',
    "half a surrogate pair": f'{{"text": "{PERSONAL} \\ud83d"}}',
    "deep": f'{{"{PERSONAL}": {"[" * 40}{"]" * 40}, "text": "{PERSONAL}"}}',
    "a huge number": f'{{"text": {"1" * 4400}, "name": "{PERSONAL}"}}',
    "a number for a text": '{"text": 13800138000}',
    "duplicate keys": f'{{"text": "{PERSONAL}", "text": 13800138000}}',
    "a list": f'["{PERSONAL}"]',
    "cut short": f'{{"text": "{PERSONAL}',
    "too long": f'{{"text": "{PERSONAL * 200}"}}',
    "not UTF-8": "not utf-8",
}


@pytest.mark.parametrize("name", HOSTILE_BODIES)
def test_no_error_repeats_what_a_person_wrote(front: Front, name: str) -> None:
    visitor = front.visitor()
    body = HOSTILE_BODIES[name].encode() if name != "not UTF-8" else PERSONAL.encode("gb18030")
    path = f"/v1/conversations/{visitor.conversation_id}/messages"
    answer = front.customers.post(path, content=body, headers=visitor.headers | JSON)
    problem = as_json(answer)
    said = answer.text.replace(problem["correlation_id"], "") + str(dict(answer.headers)).replace(problem["correlation_id"], "")
    assert answer.status_code in (400, 422)
    assert not [word for word in ("李雷", "13800138000", "lilei", "1111") if word in said]


def test_of_duplicate_keys_the_last_counts_for_every_reader_of_the_body(front: Front) -> None:
    visitor = front.visitor()
    path = f"/v1/conversations/{visitor.conversation_id}/messages"
    body = '{"text": "你好", "text": "谢谢"}'.encode()
    answer = front.customers.post(path, content=body, headers=visitor.headers | JSON)
    assert as_json(answer)["customer_message"]["text"] == "谢谢"


def test_a_body_above_64_kb_is_413_whether_it_says_so_or_not(front: Front) -> None:
    visitor = front.visitor()
    path = f"/v1/conversations/{visitor.conversation_id}/messages"
    large = json.dumps({"text": "x" * 70_000}).encode()
    declared = front.customers.post(path, content=large, headers=visitor.headers | JSON)
    chunked = front.customers.post(path, content=iter([large[:40_000], large[40_000:]]), headers=visitor.headers | JSON)
    assert [declared.status_code, chunked.status_code] == [413, 413]


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
def test_a_body_that_is_not_declared_as_json_is_415(front: Front, media_type: str) -> None:
    answer = front.customers.post("/v1/conversations", content=b"{}", headers={"Content-Type": media_type})
    assert (answer.status_code, as_json(answer)["code"]) == (415, "unsupported_media_type")


def test_a_compressed_body_is_415_before_it_is_opened(front: Front) -> None:
    answer = front.customers.post("/v1/conversations", content=b"\x1f\x8b", headers=JSON | {"Content-Encoding": "gzip"})
    assert answer.status_code == 415


def test_a_wrong_method_is_405_and_says_which_are_right(front: Front) -> None:
    answer = front.customers.delete("/v1/site")
    assert (answer.status_code, as_json(answer)["code"], answer.headers["allow"]) == (405, "method_not_allowed", "GET")


@pytest.mark.parametrize("path", ["/nope", "/v1/%ff%fe", "/v1/conversations/%00/messages", "/v1/tickets/" + "9" * 300])
def test_an_address_that_leads_nowhere_is_a_problem_document(front: Front, path: str) -> None:
    answer = front.customers.get(path)
    assert answer.status_code in (401, 404, 422)
    assert as_json(answer)["status"] == answer.status_code


@pytest.mark.parametrize("query", ["after=-1", "after=x", "after=99999999999999999999", "limit=0", "limit=1e3"])
def test_a_query_out_of_range_is_422(front: Front, query: str) -> None:
    visitor = front.visitor()
    answer = front.customers.get(f"/v1/conversations/{visitor.conversation_id}/messages?{query}", headers=visitor.headers)
    assert (answer.status_code, as_json(answer)["field"]) == (422, query.partition("=")[0])


def test_a_correlation_id_comes_back_and_a_dangerous_one_is_replaced(front: Front) -> None:
    kept = front.customers.get("/healthz", headers={"X-Correlation-Id": "order-4711.abc"})
    replaced = front.customers.get("/healthz", headers={"X-Correlation-Id": 'x"} {"forged": 1'})
    assert kept.headers["x-correlation-id"] == "order-4711.abc"
    assert len(replaced.headers["x-correlation-id"]) == 32
