"""Words of a question that ask for nothing: greetings, particles, "how much", "for my parents"."""

FILLERS_ZH = frozenset(
    """
    今晚 今儿 请 请问 问 问一下 问下 想 想问 想问问 想知道 想了解 想要 想买 我 我们 我想 我要 你 你们 您 您好 你好 咱们 他 她
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
    换一个 那家 那家店 这家 这家店 那个店 那边的 那儿 那种 那张 那档 这档 哪档 哪一档 哪一个 哪一款 哪一家 哪条 哪条路 哪条路上 路上 里头 里面 里边
    过来 过去 收到 收 寄过来 寄过去 送过来 送过去 发过来 发过去 快递过来 寄个 寄一个 发个 东西到 的话 的呢 的是 的那个 的那款
    现价 时价 现卖 现在是 眼下是 目前是 几 几块 几块钱 多钱 几多 多少啊 多少呀 多少呢 给个 给个价 报个 报个价 什么价 啥价 是啥 是几 是几多 有多 能有 最多 最少 至少 起码 总 总得
    一次 每次 次 一个人 每人 会 会不会 将 将要 打 打算要 准备要 等 等到 到时候 到时 时候到
    一袋 一瓶 一盒 一包 一张 一本 一双 一条 一份 一辆 一支 一根 一块 一杯 一位 一趟 一节 一部 一颗 一片 一副 一种 一样 辆 部 条 张
    再买 再去 再来 去买 买的话 订个 订一个 预订 预定 办 办个 办理 开个 选 选择 挑
    要付 要交 要花 要掏 得付 得交 得掏 需付 需交 得要 该付 该交 算 怎么算 算的 收 收的 收多少 收取 标准 收费 标价 价 价是 规格 说一下 说下 发我 给我 给我一下 给一下 发一下 发给我
    能 能加 能拉 能用 能有 能拿 能享 享受 享 拿 加 拉 用 做 做个 做一个 做一次 弄 弄个 带 带有 含 包 包含 包括 支持 提供 附带 自己的
    家的 们 的人 客户 用户 顾客 先生 女士 老板 师傅 小姐姐 小哥 哥 姐 亲亲 在吗 在不在 不好意思 打扰 打扰一下 劳驾 烦请 我看 我看看 看中 看上 看上了 看好 喜欢 听说 好像 记得 忘了
    到底是 究竟是 请教一下 咋 咋卖 咋算 咋收 咋样 咧 嘞 滴 哒 噢 喔 哇 唉 诶 欸 吖 么样 不啊 没 没啊 呗 嘛呢 行 行不行 成 吧 是吧 对吧 对不对 对 吗亲 件的 的件 公司的 你们家的 咱家 你们店 你们这 你们那 你们那边 你们这边 咱们家 咱们店
    想问下 请问下 问问 问个 问一句 求个 求告知 告知 麻烦问 麻烦问下 麻烦问一下 麻烦看 麻烦查 查查 帮查 帮我看看 帮我查 帮我查一下 帮我看 帮看 帮忙看 帮忙查 了解下 确认 确认一下 确认下
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
    come comes include includes included including offer offers offered get gets got give gives gonna gotta put down hand over
    there's where's i'd we'd they're let's don't doesn't isn't aren't won't use receive receives see check
    confirm show list hoping hope trying try planning thinking think consider considering interested
    quick question questions answer help assist anyone somebody someone everybody guys sir madam folks cheers
    regarding concerning currently presently still yet already again once piece pieces pcs unit units
    tonight usually roughly around altogether all every kind kinds type types sort sorts
    our their his her him them whose was were through via within during till until up since because but though
    actually basically maybe perhaps possibly simply even ever own put pick picked choose choosing wants
    wanted needs needed required require asked per-person people person customer customers client clients
    plan plans tier tiers level levels package packages option options version versions edition number amount
    parcel parcels sending send mail mailed post posted shipped receive arrive arrives arrived reach reaches
    book books booking make makes
    expect expected due say says said mean means work works working gets bring brings brought take takes taking took
    approx little bit quite very pretty such same other another there're what're who's spend spending
    """.split()
)
# Words that a trade's customers put into every question. They ask for nothing where a table speaks of that trade itself.
TRADES = (
    (
        r"租|\brent|\bhire",
        """租 租的 租用 要租 想租 租借 租个 租一个 租一台 租台 出租 一台 一天 两天 三天 四天 五天 几天 的话 机器 设备
        rent rents renting rented rental rentals hire hires hiring hired gear equipment""",
    ),
    (
        r"房型|客房|入住|住宿|\broom|\bnight|check-?in",
        """住 想住 要住 入住 一晚 每晚 晚 一夜 住一晚 房 房间 间 一间 酒店 room rooms stay staying night nights hotel""",
    ),
    (
        r"运费|邮费|快递|配送|物流|送达|重量|delivery|shipping|postage",
        """快递 件 包裹 东西 货 物品 一件 单 发货 寄件 寄东西 的件 重 重的 parcel package box order orders goods weighing heavy""",
    ),
    (r"会员等级|会员权益|会员档|membership|member level", "会员 member members membership"),
    (
        r"营业|开放|\bhours\b|monday|周一|\bclub|\bshop|\bstore|门店",
        """几点 开 关 营业 开门 关门 过节 放假 期间 当天 那天 照常 club clubs gym gyms branch open close shut""",
    ),
    (r"\bplan\b|\btier\b|套餐|版本", "套餐 方案 版本 档 档位 版 计划"),
    (
        r"课|校区|老师|教练|\bcourse|\bclass\b|lesson",
        "教 课 上课 课程 班 孩子 小孩 学 学习 报名 报 上 的课 class classes course courses lesson",
    ),
    (r"保洁|清洁|家政|装修|cleaning", "房子 房屋 家里 屋子 家里面 打扫 平 平米 平方 flat house home"),
    (r"\bticket|门票|票价", "ticket tickets pass passes 票 门票 张"),
    (r"存款|利率|定期|存期", "定期 定存 存 存款 存钱 存入 存单 整存整取 银行"),
    (r"科室|门诊|挂号", "科 科室 看 看病 看诊 就诊 门诊 医院 挂号 医生 大夫 开始 上班"),
    (r"卡种|会员卡|年卡|月卡", "办 办卡 卡 张 会员 健身 健身卡"),
    (r"签证", "签证 签 办 办理 去 旅游 出国"),
    (r"医|项目|治|牙", "一颗 一次 颗 次 做一次 医生 看牙 牙"),
)
