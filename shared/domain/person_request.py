"""Whether a customer wants to speak with a person, or tells one who was called not to come. Linear-time patterns only."""

import re

_PERSON = (
    r"(?:人工(?:客服|服务|坐席|座席|专员)?|真人(?:客服)?|活人|客服(?:人员|小姐姐|小哥哥|专员|经理|主管)?|在线客服|坐席|专员"
    r"|(?:售后|售前)(?:客服|人员)?|(?:值班)?(?:经理|主管|领导|负责人)|ren ?gong|rengong)"
)
_LEADERS = r"(?:经理|主管|领导|负责人|老板)"
# "人工" is as often work by hand ("需要人工清理吗"): a person is meant where nothing else of a thing follows.
_AND_DONE = r"(?=$|[啊吧呀哦嘛呗了。！!？?，,、~\s]|谢谢|可以吗|行吗|好吗)"
_TO_TALK = r"(?=$|[啊吧呀哦嘛呗了吗呢。！!？?，,、~\s]|[来帮处接解回说聊沟出谈咨听投问反]|谢谢|可以|行|好)"
_ZH = re.compile(
    rf"^(?:人工)+$|^{_PERSON}$"
    rf"|(?:转接?|接通?|找|叫|喊|换|联系|呼叫|连线)(?:一?[个位名]|一下|到|成|为|给|下)?(?:你们家?的?)?{_PERSON}{_TO_TALK}"
    rf"|(?:我想?要|我就?要|我只要|我需要|想要|给我|帮我|能不能|可不可以|麻烦)[^。！？!?投]{{0,6}}{_PERSON}{_AND_DONE}"
    rf"|(?:^|[，,。！!\s])(?:需要|要)(?:一?[个位名])?{_PERSON}{_AND_DONE}"
    rf"|(?:叫|找)(?:一下)?你们(?:的)?{_LEADERS}|转(?:一下)?客服|转(?:一下)?(?:人工|ren ?工)"
    rf"|^(?:请问)?(?:有没有|有)(?:人工|真人|活人)(?:客服|服务)?(?:吗|么|啊|呀|没有?|$)"
    rf"|^{_PERSON}(?:呢|接待|接听|处理|在吗|在不在|在线吗|怎么转|怎么找)"
    r"|(?:不(?:想|要|跟|和)|别)(?:再)?(?:让|用|给我)?(?:和|跟)?机器人(?:跟我|和我|来)?(?:说|聊|回|答|了|$)"
    r"|(?:^|我|想|要|需要|直接|让我|得)(?:可以|能不能|能|可不可以|想|要)?(?:直接)?(?:和|跟)(?:你们)?(?:的)?"
    rf"(?:真人|人工|活人|客服|{_LEADERS})(?:客服)?(?:说|聊|沟通|谈|讲|对话)(?!的)"
    r"|我(?:只|就|可以|能不能|能|想|要|需要){0,3}(?:和|跟)人(?:说|聊|沟通|谈|讲|对话)"
    rf"|让(?:你们)?(?:的)?(?:{_PERSON}|人)来?(?:联系|回电|打给|给我)|叫一?个人来|让(?:真人|人工|活人)来|^(?:接线员|转接)$|^(?:能不能|能|可以|请|麻烦)?(?:给我(?:打|回)个?电话|打个?电话给我|回电话给我)(?:吗|吧|呢|行吗|可以吗)?$|(?:能不能|能|可以|可不可以)(?:安排|让|有|派)个?人(?:来)?(?:联系|回电|打电话|给我)|^有(?:没有)?人(?:能|可以)?(?:帮|管|理|处理)(?:一下)?我?(?:吗|么|啊|呢)?$"
    r"|找(?:一?个)?(?:活人|真人|人)来?(?:跟我|和我|给我|说|聊|处理|解决|回复|$)"
    r"|zhuan ?ren ?gong",
    re.IGNORECASE,
)
# "上次转人工客服说可以退", "客服让我寄回去": what a person said or did before.
_SPOKE_BEFORE = re.compile(
    r"(?:刚才|刚刚|上次|之前|昨天|前天|早上|上午|下午|已经)[^。！？!?，,]{0,8}(?:人工|客服|经理)[^。！？!?]{0,4}(?:说|讲|答应|让|告诉|承诺|回复)"
    r"|(?:转|找|联系|问)(?:过|了)[^。！？!?，,]{0,4}(?:人工|客服)"
)

