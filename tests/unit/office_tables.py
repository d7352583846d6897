"""Workbooks as offices make them: titles and units above, headings of two rows, merged cells, totals and notes below."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from openpyxl import Workbook

from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.parse import parse_document
from shared.domain.knowledge import DocumentMeta, ParsedDocument

Cells = Sequence[Sequence[object]]

GYM: Cells = [
    ["力恒健身会员卡价目表（2026年）"],
    [],
    ["单位：元", None, None, None, None, "制表日期：2026-01-05"],
    ["卡种", "价格", "有效天数", "可带朋友次数", "含私教课", "储物柜"],
    ["周卡", 99, 7, 0, "✗", "✗"],
    ["月卡", 399, 30, 1, "✗", "√"],
    ["季卡", "１,０８０", 90, 3, "2节", "√"],
    ["年卡", 2980, 365, 10, "6节", "√"],
    ["学生月卡", 299, 30, 0, "✗", "√"],
    [],
    ["合计", 4857],
    [
        "注：以上价格均含税，年卡可分期付款，学生卡须出示学生证，最终解释权归力恒健身所有，详情请咨询前台工作人员，活动期间以门店公示为准。"
    ],
]
HOTEL: Cells = [
    ["房型", "面积", "淡季（11月-3月）", None, "旺季（4月-10月）", None, "含早"],
    [None, None, "平日", "周末", "平日", "周末", None],
    ["标准双床房", "28㎡", 368, 428, 498, 568, "双早"],
    ["豪华大床房", "35㎡", 468, 538, 628, 698, "双早"],
    ["山景套房", "60㎡", 888, 988, 1288, 1388, "双早"],
    ["亲子房", "42㎡", "￥688", "￥758", "￥888", "￥988", "三早"],
]
TELECOM: Cells = [
    ["套餐名称", "月租（元/月）", "国内流量（GB）", "通话时长（分钟）", "超出流量（元/GB）", "适用人群", "生效日期", "失效日期"],
    ["畅享59", 59, 20, 100, 5, "新老用户", "2025.1.1", "2026.6.30"],
    ["畅享69", 69, 30, 200, 5, "新老用户", "2026.7.1", "长期有效"],
    ["畅享129", 129, 60, 500, 3, "新老用户", "2026-01-01", "长期"],
    ["校园卡", 29, 40, 100, 5, "在校学生", "2026-09-01", "至今"],
    ["银龄卡", 9, 1, 60, 10, "60岁以上", "即日起", None],
]
HOSPITAL: Cells = [
    ["科室", "楼层", "周一至周五", "周六", "周日", "咨询电话", "挂号费(元)"],
    ["内科", "门诊楼2楼", "8:00-12:00, 14:00-17:30", "8:00-12:00", "休息", "0571-0000-2201", 15],
    ["儿科", "门诊楼3楼", "8:00-20:00", "8:00-17:00", "8:00-12:00", "0571-0000-2202", 20],
    ["口腔科", "门诊楼5楼", "08:30-17:00", "休息", "休息", "0571-0000-2203", 15],
    ["急诊科", "急诊楼1楼", "24小时", "24小时", "24小时", "0571-0000-2200", 20],
    ["放射科", "医技楼1楼", "08:00-17:00", "08:00-12:00", "休息", "0571-0000-2206", "/"],
]
COURIER_ZONES: Cells = [
    ["区域", "包含省份", "首重1kg", "续重（元/kg）", "时效"],
    ["一区", "上海、江苏、浙江", 8, 2, "次日达"],
    ["二区", "安徽、福建、山东", 10, 3, "1-2天"],
    ["三区", "北京、天津、广东、四川", 12, 5, "2-3天"],
    ["四区", "新疆、西藏", 25, 18, "5-8天"],
]
COURIER_HEAVY: Cells = [
    ["区域", "重量", "价格"],
    ["一区", "5-10kg", "￥30"],
    [None, "10-20kg", "￥50"],
    [None, "20kg以上", "￥90"],
    ["二区", "5-10kg", "￥40"],
    [None, "10-20kg", "￥70"],
    [None, "20kg以上", "￥120"],
]
LIMITS: Cells = [
    ["Plan limits - effective March 2026"],
    ["Plan", "Price (USD/month)", "API requests / min", "Max file size (MB)", "Team members", "SSO", "Audit log"],
    ["Hobby", "Free", 60, 10, 1, "✗", "✗"],
    ["Studio", 19, 600, 100, "5", "✗", "✓"],
    ["Agency", 79, 3000, 500, "25", "✓", "✓"],
    ["Enterprise", "Contact us", "Custom", "2,000", "Unlimited", "✓", "✓"],
    [],
    ["* Prices exclude VAT"],
]
PARTS: Cells = [
    ["Part No", "Description", "Fits", "Unit price", "In stock", "Lead time"],
    ["HB-100", "Heating element", "K200 / K300", "£24.50", "yes", "2 days"],
    ["HB-101", "Heating element", "K400", "£31.00", "no", "10 days"],
    ["SL-020", "Door seal", "K200; K300; K400", "£9.95", "yes", "2 days"],
    ["PM-300", "Drain pump", "K400", "£42.00", "no", "3 weeks"],
    ["Total", None, None, "£107.45"],
]
BRANCHES: Cells = [
    ["Branch", "Address", "Mon-Thu", "Fri-Sat", "Sunday", "Delivery", "Wheelchair access", "Min. order"],
    ["Soho", "12 Greek Street, London", "11:30am-10pm", "11:30am - 11:30pm", "12:00-21:00", "Yes", "Yes", "£15"],
    ["Camden", "88 High Street, London", "12:00-22:00", "12:00-23:00", "Closed", "Yes", "No", "£12"],
    ["Leith", "4 Shore Road, Edinburgh", "12:00-21:30", "12:00-23:00", "12:00-20:00", "No", "Yes", "n/a"],
    ["Bath", "1 Stall Street, Bath", "11:00-21:00", "11:00-22:30", "11:00-20:00", "No", "No", "n/a"],
]
BANK: Cells = [
    ["存期", "年利率", "起存金额（元）", "提前支取"],
    ["三个月", "1.05%", 50, "按活期"],
    ["六个月", "1.25%", 50, "按活期"],
    ["一年", "1.45%", 50, "按活期"],
    ["三年", "1.95%", 50, "按活期"],
    ["五年", "2%", 50, "按活期"],
]
SCHOOL: Cells = [
    ["Tuition fees, academic year 2026-27"],
    [],
    ["Year group", "Ages", "Tuition per term", "Lunch per term"],
    ["Nursery", "3-4", "£2,150", "included"],
    ["Reception", "4-5", "£3,480", "£260"],
    ["Years 3-6", "7-11", "£4,120", "£280"],
    [],
    ["A registration fee of £75 is payable on application and is not refundable."],
]
WASH: Cells = [
    ["服务项目", "轿车", "SUV", "商务车"],
    ["普通洗车", 35, 45, 55],
    ["精洗", 88, 108, 128],
    ["打蜡", 198, 238, 268],
]
VISAS: Cells = [
    ["国家/地区", "签证类型", "费用（人民币）", "办理时长", "停留天数", "加急"],
    ["日本", "单次旅游", "350元", "5-7个工作日", "15天", "可加急，+200元"],
    ["日本", "三年多次", "880元", "7-10个工作日", "30天", "不可加急"],
    ["泰国", "落地签", "2000泰铢", "当场", "15天", "/"],
    ["英国", "两年多次", "1,150元", "15个工作日", "180天", "可加急，+2200元"],
]
OFFERS: Cells = [
    ["商品名称", "日常价", "活动价", "活动时间"],
    ["暖风机 H1", "399元", "299元", "2026-11-01至2026-11-11"],
    ["加湿器 M2", "259元", "199元", "2026-11-20~2026-11-30"],
    ["空气炸锅 F3", "499元", "399元", "2026/12/10-2026/12/12"],
    ["电热毯 B4", "189元", None, None],
]
DESKS: Cells = [
    ["Product", "SKU", "Price (EUR)", "Valid from", "Valid until"],
    ["Oak Desk 120", "OD-120", "349.00", "01.01.2026", "30.06.2026"],
    ["Oak Desk 120", "OD-120", "379.00", "1 July 2026", "31.12.2026"],
    ["Oak Desk 120", "OD-120", "399.00", "01.01.2027", None],
    ["Oak Desk 160", "OD-160", "449.00", date(2026, 1, 1), "2026-12-31 23:59"],
    ["Lamp Arc", "LA-9", "59.00", "Mar 1, 2026", "31 October 2026"],
    ["Aero Fan", "AF-1", "49.00", "2026-01-01", None],
    ["Aero Fan", "AF-1", "55.00", "01/07/2026", None],
]
MENU: Cells = [
    ["菜品", "价格", "规格", None, "菜品", "价格", "规格"],
    ["宫保鸡丁", 38, "份", None, "可乐", 6, "听"],
    ["鱼香肉丝", 32, "份", None, "鲜榨橙汁", 18, "扎"],
    ["水煮鱼", 88, "锅", None, "啤酒", 10, "瓶"],
]
WARRANTY: Cells = [
    ["产品", "整机质保", "主要部件质保", "延保价格（元/年）"],
    ["冰箱", "1年", "10年（压缩机）", 99],
    ["洗衣机", "1年", "3年（电机）", 79],
    ["空调", "6年", "6年", 129],
]
SHOES: Cells = [
    ["款式", "颜色", "36码", "37码", "38码", "39码", "40码"],
    ["云跑 5", "黑", 3, 0, 12, 8, "缺货"],
    ["云跑 5", "白", 0, 5, 7, None, 2],
    ["山行 2", "灰", "/", 4, 6, 9, 1],
]
FLATS: Cells = [
    ["楼盘", "户型", "面积（㎡）", "总价", "物业费（元/㎡/月）", "交房时间"],
    ["云栖花园", "两室一厅", 89, 268.5, 2.8, "2027年6月"],
    ["云栖花园", "三室两厅", 120, 365.0, 2.8, "2027年6月"],
    ["锦绣里", "一室一厅", 52, 158.0, 1.9, "现房"],
]
TOURS: Cells = [
    ["Tour", "Departs", "Duration", "Adult", "Min. group"],
    ["Fjord Cruise", "09:00", "6 hours", "NOK 1,290", 2],
    ["Glacier Hike", "08:30", "90 minutes", "NOK 1,890", 4],
    ["City Walk", "10:00", "2 hours", "NOK 350", 1],
]
COURSES: Cells = [
    ["Course", "Level", "Start date", "End date", "Price", "Places left"],
    ["General English", "A2", date(2027, 1, 11), date(2027, 3, 19), "£1,150", 6],
    ["IELTS Prep", "B2", date(2027, 2, 1), date(2027, 3, 26), "£1,480", 0],
]
CUPS: Cells = [["Product", "Price", "Price", "Stock"], ["Mug", "£8", "£6", "in stock"], ["Plate", "£11", "£9", "out of stock"]]
PLANS: Cells = [
    ["Plan", "Monthly price", "Storage (GB)", "Support", "Free trial"],
    ["Free", "$0", 1, "community", "no"],
    ["Basic", "$5", 50, "email", "14 days"],
    ["Premium", "$45", 5000, "24/7 phone", "30 days"],
]
HALLS: Cells = [
    ["会议室", "容纳人数", "半天（4小时）", "全天（8小时）", "投影", "茶歇（元/人）"],
    ["春晓厅", 20, 800, 1500, "含", 38],
    ["秋水厅", 120, 3600, 6600, "另收500元", 48],
]
WEIGHTS: Cells = [
    ["目的地", "0-1kg", "1-5kg", "5-10kg", "时效"],
    ["省内", "8元", "12元", "20元", "1天"],
    ["省外", "12元", "18元", "35元", "2-3天"],
    ["新疆西藏", "20元", "60元", "120元", "7天"],
]
FERRIES: Cells = [
    ["航线", "适用日期", "成人票", "儿童票"],
    ["日游线", "2026-05-01至2026-10-31", "120元", "60元"],
    ["日游线", "2026-11-01至2027-04-30", "90元", "45元"],
    ["夜游线", "2026-05-01至2026-10-31", "180元", "90元"],
    ["夜游线", "2026-11-01至2027-04-30", "停航", None],
]
OUTLETS: Cells = [
    ["网点", "地址", "电话", "营业时间", "周末营业"],
    ["朝阳网点", "朝阳区建国路8号", "010-0000-1111", "9:00-17:30", "是"],
    ["海淀网点", "海淀区中关村1号", "010-0000-2222", "9:00-17:00", "否"],
]
WINDOWS: Cells = [
    ["服务项目", "办理时限", "收费", "咨询电话"],
    ["身份证补办", "20个工作日", "40元", "010-0000-3001"],
    ["居住证办理", "15个工作日", "不收费", "010-0000-3002"],
    ["护照首次申请", "7个工作日", "120元", "010-0000-3003"],
    ["无犯罪记录证明", "当场办结", "不收费", "010-0000-3004"],
]
PARKING: Cells = [
    ["Car park", "Up to 1 hour", "Up to 3 hours", "All day", "Height limit", "Spaces"],
    ["Market Street", "£1.80", "£4.50", "£9.00", "2.1 m", 240],
    ["Riverside", "£1.20", "£3.00", "£6.00", "none", 420],
]
CARTRIDGES: Cells = [
    ["产品", "价格", "生效日期"],
    ["墨盒 680", "129元", "2025-06-01"],
    ["墨盒 680", "139元", "2026-06-01"],
    ["硒鼓 2612", "299元", None],
]

# By company: each sheet's name, cells, and merged areas.
OFFICES: Mapping[str, Sequence[tuple[str, Cells, Sequence[str]]]] = {
    "gym": [("会员卡", GYM, ["A1:F1", "A12:F12"])],
    "hotel": [("房价", HOTEL, ["A1:A2", "B1:B2", "C1:D1", "E1:F1", "G1:G2"])],
    "telecom": [("套餐资费", TELECOM, [])],
    "hospital": [("科室一览", HOSPITAL, [])],
    "courier": [("省际价格", COURIER_ZONES, []), ("大件价格", COURIER_HEAVY, ["A2:A4", "A5:A7"])],
    "limits": [("Plan limits", LIMITS, ["A1:G1"])],
    "parts": [("Spares", PARTS, [])],
    "branches": [("Branches", BRANCHES, [])],
    "bank": [("存款利率", BANK, [])],
    "school": [("Fees 2026-27", SCHOOL, ["A1:D1"])],
    "wash": [("价目表", WASH, [])],
    "visas": [("签证", VISAS, [])],
    "offers": [("活动价", OFFERS, [])],
    "desks": [("Prices", DESKS, [])],
    "menu": [("菜单", MENU, [])],
    "warranty": [("质保", WARRANTY, [])],
    "shoes": [("鞋类库存", SHOES, [])],
    "flats": [("在售房源", FLATS, [])],
    "tours": [("Day tours", TOURS, [])],
    "courses": [("Courses", COURSES, [])],
    "cups": [("Prices", CUPS, [])],
    "plans": [("Plans", PLANS, [])],
    "halls": [("会议室价格", HALLS, [])],
    "weights": [("运费表", WEIGHTS, [])],
    "ferries": [("游船票价", FERRIES, [])],
    "outlets": [("服务网点", OUTLETS, [])],
    "windows": [("办事指南", WINDOWS, [])],
    "parking": [("Parking charges", PARKING, [])],
    "cartridges": [("价格", CARTRIDGES, [])],
}
# Cells that a format shows in another way than they are stored.
FORMATS: Mapping[str, Mapping[str, str]] = {"flats": {"D2:D4": '0.0"万"'}}


@cache
def office(company: str, kind: str = "document") -> ParsedDocument:
    """Return a company's workbook as it is read with no word in kefu.yaml but its kind."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, cells, merged in OFFICES[company]:
        sheet = book.create_sheet(name)
        for row in cells:
            sheet.append(list(row))
        for area in merged:
            sheet.merge_cells(area)
        for area, shown in FORMATS.get(company, {}).items():
            for cell in (one for row in sheet[area] for one in row):
                cell.number_format = shown
    buffer = io.BytesIO()
    book.save(buffer)
    return parse_document(f"{company}.xlsx", buffer.getvalue(), DocumentMeta(kind=kind), Limits())
