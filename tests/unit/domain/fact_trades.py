"""Fact tables of trades that the look-up was not written for, as companies keep them: few aliases, own headings."""

from collections.abc import Mapping

from shared.domain.knowledge import FactTable
from shared.domain.language import Language
from tests.unit.fact_tables import table

SEATS = """Plan,Monthly price (USD),Annual price (USD),Seats,Storage (GB),API calls per day,SSO,Support
Starter,12,120,3,20,1000,no,email
Growth,49,490,15,200,20000,no,chat
Scale,199,1990,60,2000,250000,yes,phone and chat
"""
PARCELS = """地区,重量,首重价格(元),送达时间
华东,1kg以内,9,次日
华东,1-5kg,16,次日
华东,5-20kg,38,2 天
华东,20kg以上,72,3 天
华北,1kg以内,11,2 天
华北,1-5kg,19,2 天
华北,5-20kg,45,3 天
华北,20kg以上,88,4 天
"""
GYMS = """Club,City,Monday to Friday,Saturday,Sunday,Parking,Phone
Harbour Street,Leeds,06:00-22:00,08:00-20:00,09:00-18:00,yes,0113 000 0101
Mill Lane,York,06:30-21:30,08:00-18:00,closed,no,01904 000 0102
Canal Wharf,Leeds,05:30-23:00,07:00-21:00,08:00-20:00,yes,0113 000 0103
"""
ROOMS = """房型,别名,平日价(元),周末价(元),面积(平方米),可住人数,含早餐,生效日期,失效日期
海景大床房,海景大床,680,880,35,2,有,2026-01-01,2026-12-31
海景大床房,海景大床,720,920,35,2,有,2027-01-01,
庭院双床房,,420,560,28,2,无,2026-01-01,
家庭套房,亲子房,980,1280,58,4,有,2026-01-01,
"""
BEANS = """Coffee,Roast,Weight (g),Price (GBP),Stock,Caffeine
Ridgeway Blend,medium,250,8.50,in stock,regular
Harvest Decaf,medium,250,9.20,out of stock,decaf
Night Ferry,dark,1000,27,in stock,regular
Lowland Light,light,250,10.40,in stock,regular
"""
DENTAL = """项目,价格(元),时长(分钟),质保(月),医保报销
洁牙,260,40,0,否
单颗补牙,380,45,12,是
根管治疗,1500,90,24,是
隐形矫正,23800,60,6,否
"""

SPECS = """型号,重量(kg),续航(km),充电时间(小时),最高时速(km/h),电池容量(Ah),载重(kg),颜色
轻风 E1,21,55,5,25,12,100,白色、灰色
轻风 E1 Plus,23,80,6,25,20,110,白色
山岚 M3,28,120,8,32,32,130,黑色
"""
HOLIDAYS = """节日,日期,营业时间,客服热线
元旦,2027-01-01,10:00-18:00,照常
春节,2027-02-06,休息,线上值班
清明节,2027-04-05,10:00-20:00,照常
"""
SHIPPING = """Destination,Delivery time,Shipping fee (EUR),Free shipping over (EUR)
Germany,2-3 days,4.90,50
France,3-5 days,7.50,80
Japan,8-12 days,19,200
United Kingdom,4-6 days,9.90,100
"""

COURSES = """课程,适合年龄,上课时间,老师,学费(元/期),课时数,剩余名额,校区
少儿编程入门,7-9岁,周六 09:00-10:30,陈老师,2680,16,3,河西校区
少儿编程进阶,10-12岁,周六 14:00-16:00,陈老师,3280,16,0,河西校区
成人水彩,18岁以上,周三 19:00-21:00,林老师,1980,12,5,江北校区
钢琴一对一,5岁以上,预约,何老师,6800,20,2,江北校区
"""
TICKETS = """Ticket,Also called,Peak price (EUR),Off-peak price (EUR),Valid for,Refundable
Adult day pass,day ticket,48,36,1 day,no
Child day pass (4-11),kids ticket,29,22,1 day,no
Season pass,annual pass,189,189,365 days,yes
Group ticket (10+ people),group rate,39,30,1 day,yes
"""
CLEANING = """服务,房屋面积,价格(元),人员,用时
日常保洁,90平以下,199,1 人,3 小时
日常保洁,90-140平,279,2 人,3 小时
深度保洁,90平以下,599,2 人,5 小时
深度保洁,90-140平,829,3 人,6 小时
擦玻璃,90平以下,159,1 人,2 小时
"""
LENDING = """Item,Deposit (GBP),Hire per day (GBP),Hire per weekend (GBP),Collection
Carpet cleaner,50,24,38,any branch
Cement mixer,80,31,55,Dock Road only
Pressure washer,60,22,36,any branch
Floor sander,90,35,60,Dock Road only
"""
CLOUD = """版本,月付价格,年付价格,坐席数,数据保留,单点登录,技术支持
体验版,免费,免费,2,7 天,不支持,社区
团队版,199 元,1990 元,10,90 天,不支持,工作日在线
企业版,899 元,8990 元,50,365 天,支持,7x24 电话
"""

_SETTINGS: Mapping[str, object] = {"alias_columns": ["别名"]}


def trade(sheet: str, text: str, language: Language = "zh", options: Mapping[str, object] | None = None) -> tuple[FactTable, ...]:
    return (table(sheet, text, language, options),)


TRADES: Mapping[str, tuple[FactTable, ...]] = {
    "saas": trade("Plans", SEATS, "en"),
    "parcels": trade("快递价格", PARCELS, options={"key": ["地区", "重量"]}),
    "gyms": trade("Opening hours", GYMS, "en"),
    "hotel": trade("房价", ROOMS, options=_SETTINGS),
    "coffee": trade("Coffees", BEANS, "en"),
    "dental": trade("收费标准", DENTAL),
    "bikes": trade("参数", SPECS),
    "holidays": trade("节假日安排", HOLIDAYS),
    "cleaning": trade("保洁价目", CLEANING, options={"key": ["服务", "房屋面积"]}),
    "tools": trade("Tool hire", LENDING, "en"),
    "courses": trade("课程表", COURSES),
    "tickets": trade("Tickets and prices", TICKETS, "en", {"alias_columns": ["Also called"]}),
    "cloud": trade("版本对比", CLOUD),
    "posts": trade("International delivery", SHIPPING, "en"),
}
