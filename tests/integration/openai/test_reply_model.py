"""The OpenAI-compatible reply model against a scripted server: streams, failures, deadlines, shards, signatures."""

import time
from collections.abc import Iterator

import httpx
import pytest

from shared.adapters.model_calls.permission import ModelCallRefusedError, model_calls
from shared.adapters.openai.endpoints import Endpoint, in_order_for, sign
from shared.adapters.openai.reply_model import OpenAIReplyModel
from shared.domain.blocks import ListBlock, TextBlock
from shared.domain.errors import DeadlineExceededError, DependencyUnavailableError, RateLimitedError
from shared.domain.reply import HistoryLine, ReplyDraft
from tests.evidence import passage, request
from tests.integration.openai.model_server import ModelServer, event, fails, model_server, says, streams, usage

RETURNS = passage("自签收次日起 15 天内可以申请无理由退货。退款在验收后 3 个工作日内原路退回。", title="退货期限")
FEES = passage("质量问题的寄回运费由屿光承担。", title="退货运费")


_CLIENTS: list[httpx.Client] = []


@pytest.fixture(autouse=True)
def _allowed(_no_model_calls: None) -> Iterator[None]:
    with model_calls(allowed=True):
        yield
    while _CLIENTS:
        _CLIENTS.pop().close()


def client() -> httpx.Client:
    """A client that is closed with the test."""
    _CLIENTS.append(httpx.Client())
    return _CLIENTS[-1]


def model_at(*servers: ModelServer | str, **settings: object) -> OpenAIReplyModel:
    urls = [server if isinstance(server, str) else server.base_url for server in servers]
    endpoints = [Endpoint(base_url=url, model="qwen-test", api_key="key-for-tests") for url in urls]
    return OpenAIReplyModel(endpoints=endpoints, client=client(), **settings)  # type: ignore[arg-type]


def ask(model: OpenAIReplyModel, question: str = "多少天内可以退货？", **settings: object) -> tuple[ReplyDraft, list[str]]:
    heard: list[str] = []
    draft = model.reply(request(question, RETURNS, FEES, **settings), heard.append)  # type: ignore[arg-type]
    return draft, heard


def test_a_streamed_answer_becomes_cited_blocks_with_its_token_counts() -> None:
    with model_server(
        says("签收次日起 15 天内", "可以退货[1]。\n", "- 质量问题的运费由屿光承担 [2]\n- 退款 3 个工作日 [1]\n")
    ) as server:
        draft, heard = ask(model_at(server))
    assert draft.blocks == (
        TextBlock(text="签收次日起 15 天内可以退货。", citations=(1,)),
        ListBlock(items=("质量问题的运费由屿光承担", "退款 3 个工作日"), citations=(2, 1)),
    )
    assert draft.cited == (0, 1)
    assert (draft.tokens_in, draft.tokens_out) == (321, 45)
    assert all(quote in source.chunk.text for quote, source in zip(draft.quotes, (RETURNS, FEES), strict=True))
    assert "".join(heard).startswith("签收次日起 15 天内可以退货")


def test_a_key_that_is_rotated_is_asked_for_at_each_request() -> None:
    keys = iter(("first", "second"))
    with model_server(says("可以[1]")) as server:
        endpoint = Endpoint(base_url=server.base_url, model="m", api_key=lambda: next(keys))
        model = OpenAIReplyModel(endpoints=(endpoint,), client=client())
        ask(model)
        ask(model)
    assert [seen.headers["authorization"] for seen in server.seen] == ["Bearer first", "Bearer second"]
    assert "first" not in repr(endpoint)


def test_without_a_key_nothing_is_asked_and_the_next_rung_speaks() -> None:
    def unreadable() -> str:
        raise DependencyUnavailableError("secret", "it cannot be read")

    with model_server(says("可以[1]")) as server, pytest.raises(DependencyUnavailableError):
        ask(OpenAIReplyModel(endpoints=(Endpoint(base_url=server.base_url, model="m", api_key=unreadable),), client=client()))
    assert server.seen == []


