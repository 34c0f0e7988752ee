"""What makes a name: which words can be one, and how parts of an enumeration are completed."""

from __future__ import annotations

import re

from index.figures.clauses import is_common, left_name
from index.figures.names import known_indicators, normalize_indicator
from index.text import HAN_SEVERAL

_GENERIC = re.compile(
    "^(?:总?(?:量|额|数|产|产量|规模|面积|投资|金额|建筑面积|收入|成本|余额)|总投资额?|计划总投资|数量|规模|金额|资金|资金额度|占地"
    "|占地面积|面积|产量|涨幅|增幅|增速|项目总投资|投资|投资总?额|年产值|年产量|综合产值|总产值|产值|其中|人数|户数|人均|签约金额|交易金额|成交金额|资产总额|计划投资|年度计划投资|首期到位|到位资金|办结率|满意率|满意度|"
    "开工率|竣工率|到位率|完成率|回复率|办理率|受理率|总人数|总户数|总里程|死亡人数|年均|涵盖|覆盖|在校学?生|招生|毕业生|专任教师)$"
)
"""总投资; not 粮食产量."""
_BAD_NAME = re.compile(
    r"继.{1,6}后$|这|^降幅$|之一$|今明|远远|历史上|^(?:过去|上述|预期|利用|剩余|居住|承接|进城|机关|巨资|[保续](?:投产|竣工|开工))$"
    r"|^(?:农村|城镇|城乡)?(?:居民|群众|农民|职工|百姓|市民|村民)$|..签订|^先(?![进行锋导])|^向全国|关口|台阶|大关|[成到达]\d|^[那其该它他她此您]|[？?！。；：:]|^第(?![一二三]产业)|^[\d\W]+$|^(?:以上|以下|左右|工作|方面|情况|问题|的|们|等|一|不|没有|只|达标|其他|"
    r"重大|"
    r"上|中|下|左|右|年|月|日|个|次)$|每(?![万千百])|连续|^比|^较|^对于|^各$"
    r"|不到$|高于$|^首期|了(?!解)|.前$|.(?<![高初])中$|^\d[\d.]*[万亿]?(?:元|以上|[.．、])|首次$|已|^前期工作$|^多|[到至由从]$|(?<!行)为$|等(?:重[点大])?(?:项目|企业|单位)$|每个|[()（）]|^涉及|^需|^基本$|^如期|占.{0,4}计划|、.*、.*(?:指标|航线|领域)|倍$|将|拟.{0,2}$|^.{1,2}级$|人$(?<=[到高]人)|[还占]$|^“?十.?五|实现目标$|(?:计划|任务|目标)的$|"
    r"^(?:各级|中央|地方|国家|省级?|市级?|全国)?(?:财政|政府|国家|中央|公共财政)?拟?(?:拿出|安排|投入|支出|补助|下拨|筹集|出资)?"
    r"(?:专项)?(?:资金|支出)?$|"
    r"^(?:参保|受益|获奖|就业|脱贫|摘帽|入选|上市|开行|受理|举办|签订)$|^末"
)
"""这些; not 粮食产量."""
_VERB_ONLY = re.compile(
    r"^(?:新开工|开工|在建|建成|竣工|新建|改造|建成交付|基本建成|新增|交付|改扩建|修建|新开工建设|惠及|涉及|共拆除|拆除|"
    r"签约|落地|投产|开业|引进|清退|整治|培育|完成|销售|解决|处置|新投放|投放|新改建|续建|引导|净增|压减|整合|精简|优化|"
    r"促进|支持|帮助|带动|组织|培训|资助|救助|转移|安置|吸纳)(?:了)?$"
)
"""新建; not 新建学校."""
_VERB_END = re.compile("(?<=..)(?:基本建成|新开工建设|新开工|建成交付|建成|开工|在建|竣工)$")
"""学校建成; not 建成."""
_ENUMERATED = re.compile(
    "新增|新建|改建|改造|淘汰|退出|压减|新开工|建成|引进|培育|招引|签约|推广|取消|整治|新设|新认定"
)
"""新增; not 惠及."""
_OWN_VERB = re.compile(
    "惠及|涉及|带动|总投|占|建筑|竣工|在建|修订|制定|废止|办理|化解|新|拆|加|完成|处置|解决|减|增|降|提|安置|办结|投"
)
"""惠及; not 学校."""
_DONE = re.compile("(?:改造|整治|治理|建设|修复|提升|培训|检测|搬迁|保护)$")
"""A noun that says what is done, so that 新建长者食堂90家、居家适老化改造2400户 builds no second thing: 居家适老化改造; not 长者食堂."""
_NEWLY = re.compile(
    "^(?:新增|净增|新登记|新注册|新发展|新签约|新投放|新建成|新改建|新认定|新培育|新引进|新(?!能源|型|兴|材料|质|区|业|闻))(?=..)"
)
"""新增学位, 新专利; not 新能源汽车."""
_BEGUN = re.compile("^(?:新开工|启动|实施|推进|续建|在建|开工|竣工|新建|完成)(?=..)")
"""开工项目; not 项目."""
_SHARED_END = re.compile(
    "(?:排放(?:总?量)?|[^、]{0,2}面积|总产值|产值|营业收入|营收|销售收入|成交额|销售额|零售额|投资额|吞吐量|收入|支出|投资|人数|产量|产能|增加值|消费|比重|占比|里程|标准|覆盖率|参保率|进出口(?:总[额值])?)$"
)
"""工业增加值; not 学校."""
# 三大主导产业产值; not 主导产业产值
_COUNTED = re.compile(
    f"等?[{HAN_SEVERAL}]+[大个类项](?:主导|支柱|优势|特色|传统|新兴|重点|战略性新兴)*(?:产业|行业|集群)(?=.{{2}})"
)
"""How many an enumeration has: 甲、乙、丙三大主导产业产值; not 主导产业产值."""
LONGEST_NAME = 30
"""Characters of a name that a table or a chart can show; a longer one has its clause in it."""
_TWO_IN_ONE = (
    ("城乡居民", ("城镇居民", "农村居民")),
    ("城乡常住居民", ("城镇居民", "农村居民")),
    ("城乡人均", ("城镇居民人均", "农村居民人均")),
    ("存贷款", ("存款", "贷款")),
    ("存、贷款", ("存款", "贷款")),
)
_PUPILS = re.compile("(?:在校学?生|招生|毕业生|专任教师)$")
"""小学在校生; not 小学."""
_POLLUTANT = re.compile("(?:化学需氧量|COD|二氧化硫|氮氧化物|氨氮|二氧化碳|烟尘|粉尘)$")
"""二氧化硫; not 硫磺."""


