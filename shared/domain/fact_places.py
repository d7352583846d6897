"""Places by their names in two languages, and which places a region holds: what a price list leaves unsaid."""

from collections.abc import Iterator, Mapping

_PAIRS = """
北京 Beijing|上海 Shanghai|广州 Guangzhou|深圳 Shenzhen|成都 Chengdu|重庆 Chongqing|杭州 Hangzhou|南京 Nanjing|武汉 Wuhan
西安 Xi'an|苏州 Suzhou|天津 Tianjin|青岛 Qingdao|大连 Dalian|厦门 Xiamen|宁波 Ningbo|长沙 Changsha|郑州 Zhengzhou
昆明 Kunming|哈尔滨 Harbin|沈阳 Shenyang|长春 Changchun|济南 Jinan|合肥 Hefei|福州 Fuzhou|南昌 Nanchang|贵阳 Guiyang
南宁 Nanning|海口 Haikou|三亚 Sanya|兰州 Lanzhou|西宁 Xining|银川 Yinchuan|呼和浩特 Hohhot|太原 Taiyuan|石家庄 Shijiazhuang
乌鲁木齐 Urumqi|拉萨 Lhasa|东莞 Dongguan|佛山 Foshan|无锡 Wuxi|珠海 Zhuhai
江苏 Jiangsu|浙江 Zhejiang|安徽 Anhui|福建 Fujian|江西 Jiangxi|山东 Shandong|广东 Guangdong|广西 Guangxi|海南 Hainan
湖北 Hubei|湖南 Hunan|河南 Henan|河北 Hebei|山西 Shanxi|陕西 Shaanxi|四川 Sichuan|贵州 Guizhou|云南 Yunnan|甘肃 Gansu
青海 Qinghai|宁夏 Ningxia|新疆 Xinjiang|西藏 Tibet|内蒙古 Inner Mongolia|辽宁 Liaoning|吉林 Jilin|黑龙江 Heilongjiang
香港 Hong Kong|澳门 Macau|台湾 Taiwan|港澳台 Hong Kong, Macau and Taiwan
华东 East China|华北 North China|华南 South China|华中 Central China|西南 Southwest China|西北 Northwest China|东北 Northeast China
中国 China|美国 USA|美国 United States|英国 UK|英国 United Kingdom|德国 Germany|法国 France|日本 Japan|韩国 South Korea|韩国 Korea
新加坡 Singapore|马来西亚 Malaysia|泰国 Thailand|越南 Vietnam|澳大利亚 Australia|澳洲 Australia|加拿大 Canada|意大利 Italy
西班牙 Spain|荷兰 Netherlands|瑞士 Switzerland|俄罗斯 Russia|印度 India|新西兰 New Zealand|瑞典 Sweden|巴西 Brazil
欧洲 Europe|亚洲 Asia|北美 North America|海外 overseas|海外 abroad|国内 domestic|国际 international
东京 Tokyo|大阪 Osaka|首尔 Seoul|伦敦 London|巴黎 Paris|柏林 Berlin|纽约 New York|悉尼 Sydney
同城 same city|市内 within the city|省内 within the province|省外 other provinces|偏远地区 remote areas
元旦 New Year's Day|春节 Chinese New Year|春节 Spring Festival|过年 Chinese New Year|清明节 Qingming|劳动节 Labour Day
劳动节 May Day|五一 Labour Day|端午节 Dragon Boat Festival|中秋节 Mid-Autumn Festival|国庆节 National Day|国庆 National Day
圣诞节 Christmas|清明 Qingming|端午 Dragon Boat Festival|中秋 Mid-Autumn Festival|圣诞 Christmas
白色 white|黑色 black|灰色 grey|灰色 gray|红色 red|蓝色 blue|绿色 green|银色 silver|金色 gold|粉色 pink|黄色 yellow|棕色 brown
"""
# Only those that every carrier counts to the region.
_REGIONS = """
华东 上海 江苏 浙江 安徽 南京 苏州 无锡 杭州 宁波 合肥 江浙沪
华北 北京 天津 河北 山西 石家庄 太原
东北 辽宁 吉林 黑龙江 沈阳 大连 长春 哈尔滨
华南 广东 广西 海南 广州 深圳 东莞 佛山 珠海 南宁 海口 三亚
华中 湖北 湖南 河南 武汉 长沙 郑州
西南 四川 重庆 贵州 云南 成都 贵阳 昆明
西北 陕西 甘肃 青海 宁夏 西安 兰州 西宁 银川
新疆 乌鲁木齐
西藏 拉萨
江苏 南京 苏州 无锡
浙江 杭州 宁波
广东 广州 深圳 东莞 佛山 珠海
四川 成都
湖北 武汉
湖南 长沙
陕西 西安
山东 济南 青岛
辽宁 沈阳 大连
福建 福州 厦门
"""


def _pairs() -> Iterator[tuple[str, str]]:
    for entry in _PAIRS.replace("\n", "|").strip("|").split("|"):
        han, _, latin = entry.partition(" ")
        yield han, latin


def _twins() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for han, latin in _pairs():
        key = latin.casefold().replace(" ", "")
        found.setdefault(han, []).append(key)
        found.setdefault(key, []).append(han)
    for twins in [*found.values()]:
        # Another name of the same place is reached through the other language: "UK" by 英国 from "United Kingdom".
        for twin in [*twins]:
            twins += [other for other in found[twin] if other not in twins]
    return {name: tuple(twins) for name, twins in found.items()}


# Compact names to their names in the other language.
TWINS = _twins()
# A region to the places within it that a price list for regions need not name.
WITHIN: Mapping[str, tuple[str, ...]] = {
    region: tuple(places) for region, *places in (line.split() for line in _REGIONS.strip().splitlines())
}
