"""Traditional characters as their simplified ones, as far as the patterns of talk use them: one for one, so that places stay."""

_PAIRS = (
    "轉转謝谢請请麼么嗎吗沒没對对說说話话單单訴诉報报聯联絡络機机實实為为電电號号郵邮個个這这還还會会們们問问題题聽听給给幫帮辦办處处"
    "記记開开關关時时間间點点幾几無无錯错換换經经負负責责領领導导員员專专誰谁貨货該该結结進进態态認认訊讯煩烦際际現现線线"
    "連连係系繫系樣样兩两種种應应發发復复覆复東东資资訂订購购買买賣卖運运費费錢钱歡欢見见別别壞坏舊旧講讲談谈與与誤误燈灯"
)
_SIMPLIFIED = {ord(traditional): simple for traditional, simple in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)}


def simplified(text: str) -> str:
    """Return the text with those characters simplified; everything else, and its length, is as it was."""
    return text.translate(_SIMPLIFIED)
