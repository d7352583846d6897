"""Terms that only make a sentence a question. They are indexed, so that a title of nothing else is found; questions leave them out."""

STOP_WORDS = frozenset(
    "a an the is are was were be been am do does did i me my we our you your he she it its they them their this that these "
    "those there here of in on at to for from by with as and or but if so than then can could may might will would shall "
    "should must have has had not no what which who whom when where why how s t".split()
)
# Characters and pairs of characters.
STOP_GRAMS = frozenset(
    "的 了 吗 呢 吧 啊 呀 么 是 我 你 您 们 请 问 怎 样 什 哪 如 何 在 和 与 或 有 就 都 也 还 把 被 让 给 到 从 对 为 "
    "怎么 什么 如何 哪里 哪些 哪个 请问 我的 您的 你的 我们 是否 能否 可以 为什 么样 怎样 样的 的是 么办 怎么办 一下".split()
)
