"""Words of a question that ask for nothing: greetings, particles, "how much", "for my parents"."""

FILLERS_ZH = frozenset(
    """
    请 请问 问 问一下 问下 想 想问 想问问 想知道 想了解 想要 想买 我 我们 我想 我要 你 你们 您 您好 你好 咱们 他 她
    它 家 店家 客服 亲 的 了 吗 呢 吧 啊 呀 哦 嘛 哈 么 咯 呗 是 是不是 有 有没有 没有 是多少 多少 要 会 能 可以 得
    该 应该 需要 要不要 能不能 可不可以 现在 目前 如今 当前 今天 今日 眼下 这会儿 最近 这 这个 这款 这台 这种 那
    那个 那款 那台 那边 这边 那里 这里 一 一个 一台 一款 一只 一把 一下 一套 一件 一盏 一份 一共 总共 单 单个 每
    每个 每台 个 台 款 只 把 套 件 盏 买 购买 购 入手 卖 卖的 出售 在卖 拿下 下单 订 到底 究竟 大概 大约 差不多 一般
    通常 平时 具体 都 也 还 就 才 又 再 只要 知道 告诉 告诉我 帮 帮我 帮忙 麻烦 查 查一下 查下 查询 看 看看 看一下
    看下 说 说说 介绍 求 求问 了解 了解一下 咨询 打听 请教 在 去 来 到 从 给 对 跟 和 与 及 以及 还是 或者 或 被 用
    让 寄 寄到 寄去 寄往 发 发到 发往 发货到 送 送到 送去 送往 快递到 什么 什么样 啥 哪 哪个 哪款 哪台 哪种 哪些
    哪几个 哪几款 哪家 哪里 哪儿 多少个 几 几个 怎样 怎么样 如何 几款 色 开了 开通 开通了 成为 花 花费 掏 付 得花 大约要 分别 各 各自 各是 各有 差
    相差 爸 妈 爸妈 爸爸 妈妈 父母 老人 孩子 老婆 老公 家里 家里人 家人 朋友 自己 打算 准备 考虑 考虑买 计划 正在
    产品 商品 型号 机型 东西 店 门店 商店 店铺 分店 实体店 体验店 专卖店 贵公司 贵司 官方 官网 你家 你们家 贵店 谢谢
    多谢 谢了 谢 好 好的 嗨 哈喽 那么 然后 另外 顺便 关于 一下子 不 不知道 呐 嗯 额 出来 上 里 内 下 中 为 所 其 之
    以 时候 的时候 时 点 元 块 钱
    """.split()
)
FILLERS_EN = frozenset(
    """
    a an the is are am was be been do does did doing can could would will shall should may might must i i'm i'd i'll
    i've me my mine we we're us our you your yours you're he she they it its it's this that these those there here
    what what's which who how how's when whats hows and or of for in at on to from by with about into as if so then
    than just please pls kindly hi hello hey dear thanks thank thx ok okay tell know want wanna like need looking
    look get getting buy buying purchase order ordering pay paying give say ask asking wondering wonder find out now
    today currently right moment present time day days nowadays lately recently any some one ones each per s 's much many cost costs costing going
    go have has had having exactly approximately roughly usually normally actually really also too only still
    both respectively up take takes colour color product products item items model models device store stores shop
    shops branch branches showroom location company deliver delivered send sent ship shipped mum mom dad parents
    wife husband friend kids son daughter myself price priced prices
    """.split()
)