_HUMAN = (
    r"(?:human(?: being)?s?|person|agent|representative|rep|operator|someone(?!['’]s| else)|somebody(?!['’]s| else)"
    r"|advisor|supervisor|manager|customer (?:service|support|care)|support (?:team|agent)|staff)"
)
_ANYBODY = r"(?:human(?: being)?|person|agent|representative|rep|operator|supervisor|manager)"
_ALONE = r"(?:agent|human|operator|representative|real person|real human|live person|live agent|live chat|customer (?:service|support)|person)"
_EN = re.compile(
    rf"\b(?:speak|talk|chat)\b[^.?!]{{0,8}}\b(?:to|with|2)\b[^.?!]{{0,16}}\b{_HUMAN}\b"
    rf"|\b(?:speak|talk) (?:an? )?(?:human|agent|person)\b"
    rf"|\b(?:connect|transfer|pass|forward) me\b[^.?!]{{0,20}}\b{_HUMAN}\b"
    rf"|^(?:please |pls |plz )?(?:connect|transfer) (?:to|with) (?:an? )?(?:real |live )?{_HUMAN}\b"
    rf"|\b(?:get|give|find|send)(?: me)? (?:an? )?(?:real |live |actual )?{_ANYBODY}(?=\W*$| (?:please|pls|plz|now|on|to (?:help|talk|speak|call)))"
    rf"|\bput me through\b|\bescalate\b[^.?!]{{0,20}}\b{_HUMAN}\b"
    r"|\b(?:human|live|real) (?:agent|support|being)\b"
    rf"|^(?:i (?:want|need) |help[,!]? )?(?:an? )?{_ALONE}(?:[ ,!]*(?:please|pls|plz|now))*$"
    r"|\b(?:i|we)(?:'d| would)?(?: just| really)? (?:need|want|like)(?: to see)? (?:a|an) (?:real |live )?"
    r"(?:human|person|agent|representative)(?=\W*$|[,.!?]| (?:please|now|not|instead|right|here|asap|on|and)\b)"
    rf"|\bhelp from (?:an? )?(?:real |live )?{_HUMAN}\b|\bget (?:someone|somebody) to (?:help|call|contact)"
    rf"|\b(?:is|are) there (?:an? |any )?(?:real |live |actual )?{_HUMAN}\b[^.?!]{{0,6}}\bi can (?:talk|speak|chat)"
    r"|\b(?:any|some)(?:one|body)\b[^.?!]{0,20}\bi can (?:talk|speak) (?:to|with)\b"
    rf"|\b(?:reach|contact|get hold of) (?:an? )?(?:real |live |actual )?(?:human|agent|person|representative)\b"
    r"|\b(?:can|could|would) (?:you|someone|somebody|a person|an agent|anyone)(?: please)? (?:call|contact|ring|phone) me\b|^(?:please |pls )?call me(?: back)?(?: please| now)?$|^(?:please |pls )?call me back\b|\bhave (?:someone|somebody) call me\b"
    r"|\b(?:some|any)(?:one|body) real\b(?! estate)|^escalate(?: this| it)?(?: please)?$|^contact support$"
    r"|\b(?:don'?t|do not|not) want to (?:talk|speak|chat) (?:to|with) (?:a |the |this )?(?:ro)?bots?\b"
    r"|(?:talk|speak)(?: to| with)? ?(?:真人|人工)",
    re.IGNORECASE,
)
# It is about what a thing can do: "can the robot talk to a person?".
_THING_TALKS = re.compile(
    r"\b(?:can|does|do|could|will)\s+(?:the|my|your|this|it|its|a|kids|children)\b[^,.?!]{0,24}\b(?:talk|speak|chat|connect)\b",
    re.IGNORECASE,
)
# Asking *about* the hotline or the service hours is a question, not a request for a person.
_ABOUT_SERVICE = re.compile(
    r"几点|按几|(?:工作|服务|上班|在线|营业|人工|客服)的?时间|多长时间|(?<!回个)(?<!打个)(?<!打)电话(?=是?多少|号|吗|[？?]|$)|多少(?:钱|费)?(?=[？?]|$)|怎么联系|上班"
    r"|\b(?:opening|business|working|office|support|service|what|your) hours\b|\b(?:phone|hotline|contact|telephone|your|a) number\b"
    r"|\bwhen (?:can|is|are|do|does|will)\b",
    re.IGNORECASE,
)
# "周六能找到在线客服吗": whether somebody is there at some other time.
_ANOTHER_TIME = re.compile(
    r"半夜|凌晨|夜里|晚上|早上|周[一二三四五六日末]|星期|节假日|假期|国庆|春节|过年|[\d一二三四五六七八九十]点"
    r"|\b(?:until|till|evenings?|nights?|midnight|weekends?|sat(?:urdays?)?|sun(?:days?)?|mondays?|holidays?|tomorrow|[ap]m|at \d)\b",
    re.IGNORECASE,
)
_PRESSING = re.compile(
    r"转(?:接|一下|到)?(?:人工|客服)|听不懂|(?:帮|给|让)我[转找接]|transfer me|put me through|let me|i (?:need|want) ",
    re.IGNORECASE,
)

