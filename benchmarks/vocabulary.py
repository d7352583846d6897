"""Words and sentences of the synthetic FAQ: data only.

Templates are words separated by spaces, so that no contestant has to cut Chinese into words in the timed part;
{slots} are filled from the list of that name. `MODEL`, `CODE` and `NUMBER` are generated.
"""

from collections.abc import Mapping

Slots = Mapping[str, tuple[str, ...]]

ZH_SLOTS: Slots = {
    "product": tuple(
        "手机 笔记本 耳机 冰箱 洗衣机 空调 路由器 电视 平板 手表 键盘 显示器 打印机 相机 音箱 电饭煲 扫地机 充电宝 行车记录仪 投影仪 "
        "净水器 门锁 台灯 加湿器 烤箱 微波炉 吹风机 剃须刀 电动牙刷 体重秤 摄像头 门铃 洗碗机 油烟机 燃气灶 热水器 电风扇 咖啡机 "
        "料理机 按摩椅".split()
    ),
    "action": tuple(
        "退货 换货 退款 维修 取消 安装 激活 升级 绑定 解绑 续费 投诉 预约 保养 寄修 清洗 重置 备份 转让 延保 补寄 催单 查验 评价 "
        "分期 开票 改签 验收 停用 找回".split()
    ),
    "condition": tuple(
        "超过七天 收不到短信 页面报错 已经拆封 用了优惠券 跨境购买 寄到海外 公司采购 首次登录 换了手机号 商品缺货 预售期间 周末下单 夜间配送 "
        "合并付款 分期付款 未满十八岁 过了保修期 屏幕碎裂 电池鼓包 断网以后 停电以后 搬家以后 丢了发票 没有包装 赠品缺失 颜色不符 "
        "尺寸不合 噪音太大 漏水".split()
    ),
    "item": tuple(
        "订单 包裹 发票 账户 密码 会员 优惠券 积分 保修卡 运费 税费 余额 合同 证书 配件 滤芯 说明书 遥控器 电源线 序列号 地址 手机号 "
        "收货人 安装单 检测报告".split()
    ),
    "place": tuple("应用首页 官网 会员中心 服务门店 客服窗口 设备页面 帮助中心 订单详情 设置菜单 服务号".split()),
    "remedy": tuple(
        "断电一分钟 长按电源键 恢复出厂设置 更换网线 清理滤网 更新固件 检查水压 移开遮挡物 重新登录 关闭代理 充满电 更换电池 擦干接口 "
        "远离强磁 调低亮度 校准时间".split()
    ),
    "outcome": tuple(
        "款项原路退回 短信通知您 寄出新品 安排上门 自动生效 补发积分 开出电子发票 恢复使用 延长保修 免收运费".split()
    ),
}

ZH_TITLES = (
    "{MODEL} {product} {condition} 怎么 {action}",
    "{condition} 还 能 {action} {product} {MODEL} 吗",
    "{product} {MODEL} {condition} 的 {item} 去 哪里 {action}",
)

ZH_SENTENCES = (
    "请 在 {place} 打开 {item} 页面 ， 点击 {action} ， 按 提示 填写 信息 。",
    "系统 会 在 {NUMBER} 个 工作日 内 完成 审核 ， 通过 后 {outcome} 。",
    "如果 屏幕 显示 {CODE} ， 请 先 {remedy} ， 再 重新 操作 一次 。",
    "{condition} 的 {product} 需要 提供 {item} 和 购买 凭证 。",
    "仍有 问题 时 ， 请 带上 {item} 到 {place} 联系 人工 客服 。",
    "寄回 之前 请 {remedy} ， 并 保留 {item} 至少 {NUMBER} 天 。",
    "一次 购买 {NUMBER} 件 以上 的 ， 由 门店 核对 {item} 后 {outcome} 。",
    "法定 节假日 期间 {action} 的 时间 顺延 ， 预计 {NUMBER} 天 内 {outcome} 。",
    "同一 {item} 每月 最多 {action} {NUMBER} 次 ， 超出 后 请 走 {place} 。",
    "商用 场景 下 的 {product} 不 适用 本 条 ， 请 查看 {item} 上 的 说明 。",
)

EN_SLOTS: Slots = {
    "product": tuple(
        "phone laptop headphones fridge washer aircon router television tablet watch keyboard monitor printer camera speaker cooker "
        "vacuum powerbank dashcam projector purifier doorlock lamp humidifier oven microwave hairdryer shaver toothbrush scale "
        "webcam doorbell dishwasher cooktop heater fan coffeemaker blender massager trimmer".split()
    ),
    "action": tuple(
        "return exchange refund repair cancel install activate upgrade pair unpair renew report book service ship clean reset backup "
        "transfer extend replace expedite inspect review finance invoice reschedule approve deactivate recover".split()
    ),
    "condition": tuple(
        "seven-days-later without-sms after-an-error once-opened with-coupon bought-abroad shipped-overseas for-business first-login "
        "new-number out-of-stock on-presale weekend-order night-delivery combined-payment by-instalments under-eighteen "
        "out-of-warranty cracked-screen swollen-battery offline after-outage after-moving lost-invoice no-packaging missing-gift "
        "wrong-colour wrong-size too-noisy leaking".split()
    ),
    "item": tuple(
        "order parcel invoice account password membership coupon points warranty freight tax balance contract certificate accessory "
        "filter manual remote cable serial address number recipient worksheet report".split()
    ),
    "place": tuple(
        "homepage website member-centre store helpdesk device-page help-centre order-details settings hotline".split()
    ),
    "remedy": tuple(
        "unplug charge restart recalibrate update reconnect dry relogin reinstall unmount ventilate tighten descale realign cool wipe".split()
    ),
    "outcome": tuple("refunded notified replaced visited activated credited invoiced restored extended waived".split()),
}

EN_TITLES = (
    "how to {action} the {MODEL} {product} {condition}",
    "can I {action} my {product} {MODEL} {condition}",
    "where is the {item} to {action} a {MODEL} {product} {condition}",
)

EN_SENTENCES = (
    "Open the {item} page on the {place} and press {action} .",
    "We review it within {NUMBER} working days , then you are {outcome} .",
    "If it shows {CODE} , {remedy} it first and try again .",
    "A {product} {condition} needs the {item} and a receipt .",
    "If that fails , bring the {item} to the {place} .",
    "Before sending , {remedy} it and keep the {item} for {NUMBER} days .",
    "Above {NUMBER} pieces the {place} checks the {item} first .",
    "On holidays a request to {action} may take {NUMBER} days longer .",
    "Each {item} allows {NUMBER} requests to {action} per month .",
    "Commercial use of a {product} is not covered : see the {item} .",
)
