"""What customers ask of workbooks that nobody prepared: the right cell, a question back, or silence."""

from datetime import date

import pytest

from shared.domain.fact_book import prepare
from shared.domain.facts import look_up
from shared.domain.knowledge import FactAnswer
from tests.unit.office_tables import OFFICES, office

TODAY = date(2026, 11, 23)  # a Monday


def ask(company: str, question: str, today: date = TODAY) -> FactAnswer:
    return look_up(question, prepare(office(company, "facts").tables), today)


ANSWERED = {
    "gym": (
        ("月卡多少钱", "399"),
        ("季卡要多少钱一张", "1,080"),
        ("年卡几天有效", "365"),
        ("办年卡能带几个朋友", "10"),
        ("学生卡多少钱", "299"),
        ("月卡有储物柜吗", "√"),
        ("最贵的卡是哪种", "2980"),
        ("最便宜的卡多少钱", "99"),
    ),
    "hotel": (
        ("标准双床房淡季周末多少钱", "428"),
        ("豪华大床房旺季平日什么价", "628"),
        ("亲子房淡季多少钱", "￥688,￥758"),
        ("山景套房周末多少", "988,1388"),
        ("亲子房多少钱一晚", "￥688,￥758,￥888,￥988"),
        ("山景套房多大", "60㎡"),
    ),
    "telecom": (
        ("畅享69月租多少", "69 元/月"),
        ("畅享69一个月多少钱", "69 元/月"),
        ("畅享129超出流量怎么收费", "3 元/GB"),
        ("最便宜的套餐是哪个", "9 元/月"),
        ("银龄卡月租", "9 元/月"),
    ),
    "hospital": (
        ("内科今天几点开门", "8:00-12:00, 14:00-17:30"),
        ("儿科周日看病到几点", "8:00-12:00"),
        ("口腔科在几楼", "门诊楼5楼"),
        ("急诊电话", "0571-0000-2200"),
        ("哪些科室周日开", "8:00-12:00,24小时"),
        ("儿科挂号费", "20 元"),
    ),
    "courier": (
        ("寄到上海首重多少", "8"),
        ("四川续重多少", "5 元/kg"),
        ("新疆几天能到", "5-8天"),
        ("一区15公斤多少钱", "￥50"),
        ("二区 8kg 多少钱", "￥40"),
    ),
    "limits": (
        ("how much is studio a month", "19 USD/month"),
        ("max file size on Agency", "500 MB"),
        ("does Hobby include SSO", "✗"),
        ("how much is Enterprise", "Contact us"),
        ("what is the maximum file size on Studio", "100 MB"),
    ),
    "parts": (
        ("how much is a door seal", "£9.95"),
        ("lead time on PM-300", "3 weeks"),
        ("most expensive part", "£42.00"),
        ("is the drain pump in stock", "no"),
    ),
    "branches": (
        ("what time does Soho close on Friday", "11:30am - 11:30pm"),
        ("is Camden open on Sunday", "Closed"),
        ("minimum order at Camden", "£12"),
        ("is Soho wheelchair accessible", "Yes"),
        ("do you deliver from Bath", "No"),
        ("which branches deliver", "Yes,Yes"),
    ),
    "bank": (
        ("三年定期利率多少", "1.95%"),
        ("一年期利息多少", "1.45%"),
        ("3个月的利率是多少", "1.05%"),
        ("哪个利率最高", "2%"),
    ),
    "school": (
        ("tuition for reception", "£3,480"),
        ("lunch for years 3-6", "£280"),
        ("is lunch included in nursery", "included"),
        ("how much is nursery per term", "£2,150,included"),
    ),
    "wash": (
        ("SUV打蜡多少钱", "238"),
        ("精洗多少钱", "88,108,128"),
    ),
    "visas": (
        ("日本三年多次多少钱", "880元"),
        ("泰国签证办理多久", "当场"),
        ("日本单次可以停留几天", "15天"),
    ),
    "offers": (
        ("暖风机H1现在多少钱", "399元"),
        ("加湿器M2多少钱", "259元,199元"),
        ("空气炸锅F3多少钱", "499元"),
        ("12月11号空气炸锅F3活动价多少", "399元"),
        ("电热毯多少钱", "189元"),
    ),
    "desks": (
        ("how much is the Oak Desk 120", "379.00 EUR"),
        ("price of Oak Desk 160", "449.00 EUR"),
        ("what will the oak desk 120 cost in January", "399.00 EUR"),
    ),
    "menu": (
        ("宫保鸡丁多少钱", "38"),
        ("可乐几块", "6"),
        ("橙汁多少钱", "18"),
    ),
    "warranty": (
        ("空调整机质保几年", "6年"),
        ("洗衣机延保多少钱一年", "79 元/年"),
    ),
    "shoes": (
        ("云跑5黑色38码有货吗", "12"),
        ("云跑5白色40码还有吗", "2"),
        ("云跑5黑色40码什么时候有货", "缺货"),
    ),
    "flats": (
        ("锦绣里总价多少", "158万"),
        ("云栖花园两室一厅多少钱", "268.5万"),
        ("云栖花园三室两厅多少钱", "365万"),
    ),
    "tours": (
        ("how much is the fjord cruise", "NOK 1,290"),
        ("how long is the city walk", "2 hours"),
    ),
    "courses": (
        ("how much is General English", "£1,150"),
        ("any places left on IELTS Prep", "0"),
    ),
    "cups": (("is the plate in stock", "out of stock"),),
    "plans": (
        ("how much is the free plan", "$0"),
        ("is there a free trial on Basic", "14 days"),
        ("what's in the basic plan", "$5,50 GB,email,14 days"),
    ),
    "halls": (
        ("春晓厅半天多少钱", "800"),
        ("秋水厅投影多少钱", "另收500元"),
        ("秋水厅茶歇一个人多少", "48 元/人"),
    ),
    # 5 kg is the end of one range and the start of the next: the cheaper holds.
    "weights": (
        ("寄3公斤到省外多少钱", "18元"),
        ("寄到新疆8公斤要多少钱", "120元"),
        ("西藏 5kg 运费", "60元"),
        ("省内多少钱", "8元,12元,20元"),
    ),
    "ferries": (
        ("日游线多少钱", "90元,45元"),
        ("夜游线成人票多少钱", "停航"),
    ),
    "windows": (
        ("身份证补办多少钱", "40元"),
        ("居住证办理要钱吗", "不收费"),
        ("哪些项目不收费", "不收费,不收费"),
    ),
    # How long one parks is not how many may.
    "parking": (
        ("how much is Riverside for 2 hours", "£3.00"),
        ("how much is parking at Riverside", "£1.20,£3.00,£6.00"),
        ("how many spaces at Riverside", "420"),
    ),
    "cartridges": (
        ("墨盒多少钱", "139元"),
        ("硒鼓多少钱", "299元"),
    ),
    "outlets": (
        ("海淀网点周末开门吗", "否"),
        ("海淀周六几点开门", "9:00-17:00,否"),
        ("海淀今天几点关门", "9:00-17:00"),
    ),
}
ASKED_BACK = {
    "parts": (("how much is a heating element", ("HB-100", "HB-101")),),
    "visas": (("日本签证多少钱", ("日本 单次旅游", "日本 三年多次")),),
    "branches": (("what's the minimum order", ("Soho", "Camden")),),
}
SILENT = {
    # A total is no thing, and what stands beside the price is not what the price is for.
    "gym": (
        "合计多少钱",
        "储物柜多少钱",
        "月卡储物柜多少钱",
        "年卡带朋友要多少钱",
        "年卡储物柜一个月多少钱",
        "月卡一天多少钱",
        "储物柜几点关",
        "年卡什么时候打折",
        "流瑜伽多少钱",
    ),
    "hotel": ("亲子房加床多少钱", "豪华大床房早餐多少钱一份", "豪华大床房早餐几点", "国庆标准双床房多少钱"),
    # 畅享59 is no longer sold.
    "telecom": ("畅享59多少钱一个月", "畅享129违约金多少", "畅享129一天多少钱", "畅享69流量什么时候清零"),
    "hospital": ("放射科挂号费多少钱", "口腔科拔牙多少钱", "急诊停车多少钱", "口腔科春节几点开门"),
    # The heavy list has no third zone: its 15 kg cost neither what the first nor what the second pays.
    "courier": ("三区15kg多少钱", "寄到日本多少钱", "上海丢件赔多少"),
    "limits": ("how much is Studio per day", "when do I get SSO on Studio", "how much does the audit log cost on Studio"),
    "parts": ("what's the total", "how do I fit a door seal"),
    "branches": ("Soho delivery time", "What time does Soho deliver until on Sunday", "how long does delivery take from Soho"),
    # What has to be paid in is not what is got out.
    "bank": ("存三年能拿多少钱", "三年的贷款利率多少", "存十年利率多少"),
    "school": ("how much is nursery per day", "what time is lunch in nursery", "reception phone number"),
    "wash": ("轿车贴膜多少钱", "打蜡要多久"),
    "visas": ("最贵的签证", "哪个国家签证最贵", "停留时间最长的是哪个"),
    "offers": ("暖风机活动价多少", "空气炸锅F3活动价多少"),
    # Sold out of the list; and a start that is in July here and in January there.
    "desks": ("how much is the Lamp Arc", "how much is the Aero Fan"),
    "menu": ("米饭多少钱", "水煮鱼辣吗"),
    "warranty": ("洗衣机多少钱", "冰箱多少钱", "空调安装多少钱"),
    "shoes": ("云跑5多少钱", "41码的云跑5有货吗", "山行2 36码有货吗"),
    "flats": ("锦绣里租金多少", "锦绣里车位多少钱"),
    # Six hours are longer than ninety minutes.
    "tours": ("which tour has the longest duration", "how much is lunch on the fjord cruise"),
    "courses": ("IELTS exam fee",),
    # Two columns are called "Price" and say different things.
    "cups": ("how much is the mug",),
    "plans": ("is support free", "can I get a free upgrade", "how much does premium support cost", "what is your basic salary"),
    "halls": ("春晓厅一小时多少钱", "冬雪厅多少钱"),
    "weights": ("省外20公斤多少钱", "寄到日本3公斤多少钱"),
    # The summer of next year is in no row.
    "ferries": ("明年6月日游线多少钱", "日游线老人票多少钱"),
    "windows": ("护照换发多少钱", "驾照换证多少钱"),
    "parking": ("lost ticket at Riverside how much", "overnight parking at Riverside"),
    "cartridges": ("墨盒以前多少钱", "打印机多少钱"),
    "outlets": ("海淀网点主任电话", "昌平网点地址"),
}