def is_generic(name: str) -> bool:
    """A head that needs a subject: 总投资, 面积, 总量."""
    parts = [part for part in re.split("[、和]", name) if part]
    return bool(parts) and all(_GENERIC.match(part) for part in parts)


def is_verb(name: str) -> bool:
    """Only what was done, not to what: 新开工, 惠及."""
    return bool(_VERB_ONLY.match(name))


def ends_in_verb(name: str) -> bool:
    """A subject and what was done: ``安置房新开工``."""
    return bool(_VERB_END.search(name))


def with_verb(first: str, name: str) -> str:
    """``name`` with the verb that ``first`` opens an enumeration with: 淘汰钢铁、水泥 → 淘汰水泥."""
    verb = _ENUMERATED.match(first)
    own = _OWN_VERB.match(name) or _DONE.search(name)
    if verb is None or _ENUMERATED.match(name) or own or is_generic(name):
        return name
    return verb[0] + name


def without_new(name: str) -> str:
    """``新增市场主体`` → 市场主体, whose total a clause then tells."""
    return _NEWLY.sub("", name)


def is_name(name: str) -> bool:
    """Can ``name`` stand in a table by itself?"""
    if _BAD_NAME.search(name) or is_common(name):
        return False
    return 2 <= len(name) <= LONGEST_NAME and bool(re.search("[一-鿿]|GDP|CPI", name))


def is_whole(name: str) -> bool:
    """Whole enough to stand alone in an enumeration: ``城镇`` of ``城镇和农村居民收入`` is not."""
    return len(name) > 2 and is_name(name)


def told_together(names: str) -> list[str]:
    """``二氧化硫、氮氧化物排放量`` → 二氧化硫排放量, 氮氧化物排放量; ``城乡居民收入`` → 城镇…, 农村…."""
    for both, each in _TWO_IN_ONE:
        if both in names:
            return [names.replace(both, one) for one in each]
    names = _COUNTED.sub("", names)
    parts = [left_name(part) for part in re.split("[、和与及]", names)]
    last = parts[-1]
    unit = re.match("单位(?:国内|地区)生产总值|单位GDP", parts[0])
    if unit:
        return [part if part.startswith("单位") else unit[0] + part for part in parts]
    return [_completed(part, last) for part in parts[:-1]] + [last]


def _completed(part: str, last: str) -> str:
    """``part`` of an enumeration with the end it shares with the ``last``."""
    shared = _SHARED_END.search(last)
    if shared is None or _SHARED_END.search(part) or normalize_indicator(part) in known_indicators():
        return part
    if shared[0].startswith("排放"):
        return part + shared[0] if _POLLUTANT.search(part) else part
    if part in ("城镇", "农村", "城市") and last.startswith(("城镇", "农村", "城市")):
        return part + last[2:]
    if part in ("第一", "第二") and last.startswith("第"):
        return part + last[2:]
    at = last.find(part[-2:])
    if at >= 0:
        return part + last[at + 2 :]
    return part if re.search("[数量率额值入重]$", part) else part + shared[0]


def combined_name(subject: str, name: str) -> str:
    """``安置房建设`` and ``新开工`` → 安置房建设新开工; ``粮食`` and ``总产量`` → 粮食产量."""
    if _VERB_ONLY.match(name):
        subject = re.sub("(?:完成|计划|总)*投资$", "", _BEGUN.sub("", _VERB_END.sub("", subject)))
    if name == "新增":
        return name + subject
    if _PUPILS.search(name):
        subject = _PUPILS.sub("", subject)
    if "产" in name and name.startswith(("总产", "产量")):
        subject = re.sub("(?:播种|种植)面积$", "", subject)
    if name.endswith("投资") and not name.startswith("总"):
        subject = subject.removesuffix("总投资")
    if name.endswith("产值"):
        subject = subject.removesuffix("产量")
    if name.startswith("总") and subject.endswith(name[1:]):
        return subject
    for tail in ("产量", "面积", "收入"):
        if name.endswith(tail) and subject.endswith(tail):
            return subject
    return subject + ("产量" if name in ("总产量", "总产") else name)
