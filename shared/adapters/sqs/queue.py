"""Queues in SQS, standard and FIFO."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from shared.adapters.aws.errors import error_code, translated
from shared.adapters.sqs.messages import NOT_BEFORE, receive_request, received, send_request, wait_left
from shared.contracts import QueueContract
from shared.domain.errors import InvalidInputError
from shared.ports import Clock, IdSource, QueueDepth, ReceivedMessage

_NAME = "sqs"
_MAX_RECEIVE = 10
# A lease that has ended, or that somebody made up.
_SPENT = frozenset({"ReceiptHandleIsInvalid", "InvalidParameterValue", "MessageNotInflight"})
_COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")


class SQSQueue:
    """One queue by its URL. `wait_s`: how long a receive waits for a first message (0 asks only some of SQS's servers).

    `oldest_age_s` asks elsewhere (see queue_age.py), because SQS itself does not tell. FIFO queues know no delay of one
    message: it is received, and put back for the rest of its delay, which holds back its group and counts as a receive.
    """

    def __init__(
        self,
        client: Any,
        url: str,
        contract: QueueContract,
        clock: Clock,
        ids: IdSource,
        *,
        oldest_age_s: Callable[[], float],
        wait_s: int = 1,
    ) -> None:
        self._client = client
        self._url = url
        self._contract = contract
        self._clock = clock
        self._ids = ids
        self._oldest_age_s = oldest_age_s
        self._wait_s = wait_s

    def send(
        self, body: str, *, group: str = "", dedupe_id: str = "", delay_s: float = 0, attributes: Mapping[str, str] | None = None
    ) -> str:
        """Raises InvalidInputError for a FIFO queue without a group."""
        sent = dict(attributes or {})
        if not self._contract.fifo:
            return self._send(send_request(self._url, body, sent) | ({"DelaySeconds": round(delay_s)} if delay_s else {}))
        if not group:
            raise InvalidInputError("group", "a FIFO queue needs the group that orders the message")
        if delay_s:
            sent[NOT_BEFORE] = repr(self._clock.now().timestamp() + delay_s)
        # Without an id of the caller's, one of our own: the client's retry is then no second message.
        order = {"MessageGroupId": group, "MessageDeduplicationId": dedupe_id or self._ids.new_id()}
        return self._send(send_request(self._url, body, sent) | order)

    def receive(self, max_messages: int, visibility_s: float | None = None) -> tuple[ReceivedMessage, ...]:
        lease_s = round(self._contract.visibility_s if visibility_s is None else visibility_s)
        limit = min(max_messages, _MAX_RECEIVE)
        if self._contract.fifo:
            return self._receive_by_group(limit, lease_s)
        return tuple(received(raw) for raw in self._receive(limit, lease_s, self._wait_s))

    def delete(self, receipt: str) -> None:
        self._with_receipt(lambda: self._client.delete_message(QueueUrl=self._url, ReceiptHandle=receipt))

    def change_visibility(self, receipt: str, visibility_s: float) -> None:
        """An expired receipt is ignored. SQS counts whole seconds."""
        seconds = -int(-visibility_s // 1)
        self._with_receipt(
            lambda: self._client.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds)
        )

    def depth(self) -> QueueDepth:
        """The counts are SQS's approximations."""
        with translated(_NAME):
            answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=list(_COUNTS))["Attributes"]
        visible, in_flight, delayed = (int(answer[name]) for name in _COUNTS)
        age = self._oldest_age_s() if visible + in_flight + delayed else 0.0
        return QueueDepth(visible=visible, in_flight=in_flight, delayed=delayed, oldest_age_s=age)

    def _receive_by_group(self, limit: int, lease_s: int) -> tuple[ReceivedMessage, ...]:
        """Ask for one at a time: SQS would hand out several messages of one group in one answer."""
        messages: list[ReceivedMessage] = []
        wait_s = self._wait_s
        while len(messages) < limit:
            answer = self._receive(1, lease_s, wait_s)
            if not answer:
                break
            wait_s, left = 0, wait_left(answer[0], self._clock.now())
            if left > 0:
                self.change_visibility(answer[0]["ReceiptHandle"], left)
            else:
                messages.append(received(answer[0]))
        return tuple(messages)

    def _receive(self, limit: int, lease_s: int, wait_s: int) -> list[Any]:
        with translated(_NAME):
            answer = self._client.receive_message(**receive_request(self._url, limit, lease_s, wait_s))
        return answer.get("Messages", [])

    def _send(self, request: dict[str, Any]) -> str:
        with translated(_NAME):
            return self._client.send_message(**request)["MessageId"]

    def _with_receipt(self, call: Callable[[], object]) -> None:
        with translated(_NAME):
            try:
                call()
            except ClientError as error:
                if error_code(error) not in _SPENT:
                    raise
