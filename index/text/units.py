"""The units of Chinese official prose: what each measures, and the one unit all reports line up in."""

from __future__ import annotations

from decimal import Decimal

MONEY = ("元", "美元", "欧元", "英镑", "港元", "日元")
SCALED: dict[str, tuple[str, Decimal]] = {
    "人": ("万人", Decimal(10**4)),
    "人次": ("万人次", Decimal(10**4)),
    "户": ("万户", Decimal(10**4)),
    "套": ("万套", Decimal(10**4)),
    "亩": ("万亩", Decimal(10**4)),
    "公顷": ("万亩", Decimal(10**4) / 15),
    "平方米": ("万平方米", Decimal(10**4)),
    "平米": ("万平方米", Decimal(10**4)),
    "立方米": ("万立方米", Decimal(10**4)),
    "吨": ("万吨", Decimal(10**4)),
    "公斤": ("万吨", Decimal(10**7)),
    "斤": ("万吨", Decimal(2 * 10**7)),
    "标箱": ("万标箱", Decimal(10**4)),
    "标准箱": ("万标箱", Decimal(10**4)),
    "吨标准煤": ("万吨标准煤", Decimal(10**4)),
    "千瓦": ("万千瓦", Decimal(10**4)),
    "千瓦时": ("亿千瓦时", Decimal(10**8)),
    "成": ("%", Decimal(1) / 10),
    "百分点": ("个百分点", Decimal(1)),
    "微克每立方米": ("微克/立方米", Decimal(1)),
}
"""Written unit → the one unit all reports line up in, and how many of the first make one of it."""
MEASURES = (
    "%",
    "个百分点",
    "个基点",
    "个工作日",
    "个月",
    "小时",
    "分钟",
    "吨公里",
    "人公里",
    "平方公里",
    "公里",
    "倍",
    "微克/立方米",
    "毫克/立方米",
    "米",
    "天",
    "岁",
)
PIECES = (
    *("场次", "班次", "批次", "头只", "台套"),
    *"个家项件处条场次所座名位种类台辆艘架列部份册起宗张篇支款间栋幢株头只枚组门口盏对趟例",
)
"""What is counted one by one; only those that are hardly ever another word in a report."""

_FAMILIES: dict[str, str] = {
    "money": "元 美元 欧元 英镑 港元 日元 块钱 块 毛钱 亿 万亿",
    "percent": "% 个百分点 百分点 成 倍",
    "area": "平方米 平方公里 亩 公顷 平米 平方千米",
    "length": "公里 千米 米 里",
    "weight": "吨 斤 公斤 千克 克 吨标准煤",
    "concentration": "微克/立方米 毫克/立方米 微克每立方米 毫克每立方米 微克 毫克",
    "energy": "千瓦 千瓦时 度 立方米 方 兆瓦 升",
    "people": "人 名 位 人次 口人",
    "time": "年 个月 月 天 日 小时 分钟 周 周岁 岁 季度 年内",
    "count": "个 家 户 件 处 条 座 所 项 场 场次 次 套 辆 台 张 种 类 批 间 栋 艘 架 支 只 部 本 篇 "
    "班 宗 起 例 村 社区 街道 例次 门 片 块地 个省份 省份 站 对 列 枚 颗 款 届 期 万次 个小区 小区 回 支队 "
    "床 单 笔 幅 道 段 只股 层 棵 株 头 册 份 架次 人才 标段 版 步 领域 站点 所学校 名学生 亿次 株树 班次 批次 头只 台套 组 幢 盏 趟 口",
}
UNIT_FAMILY = {unit: family for family, units in _FAMILIES.items() for unit in units.split()}
"""Unit, as a question or a report writes it, → what it measures; a question's count words are more (回, 床)."""