def test_the_request_carries_the_settings_the_key_and_the_evidence_as_data() -> None:
    with model_server(says("可以[1]")) as server:
        ask(model_at(server, temperature=0.3, max_tokens=99), history=(HistoryLine(speaker="customer", text="你好"),))
    sent = server.seen[0]
    assert sent.path == "/v1/chat/completions"
    assert sent.headers["authorization"] == "Bearer key-for-tests"
    body = sent.json
    assert {key: body[key] for key in ("model", "temperature", "max_tokens", "stream", "stream_options")} == {
        "model": "qwen-test",
        "temperature": 0.3,
        "max_tokens": 99,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    system, user = body["messages"]  # type: ignore[misc]
    assert RETURNS.chunk.text in user["content"]
    assert RETURNS.chunk.text not in system["content"]
    assert "customer: 你好" in user["content"]


def test_text_of_people_and_documents_is_never_read_for_placeholders() -> None:
    with model_server(says("可以[1]")) as server:
        model_at(server).reply(request("{{passages}} {0} {nonce} %s ${HOME} {{7*7}}", RETURNS), print_nothing)
    user = server.seen[0].json["messages"][1]["content"]  # type: ignore[index]
    assert "\n{{passages}} {0} {nonce} %s ${HOME} {{7*7}}\n" in user
    assert user.count(RETURNS.chunk.text) == 1


def print_nothing(_: str) -> None:
    return


def test_each_call_has_its_own_fence() -> None:
    with model_server(says("可以[1]")) as server:
        model = model_at(server)
        ask(model)
        ask(model)
    fences = [seen.json["messages"][1]["content"].split("number=")[0] for seen in server.seen]  # type: ignore[index]
    assert fences[0] != fences[1]


def test_the_sentinel_is_an_abstention_and_not_an_answer() -> None:
    with model_server(says("NO_ANSWER_", "IN_PASSAGES\n")) as server:
        draft, _ = ask(model_at(server))
    assert draft.abstained
    assert draft.blocks == ()


def test_lines_without_a_citation_and_unknown_citations_are_dropped() -> None:
    with model_server(says("15 天内可以退货[1][9]。\n我觉得很好。\n另外赠送话费[7]。")) as server:
        draft, _ = ask(model_at(server))
    assert draft.blocks == (TextBlock(text="15 天内可以退货。", citations=(1,)),)
    assert draft.cited == (0,)


def test_a_server_that_does_not_stream_is_understood() -> None:
    body = '{"choices": [{"message": {"content": "可以退[1]"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 7, "completion_tokens": 2}}'
    with model_server(fails(200, body=body.encode())) as server:
        draft, _ = ask(model_at(server))
    assert draft.text == "可以退"
    assert (draft.tokens_in, draft.tokens_out) == (7, 2)


@pytest.mark.parametrize(
    "step",
    [
        streams(event("15 天"), event("内")),
        streams(event("15 天"), "data: {not json}\n\n"),
        streams(event("15 天"), 'data: {"error": {"message": "overloaded"}}\n\n'),
        streams("data: [1, 2]\n\n"),
        streams('data: {"choices": [7]}\n\n'),
        streams('data: {"choices": "x"}\n\n'),
        streams(usage(3, 0), "data: [DONE]\n\n"),
        streams(event(finish="stop"), "data: [DONE]\n\n"),
        streams(event("15"), event(finish="length"), "data: [DONE]\n\n"),
        streams(""),
        streams("data: " + "[" * 200_000 + "\n\n"),
        streams(*(event("长" * 5000) for _ in range(5)), event(finish="stop")),
        fails(500),
        fails(503),
        fails(401),
        fails(200, body=b'{"choices": []}'),
        fails(200, body=b"<html>gateway</html>"),
    ],
)
def test_what_is_no_whole_answer_is_an_unavailable_model(step: object) -> None:
    with model_server(step) as server, pytest.raises(DependencyUnavailableError):  # type: ignore[arg-type]
        ask(model_at(server))


def test_nobody_listening_is_an_unavailable_model() -> None:
    with pytest.raises(DependencyUnavailableError, match="cannot connect"):
        ask(model_at("http://127.0.0.1:9/v1"))


@pytest.mark.parametrize(("header", "least", "most"), [("7", 7, 7), ("soon", 1, 1), ("", 1, 1), ("999999", 3600, 3600)])
def test_too_many_requests_says_how_long_to_wait(header: str, least: float, most: float) -> None:
    with model_server(fails(429, [("Retry-After", header)])) as server, pytest.raises(RateLimitedError) as caught:
        ask(model_at(server))
    assert least <= caught.value.fields["retry_after_s"] <= most  # type: ignore[operator]
    assert len(server.seen) == 1


def test_a_model_that_hangs_is_cut_off_at_the_deadline_of_the_request() -> None:
    with model_server(streams(event("15"), before_each=lambda: time.sleep(3))) as server:
        started = time.monotonic()
        with pytest.raises(DeadlineExceededError):
            ask(model_at(server), within_s=0.4)
    assert time.monotonic() - started < 3.5
    assert len(server.seen) == 1


def test_a_model_that_drips_is_cut_off_at_its_time_out() -> None:
    with model_server(streams(*[event("字")] * 100, before_each=lambda: time.sleep(0.1))) as server:
        started = time.monotonic()
        with pytest.raises(DeadlineExceededError):
            ask(model_at(server, timeout_s=0.5))
        assert time.monotonic() - started < 1.0


def test_a_drip_without_a_line_end_is_cut_off_too() -> None:
    with model_server(streams(*["data: "] * 100, before_each=lambda: time.sleep(0.1))) as server:
        started = time.monotonic()
        with pytest.raises(DeadlineExceededError):
            ask(model_at(server, timeout_s=0.5))
        assert time.monotonic() - started < 1.0


def test_a_deadline_that_has_passed_calls_nobody() -> None:
    with model_server(says("可以[1]")) as server, pytest.raises(DeadlineExceededError):
        ask(model_at(server), within_s=-1)
    assert server.seen == []


def test_one_failure_is_retried_once_at_the_other_endpoint() -> None:
    with model_server(fails(503)) as broken, model_server(says("可以退[1]")) as sound:
        model = model_at(broken, sound)
        users = [f"user-{number}" for number in range(8)]
        drafts = [ask(model, user_key=user)[0].text for user in users]
    assert set(drafts) == {"可以退"}
    assert 0 < len(broken.seen) < len(users)
    assert len(sound.seen) == len(users)


def test_a_rate_limit_moves_the_call_to_the_other_endpoint() -> None:
    with model_server(fails(429, [("Retry-After", "9")])) as busy, model_server(says("可以退[1]")) as free:
        model = model_at(busy, free)
        assert {ask(model, user_key=f"u{number}")[0].text for number in range(6)} == {"可以退"}


def test_never_more_than_one_retry() -> None:
    with model_server(fails(500)) as first, model_server(fails(500)) as second, model_server(fails(500)) as third:
        with pytest.raises(DependencyUnavailableError):
            ask(model_at(first, second, third))
        assert len(first.seen) + len(second.seen) + len(third.seen) == 2


def test_after_text_was_heard_nothing_is_retried() -> None:
    with model_server(streams(event("15 天"))) as server:
        with pytest.raises(DependencyUnavailableError):
            ask(model_at(server))
        assert len(server.seen) == 1


def test_a_user_stays_with_an_endpoint_and_losing_one_moves_only_its_users() -> None:
    endpoints = [Endpoint(base_url=f"http://model-{number}/v1", model="m") for number in range(4)]
    users = [f"user-{number}" for number in range(400)]
    before = {user: in_order_for(user, endpoints)[0] for user in users}
    after = {user: in_order_for(user, endpoints[1:])[0] for user in users}
    assert all(after[user] == before[user] for user in users if before[user] != endpoints[0])
    shares = [sum(1 for user in users if before[user] == endpoint) for endpoint in endpoints]
    assert min(shares) > 60


def test_a_signing_secret_signs_the_very_body() -> None:
    with model_server(says("可以[1]")) as server:
        endpoint = Endpoint(base_url=server.base_url, model="m", signing_key_id="k1", signing_secret="secret-for-tests")
        ask(OpenAIReplyModel(endpoints=[endpoint], client=client()))
    sent = server.seen[0]
    assert "authorization" not in sent.headers
    assert sent.headers["x-key-id"] == "k1"
    stamp = int(sent.headers["x-timestamp"])
    assert abs(stamp - time.time()) < 60
    assert sent.headers["x-signature"] == sign("secret-for-tests", stamp, "/v1/chat/completions", sent.body)


def test_the_signature_is_the_documented_one() -> None:
    # Computed apart from the code: printf '1700000000\nPOST\n/v1/chat/completions\n%s' "$(printf '{}' | sha256sum | cut -d' ' -f1)" | openssl dgst -sha256 -hmac k
    assert (
        sign("k", 1_700_000_000, "/v1/chat/completions", b"{}")
        == "23b39b2eadc25f67fc55bf0ca096659c8f1fd5edcd3e26e6f89fa1df960396df"
    )


def test_errors_hold_no_text_of_the_question_or_the_server() -> None:
    with model_server(fails(500, body="客户的秘密".encode())) as server, pytest.raises(DependencyUnavailableError) as caught:
        ask(model_at(server), "我的秘密问题")
    assert "秘密" not in str(caught.value)


def test_a_model_that_is_printed_shows_no_secret() -> None:
    endpoint = Endpoint(base_url="http://m/v1", model="m", api_key="never-to-be-seen", signing_secret="never-to-be-seen")
    assert "never-to-be-seen" not in repr(OpenAIReplyModel(endpoints=[endpoint], client=client()))


def test_a_refused_key_is_not_offered_twice_to_the_same_place() -> None:
    with model_server(fails(401)) as server, pytest.raises(DependencyUnavailableError):
        ask(model_at(server))
    assert len(server.seen) == 1


def test_a_refused_key_at_one_place_is_no_reason_not_to_ask_the_other() -> None:
    with model_server(fails(401)) as wrong, model_server(says("可以退[1]")) as right:
        model = model_at(wrong, right)
        assert {ask(model, user_key=f"u{number}")[0].text for number in range(6)} == {"可以退"}


def test_a_model_that_takes_no_temperature_is_sent_none() -> None:
    with model_server(says("可以[1]")) as server:
        ask(model_at(server, temperature=None))
    assert "temperature" not in server.seen[0].json


def test_tests_may_not_call_a_model_unless_they_say_so() -> None:
    with model_server(says("可以[1]")) as server, model_calls(allowed=False), pytest.raises(ModelCallRefusedError):
        ask(model_at(server))
    assert server.seen == []
