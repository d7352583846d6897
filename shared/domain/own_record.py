"""Whether a customer asks what became of one order, parcel or booking: no document knows that. Linear-time patterns only."""

import re

# A number as shops give them out: some letters with at least six digits, or at least nine digits.
_NUMBER = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z]{1,4}[-_]?\d{6,30}|\d{9,30})(?![A-Za-z0-9])")
_RECORD = re.compile(
    r"单号|订单|[这那哪]一?单|运单|快递|物流|包裹|货|退款|发票|预约|工单"
    r"|\b(?:orders?|parcel|package|shipment|delivery|refund|invoice|booking|reservation|tracking)\b",
    re.IGNORECASE,
)
_WHAT_BECAME_OF_IT = re.compile(
    r"到哪|到了[没吗]|在哪|进度|状态|查|看[下看一]|发[货出]?了?[没吗]|什么时候[到发]|啥时候[到发]|几时[到发]"
    r"|\b(?:where(?:'s| is| are)|status|track|look up|check|when will|has (?:it|my)|shipped yet|find)\b",
    re.IGNORECASE,
)


def asks_for_own_record(question: str) -> bool:
    """Say whether the question names one record by its number and asks about its state; a policy's question may name one too."""
    return bool(_NUMBER.search(question) and _RECORD.search(question) and _WHAT_BECAME_OF_IT.search(question))