_STAYS_ALONE = (
    r"(?:那|那就|还是)?(?:算了|不等了|先不等了|我不等了|等不及了|不排了|不排队了|取消排队|取消|退出排队|退出|不用了|先不用了|不用等了|不需要了|不要了|不用转了|不转了"
    r"|别转了|不用转人工了?|不转人工了?|不用人工了?|不用客服了?|不需要人工了?|不需要客服了?|不找人工了?|不找了|不用叫了|我自己(?:看|查|解决)吧?|没事了|(?:问题)?已经?(?:解决|搞定|弄好|好|修好)了|(?:问题)?(?:解决|搞定|弄好|修好)了|没问题了"
    r"|(?:please )?(?:never ?mind|forget it|cancel(?: (?:it|that|this|the (?:queue|request|handoff|hand-off)))?|stop waiting|leave (?:the )?queue|no need(?: any ?more)?|don'?t bother"
    r"|no thanks|no thank you|i'?ll wait no longer|i(?:'m| am) not waiting|i don'?t want to wait(?: any ?more)?|i can'?t wait|i (?:don'?t|do not|no longer) (?:need|want) (?:a |an |to talk to a )?(?:human|agent|person|representative)(?: any ?more)?|(?:it'?s |i )?(?:fixed|solved|sorted|figured it out|resolved)(?: it)?(?: now| myself)?))"
)
_LEAVES = re.compile(
    rf"(?:(?:{_STAYS_ALONE}|谢谢|多谢|好吧?|thanks|thank you|ok|okay|sorry)[啊吧了的呢,，。.!！~ ]*){{1,4}}", re.IGNORECASE
)
_LEAVING = re.compile(_STAYS_ALONE, re.IGNORECASE)
_HOW_LONG = re.compile(
    r"(?:要|得|还)?等(?:多久|多长时间|几分钟|到什么时候)|^(?:还|大概|大约)?(?:要|得|需要)?(?:多久|多长时间|几分钟)(?:啊|呀|呢)?$"
    r"|(?:前面|还)(?:还)?有(?:几|多少)(?:个|位)?人|排(?:到|第)(?:几|哪)|轮到我"
    r"|^(?:人呢|客服呢|有人吗|在吗|还在吗|在么|人在吗|怎么没人|怎么还没人?来?|没人吗|没人理)"
    r"|\b(?:how many people|any(?:one|body) there|still there|in the queue|are you there)\b|^(?:hello|hi)$|^how (?:much )?long(?:er)?(?: (?:will (?:it|this) (?:take|be)|is the (?:wait|queue)|do i (?:have|need) to wait|to wait|more))?$",
    re.IGNORECASE,
)
_LONGEST_ABOUT_THE_WAIT = 24


def asks_for_person(bare: str) -> bool:
    """Say whether a message, without the signs around it, asks to speak with somebody of the company."""
    wanted = _ZH.search(bare) or (_EN.search(bare) and not _THING_TALKS.search(bare))
    if not wanted or ((_SPOKE_BEFORE.search(bare) or _ANOTHER_TIME.search(bare)) and not _PRESSING.search(bare)):
        return False
    return not _ABOUT_SERVICE.search(bare)


def leaves_queue(bare: str) -> bool:
    """Say whether somebody who waits for a person says that they need not come; a sentence about anything else does not."""
    return bool(_LEAVES.fullmatch(bare) and _LEAVING.search(bare))


def asks_about_wait(bare: str) -> bool:
    """Say whether somebody who waits for a person asks how long it takes, or whether anybody is there."""
    return len(bare) <= _LONGEST_ABOUT_THE_WAIT and bool(_HOW_LONG.search(bare))