@pytest.mark.parametrize(("company", "question", "values"), [(one, *row) for one, rows in ANSWERED.items() for row in rows])
def test_a_plain_question_is_answered_with_the_cells_asked_for(company: str, question: str, values: str) -> None:
    answer = ask(company, question)
    assert (answer.status, ",".join(value for hit in answer.hits for _, value in hit.cells)) == ("exact", values)


@pytest.mark.parametrize(("company", "question", "names"), [(one, *row) for one, rows in ASKED_BACK.items() for row in rows])
def test_a_question_that_fits_several_rows_asks_which(company: str, question: str, names: tuple[str, ...]) -> None:
    answer = ask(company, question)
    assert (answer.status, tuple(hit.name for hit in answer.hits)) == ("ambiguous", names)


@pytest.mark.parametrize(("company", "question"), [(one, question) for one, asked in SILENT.items() for question in asked])
def test_what_a_table_does_not_say_is_not_answered_from_it(company: str, question: str) -> None:
    assert ask(company, question).status == "none"


@pytest.mark.parametrize("company", OFFICES)
def test_a_sheet_of_prices_or_hours_is_known_without_being_declared(company: str) -> None:
    parsed = office(company)
    assert [table.sheet for table in parsed.tables] == [name for name, _, _ in OFFICES[company]]


