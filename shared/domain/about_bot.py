"""What a customer says about the bot itself: what it is, and that it did not help. Linear-time patterns only."""

import re

_WHAT_IT_IS = re.compile(
    r"(?:你|您|这|对面|现在)?(?:到底|究竟)?(?:是不是|是|不会是)(?:人工|真人|活人|人|机器人|机器|ai|智能客服|自动回复|程序)(?:客服|在?回复的?|回答|吗|么|吧|啊|呀|不是|还是(?:机器人|人工|真人|机器|ai|人))*(?:客服|在?回复的?|吗|呢|啊)*"
    r"|(?:你|您)(?:到底)?(?:是谁|叫什么|叫什么名字|是什么|是什么东西|是哪位|谁啊|谁呀)(?:啊|呀|呢)?|是?(?:人工|真人|机器人|ai)还是(?:人工|真人|机器人|ai)(?:啊|呢)?"
    r"|(?:so )?(?:are|r) (?:you|u) (?:really )?(?:an? )?(?:(?:ro)?bot|human|real|real person|person|ai|machine|a real human|chat ?bot|computer)(?: or (?:an? )?(?:\w+ ?){1,3})?"
    r"|(?:am i|is this) (?:talking|speaking|chatting)? ?(?:to|with)? ?(?:an? )?(?:real )?(?:(?:ro)?bot|human|person|ai|machine|chat ?bot)(?: or (?:an? )?(?:\w+ ?){1,3})?"
    r"|(?:现在|在)?(?:和|跟)我(?:说话|聊天?|对话)的是(?:人|真人|机器人|谁)吗?|(?:ro)?bot or (?:human|person|a person)|(?:human|person) or (?:ro)?bot|who are you|what are you|who am i (?:talking|speaking|chatting) (?:to|with)|what'?s your name",
    re.IGNORECASE,
)
_DID_NOT_HELP = re.compile(
    r"(?:不是|不对|错了|no|不)?[，,。 ]*(?:"
    r"(?:我)?(?:说的|问的|要的|想问的|想说的)?(?:根本|完全)?不是(?:这个|那个)?(?:意思|问这个|这个问题|这个|问的这个)?(?:意思)?"
    r"|我(?:不是|没)(?:在)?问(?:你)?(?:这个|那个)|(?:你)?(?:完全|根本|总是|又)?(?:答非所问|所答非所问|牛头不对马嘴|文不对题|驴唇不对马嘴)"
    r"|(?:你|您)?(?:根本|完全|好像|是不是)?(?:没|没有|不|听不|看不|没看|没听)(?:听|看|理解|明白|搞)?(?:懂|明白|清楚)(?:我)?(?:的)?(?:问题|意思|说的|人话)?|你理解错了?"
    r"|(?:一点|完全|根本|真|太|什么)?(?:都|也)?(?:没用|没什么用|没有用|没啥用|不管用|没帮助|没有帮助|没有解决|没解决|解决不了)(?:问题|我的问题)?|(?:还是)?没(?:有)?(?:说|讲)清楚"
    r"|(?:你们?)?(?:这)?(?:这个|个|的)?(?:什么)?(?:破|垃圾|烂|傻|笨|蠢|智障|弱智|人工智障|真笨|真蠢|太笨|太傻|好笨|好蠢)+(?:的)?(?:机器人|机器|客服|ai|玩意儿?|东西|回答|系统)?|(?:机器人|客服|你)(?:真|太|好|也太|怎么这么)(?:笨|蠢|傻|垃圾|烂|没用|差|弱智)"
    r"|(?:你)?(?:说的|讲的|回的|答的)(?:都)?(?:是)?(?:什么|啥)(?:啊|呀|鬼|玩意儿?|乱七八糟的?)|(?:你)?(?:说|讲|答|回)的?(?:都)?(?:是)?(?:什么|啥)(?:啊|呀|鬼|玩意儿?|东西)?|不对|不对吧|答错了|回答错误|说错了|你错了|胡说(?:八道)?|废话|都是废话|你?(?:在)?说(?:的)?(?:什么|啥)(?:呢|玩意儿?)?|说人话|(?:你)?(?:能不能|可不可以)?(?:好好|认真)(?:回答|说话|看|读)(?:我的)?(?:问题)?(?:吗|行吗|好吗)?"
    r"|这?(?:不|没)是我(?:想)?要的(?:答案|回答)?|(?:你)?(?:还是|根本|完全|并)?没有?回答(?:到|我的|我|这个)*(?:问题)?|回答的(?:是)?什么玩意儿?"
    r")(?:了|啊|呀|吧|呢|的|！|!|。)*",
    re.IGNORECASE,
)
_DID_NOT_HELP_EN = re.compile(
    r"(?:no|nope|wrong|sorry|but|i already read that|i know that)?[,. ]*(?:"
    r"(?:that|this|it)(?:'?s| is| was)(?: not|n'?t)(?: really| even)? (?:what i (?:asked|meant|mean|want|wanted|need|was asking)(?: for| about)?|my question|helpful|right|correct|it|the answer)"
    r"|(?:(?:that|this|it|you) )?(?:does not|doesn'?t|did not|didn'?t|don'?t|do not|has not|hasn'?t|have not|haven'?t) (?:answer(?:ed)?|help(?:ed)?|solve|address)(?: me| my (?:question|problem)| the question| at all)*"
    r"|you (?:do not|don'?t|did not|didn'?t|are not|aren'?t) (?:understand(?:ing)?|understood|get(?:ting)?|listen(?:ing)?)(?: it| me| what i (?:said|mean|am saying)| my question| to me)*"
    r"|(?:this|that|you(?: guys| people)?|it|(?:this|the|your)(?: stupid)? (?:chat ?)?bot)(?:'?s|'?re| is| are)? ?(?:so |totally |completely |absolutely |really )?(?:useless|unhelpful|not helpful|no help|no use|stupid|dumb|terrible|rubbish|garbage|a joke|wrong)"
    r"|(?:stupid|useless|dumb|terrible|bad|rubbish|fucking|damn) (?:ro)?(?:bot|thing|machine|ai|answer|chat ?bot)|not helpful|unhelpful|useless|wrong answer|wrong|not what i (?:asked|meant|wanted)|not my question|i (?:did not|didn'?t) ask (?:that|for that|about that)"
    r"|what\?* (?:are you talking about|is this)|nonsense|bullshit|wtf"
    r")(?: (?:bot|robot|at all|thing|answer|then|either))*",
    re.IGNORECASE,
)


def asks_what_it_is(bare: str) -> bool:
    """Say whether a message, without the signs around it, only asks who or what is answering."""
    return bool(_WHAT_IT_IS.fullmatch(bare))


def says_it_did_not_help(bare: str) -> bool:
    """Say whether a message only says that the answer missed the point; one that asks again is a question."""
    return bool(_DID_NOT_HELP.fullmatch(bare) or _DID_NOT_HELP_EN.fullmatch(bare))
