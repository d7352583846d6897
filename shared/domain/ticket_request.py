"""Whether a customer wants a ticket, asks how far theirs is, or wants it no more. Linear-time patterns only."""

import re

_MAKE = r"(?:提交|提|(?<!打)开|建|创建|登记|新建|下|报)"
_TICKET_WORD = r"(?:工单|问题单|服务单)"
_TICKET = re.compile(
    rf"(?:{_MAKE}|补)(?:上)?(?:一?[个张份条]|另一?[个张]|了|下)?{_TICKET_WORD}|(?:帮我|我要|我想|给我|要)(?:投诉|报修)"
    r"|(?:帮我|我要|给我)登记(?!产品|保修|会员|账号|注册)|^(?:工单|投诉|报修)$|^再(?:提|开|登记|建)一?(?:个|张)(?=$|[，,。：: ])|^(?:不行|不要|必须|一定)?[，,]?(?:我)?(?:要|想)?(?:投诉|报修)(?:你们?|你家)"
    r"|\b(?:create|raise|file|log|submit|make)\b[^.?!]{0,16}\b(?:ticket|complaint|support request)\b|^(?:ticket|complaint)$"
    r"|\bopen (?:up |me )?(?:a|an|another|one|the|new)\b[^.?!]{0,16}\b(?:ticket|complaint|support request)\b|^(?:please |pls )?open ticket\b"
    r"|\b(?:open|raise|log|file) (?:a|another|one more) (?:new )?case\b|\b(?:i|we)(?:'d| would)? (?:want|like|need|wish|have) to (?:complain|report a (?:fault|defect|problem))\b",
    re.IGNORECASE,
)
_HOW = re.compile(
    r"怎么(?!样|还|没)|如何|怎样|哪里|在哪|区别|有用吗|(?:工单|投诉|报修|登记)(?:了)?(?:之?后|完)|多久(?!了)|多长时间|要几个钱|咋|需要[^。！？!?，,]{0,6}什么|\bhow (?!come)|\b(?:if|when|once) (?:i|we)\b|\bwhere (?:do|can|to)\b|\bwhat do (?:i|you|u) need\b|\bafter (?:i|we) (?:open|submit)",
    re.IGNORECASE,
)
_REFUSED = re.compile(r"(?:不|别|不用|不要|不想|不需要)(?:再)?(?:提交|提|开|建|登记|要)[^。！？!?，,]{0,3}(?:工单|投诉)")
_OF_A_TICKET = r"(?:工单|服务单|投诉|报修)"
_STATUS = re.compile(
    rf"{_TICKET_WORD}[^。！？!?]{{0,14}}(?:进度|进展|状态|怎么样|咋样|处理|到哪|好了|结果|查|还没|没人|没有人|有人看|有人管|回复|什么时候|啥时候|消息|解决|呢$)"
    rf"|(?:查|看)[^。！？!?]{{0,6}}{_TICKET_WORD}(?!是什么|有什么)"
    rf"|(?:我|之前|上次|昨天|前天)[^。！？!?]{{0,6}}(?:投诉|报修|登记)(?:的|了)[^。！？!?]{{0,8}}(?:进度|进展|怎么样|咋样|结果|处理|没人|还没|消息)"
    rf"|(?:投诉|报修)(?:的事)?(?:处理|办|解决)(?:得|的)?(?:怎么样|到哪|咋样|好了吗|了吗)|我的(?:投诉|报修)[^。！？!?]{{0,6}}(?:进度|进展|怎么样|结果|处理)"
    rf"|^{_OF_A_TICKET}?(?:编?号)?\s*(?:是|为|:|：|#)?\s*\d{{8}}(?:的|这个)?{_OF_A_TICKET}?$(?<=单)|^{_TICKET_WORD}(?:编?号)?\s*(?:是|为|:|：|#)?\s*\d{{8}}$"
    rf"|\d{{8}}\s*(?:的|这个|这张|号)?{_TICKET_WORD}"
    r"|^(?:那|请问|大概|你们|客服|同事|到底){0,3}(?:什么时候|啥时候)(?:能|会|可以|才|才能)?(?:有人)?(?:联系|回复|回电|答复)我|^(?:so |and |please )?when (?:will|can) (?:someone|somebody|you|they|i) (?:call|contact|reply|answer|get back|hear back)"
    rf"|{_TICKET_WORD}(?:编?号码?)(?:是)?(?:多少|忘|找不到|丢)|\bmy ticket (?:number|no\.?|id)\b|\bis my (?:ticket|complaint) (?:being|in)\b"
    r"|^(?:请问)?(?:有|有没有)(?:什么)?(?:进展|消息|结果)(?:了|吗|没|没有)+$|(?:怎么|还|都)还?没(?:有)?人(?:给我)?(?:联系|回复|答复|回电|打电话)"
    r"|\b(?:status|progress|updates?|news|word)\b[^.?!]{0,20}\b(?:ticket|case|complaint)\b"
    r"|\bticket\b[^.?!]{0,12}\b(?:status|progress|update)\b|^ticket\W{0,4}\d{8}$"
    r"|\bmy (?:ticket|case|complaint)\b[^.?!]{0,20}\b(?:status|progress|update|done|doing|looked|answered|resolved|going|at)\b"
    r"|\b(?:where(?:'s| is)|what(?:'s| is) happening (?:with|to)|what happened (?:to|with)|check|answer|see) my (?:ticket|complaint)\b"
    r"|\bi (?:opened|raised|filed|submitted|made) (?:a|the|my) (?:ticket|complaint)\b|^any (?:news|updates?|progress)(?: yet)?$"
    r"|\b(?:no ?body|no one) (?:has )?(?:called|contacted|got back to|replied to|answered|emailed) me(?=\W*$| (?:yet|back|about (?:it|this|my (?:ticket|complaint))))",
    re.IGNORECASE,
)
_NO_MORE = r"(?:取消|撤销|撤回|撤掉|撤了|关闭|关掉|关了|作废|删除|删掉|不用处理|不用跟进|不用管|不需要)"
_WITHDRAWAL = re.compile(
    rf"{_NO_MORE}(?:一下|掉|了)?(?:我|那个|这个|之前|刚才|刚刚|上次|提|开|登记|的|个|张|那|这){{0,6}}{_OF_A_TICKET}(?![要会需得]|费|流程)"
    rf"|{_TICKET_WORD}[^。！？!?]{{0,10}}(?:{_NO_MORE}|不用了|不要了)"
    rf"|(?:我的|那个|这个|之前的)(?:投诉|报修)[^。！？!?]{{0,6}}(?:{_NO_MORE}|不用了|不要了)"
    r"|\b(?:cancel|withdraw|close|drop|delete|take back)\b (?:my|the|this|that)(?: \w+)? (?:ticket|complaint)\b"
    r"|\b(?:cancel|withdraw|close|drop|delete) ticket\b",
    re.IGNORECASE,
)
# "怎么取消工单", "the ticket that you closed": about it, and not a request.
_HOW_OF_WITHDRAWAL = re.compile(
    r"怎么|如何|怎样|在哪|哪里|为什么|为何|谁|(?:已经|被|都)[^。！？!?]{0,4}(?:取消|撤销|关闭|关掉|关了)|\b(?:how|why|who|where|when)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<!\d)\d{8}(?!\d)")