def test_a_sheet_that_explains_in_sentences_stays_text_unless_it_is_declared() -> None:
    from shared.adapters.parsers.limits import Limits
    from shared.adapters.parsers.parse import parse_document
    from shared.domain.knowledge import DocumentMeta

    text = "事项,说明,收费\n身份证补办,请带户口本原件到窗口填写申请表并现场照相采集指纹,40元\n居住证办理,需连续居住半年以上并提供租房合同或单位证明,20元\n"
    undeclared = parse_document("a.csv", text.encode(), DocumentMeta(), Limits())
    declared = parse_document("a.csv", text.encode(), DocumentMeta(kind="facts"), Limits())
    assert (len(undeclared.tables), len(undeclared.sections), len(declared.tables)) == (0, 2, 1)


def test_notes_below_a_table_stay_readable_as_text() -> None:
    assert [section.text for section in office("school").sections] == [
        "A registration fee of £75 is payable on application and is not refundable."
    ]
    assert [section.row for section in office("gym").sections] == ["会员卡!12"]


def test_an_answer_is_cited_by_the_row_that_people_see() -> None:
    (hit,) = ask("gym", "月卡多少钱").hits
    assert (hit.sheet, hit.row) == ("会员卡", 6)


def test_an_offer_begins_and_ends_on_its_days() -> None:
    said = {
        day: [value for hit in ask("offers", "暖风机H1多少钱", day).hits for _, value in hit.cells]
        for day in (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 11), date(2026, 11, 12))
    }
    assert list(said.values()) == [["399元"], ["399元", "299元"], ["399元", "299元"], ["399元"]]


def test_where_the_days_of_one_row_cannot_be_read_the_other_rows_of_the_thing_are_left_out_too() -> None:
    warnings = office("desks").warnings
    assert [warning.split(":")[0] for warning in warnings] == ["Prices!8", "Prices!7"]
