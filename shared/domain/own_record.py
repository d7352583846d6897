"""Whether a customer asks what became of one order, parcel or booking: no document knows that. Linear-time patterns only."""

import re
import unicodedata

from shared.domain.script import simplified

# A number as shops give them out: some letters with at least six digits, or at least nine digits.
_LETTERED = r"[A-Za-z]{1,4}[-_]?\d{6,30}"
_NUMBER = re.compile(rf"(?<![A-Za-z0-9])(?:{_LETTERED}|\d{{9,30}})(?![A-Za-z0-9])")
_LETTERED_NUMBER = re.compile(rf"(?<![A-Za-z0-9]){_LETTERED}(?![A-Za-z0-9])")
_RECORD = re.compile(
    r"单号|订单|[这那哪]一?单|运单|快递|物流|包裹|货|退款|发票|预约|工单"
    r"|\b(?:orders?|parcel|package|shipment|delivery|refund|invoice|booking|reservation|tracking|stuff)\b",
    re.IGNORECASE,
)
_WHEN = r"(?:什么时候|啥时候|几时|何时|哪天|几号)(?:能|会|可以|才|才能)?"
_WHAT_BECAME_OF_IT = re.compile(
    r"到哪|到了[没吗]|在哪|进度|状态|(?<!怎么)(?<!如何)(?<!怎样)查(?!收)|看[下看一]|发[货出]?了?[没吗]|催|物流信息"
    rf"|{_WHEN}(?:到(?!期)|发|送|退|收到|寄)|改到|能(?:不能)?(?:到|发货|送到|收到)"
    r"|(?:怎么|为什么|为啥|都|还)还?(?:没有?|不)(?:到|发|送|寄|收到|动|更新|退|揽|处理)|没有?(?:动|更新|收到|到货|到账|发货|揽收)|不更新|不动了|卡在|停在"
    r"|(?:发货|到账|退款|签收|取消|取消成功|退|处理|审核|寄出|送达|出库)了[吗没]"
    r"|\b(?:where(?:'s| is| are)|status|track|look up|check|when (?:will|does|is|do)|has (?:it|my|the|order)|shipped yet|find)\b"
    r"|\b(?:has|have|is|was)(?: not|n'?t) (?:been )?(?:arrived?|shipped|moved|updated|delivered|sent|refunded|come)|\bno (?:updates?|news|movement)\b|\bstuck\b"
    r"|\bstill (?:not|waiting|no|nothing)\b|\bbeen (?:refunded|shipped|delivered|sent)\b",
    re.IGNORECASE,
)
# How something is done, or whether it may be, is the documents' to say, also where the order is named.
_ASKS_HOW = re.compile(
    r"怎么(?!还|都|没|不|样|回事)|如何|怎样|(?:能(?!不能到|到|发货|送到|收到)|可以|可不可以|可否)[^。？！?!，,]{0,10}(?:吗|么|不|[？?]|$)"
    r"|\bhow (?:do|can|to|would|should)\b|\b(?:can|may|could|am) i\b",
    re.IGNORECASE,
)


def asks_for_own_record(question: str) -> bool:
    """Say whether the question names one record by its number and asks about its state; a policy's question may name one too."""
    plain = simplified(unicodedata.normalize("NFKC", question))
    if not _NUMBER.search(plain) or not (_RECORD.search(plain) or _LETTERED_NUMBER.search(plain)):
        return False
    return bool(_WHAT_BECAME_OF_IT.search(plain)) and not _ASKS_HOW.search(plain)