_HOW_OF_STATUS = re.compile(
    r"怎么(?!样|还|没)|如何|怎样|多久(?!了)|哪里(?:查|看)|在哪|快递|配送|师傅|物流|骑手|司机|\bhow (?:do|can|to|long)\b|\bwhere (?:do|can)\b|\b(?:courier|delivery|driver|installer)\b",
    re.IGNORECASE,
)
_FILLERS = re.compile(
    r"帮我|给我|请|麻烦|我?想要?|我要|一个|再|另外?|谢谢|吧|啊|了|呢|一下|可以吗|你们|\b(?:please|i|want|would|like|to|a|an|another|new|can|you|for|me|need|d|about|one|more)\b",
    re.IGNORECASE,
)
_FEWEST_CHARS_OF_A_MATTER = 2


def asks_for_ticket(bare: str) -> bool:
    """Say whether a message, without the signs around it, asks for a ticket; how tickets work is a question."""
    return bool(_TICKET.search(bare)) and not _HOW.search(bare) and not _REFUSED.search(bare)


def asks_for_ticket_status(bare: str) -> bool:
    """Say whether a message asks how far the customer's own ticket is."""
    return bool(_STATUS.search(bare)) and not _HOW_OF_STATUS.search(bare)


def withdraws_ticket(bare: str) -> bool:
    """Say whether a message asks that the customer's own ticket is not gone on with."""
    return bool(_WITHDRAWAL.search(bare)) and not _HOW_OF_WITHDRAWAL.search(bare)


def ticket_number_in(text: str) -> str:
    """Return the first number of a ticket in a text; "" where there is none."""
    number = _NUMBER.search(text)
    return number.group() if number else ""


def names_a_matter(request: str) -> bool:
    """Say whether a request ("open a ticket: the lock is dead") says more than that it is one."""
    rest = _FILLERS.sub("", _TICKET.sub("", request))
    return sum(map(str.isalnum, rest)) >= _FEWEST_CHARS_OF_A_MATTER
