"""What a web page puts around a text: which lines are its buttons, its lines of origin, its foot."""

from __future__ import annotations

import re

from index.text.numerals import HAN_NUMERAL
from index.text.sentences import SENTENCE_MARKS
from index.text.time_expressions import YEAR

_PARTS = re.compile(r"[\s|｜/、,，;；:：>＞»›《》【】\[\]（）()“”\"'×·•▲▼→←+…_—-]+")
"""What stands between the buttons of a row: ｜, 】【; not 大."""
_BUTTON = re.compile(
    r"(?:我要)?(?:打印|下载|收藏|纠错|投稿|举报|点赞|复制|保存|导出|转发|转载|关闭)(?:本?[页文]|本文|窗口|链接|正文|全文)?|全屏"
    r"|分享(?:到|至)?(?:微信)?(?:朋友圈)?|分享给.{0,8}|转发到?|字[体号]|加大|还原|减小|放大|缩小|默认|正常|[大中小]|A"
    r"|微信|(?:新浪|腾讯)?微博|QQ(?:空间|好友)?|豆瓣|人人网|朋友圈|(?:微信)?扫一?扫|用微信"
    r"|语音播[报放]|(?:语音)?朗读|听(?:全文|新闻|报告)|播放|暂停|无障碍(?:阅读|浏览|版)?|(?:长者|关怀|老年|适老化)(?:模式|版|助手)?|适老"
    r"|简体|繁[体體](?:中文)?|简|繁|English|登[录陆]|注册|注销|个人中心|用户中心|手机版|移动版|电脑版|客户端|APP|RSS|设为首页|加入收藏"
    r"|(?:网站)?首页|返回(?:顶部|首页|列表|上[一级]页?)?|正文|上一页|下一页|末页|没有了|目录"
    r"|(?:阅读|评论|浏览|点击|访问|查看)(?:次数|量|数)?|\d{1,7}次?"
)
"""A button or a counter: 打印本页, 分享到, 大, 147次; not 打印机, 大力发展."""
_PLAIN = re.compile(r"[大中小A简繁]|\d{1,7}次?|正文|目录|保存|正常|默认|播放|微信|微博")
"""A word of a row of buttons that may be a text's own where it stands alone: 大, 12; not 打印."""
_DAY = rf"{YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|{YEAR}年\d{{1,2}}月\d{{1,2}}日"
_CLOCK = r"(?:\s*\d{1,2}[:：]\d\d(?:[:：]\d\d)?)?"
_LABEL = (
    r"(?:(?:信息|文章|稿件|新闻|内容)?来\s*源|稿源|(?:发布|更新|发表|录入|创建|添加|信息)?(?:时间|日期)|(?:文章|信息)?作者|供稿|撰稿|录入"
    r"|(?:责任|网络|本期|本文|执行)?编\s*辑|责编|(?:信息)?审核|校对|[初复终]审|发布[者人]|字\s*[号体]|索\s*引\s*号|公开(?:方式|时限|日期|范围)"
    r"|(?:主题|体裁|组配)分类|有\s*效\s*性|信息类别|标签|关键[词字]|字数|(?:本文|原文)(?:链接|地址|网址)|分享到?"
    r"|(?:浏览|点击|阅读|访问|查看|评论)(?:次数|量|数|人次)?)"
)
_ORIGIN = re.compile(
    rf"[【\[（(]?{_LABEL}\s*[:：].{{0,120}}|索\s*引\s*号\s+[0-9A-Z].{{0,120}}"
    rf"|[（(]?{YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}{_CLOCK}[)）]?"
    rf"|[（(]?(?:{_DAY}){_CLOCK}[)）]?\s*[|｜]?\s*[【\[（(]?{_LABEL}\s*[:：].{{0,120}}"
)
"""来源：安徽日报, 时间：2022-11-22 作者：…, 2026-02-03 09:02:33, 2024年1月2日 来源：…; not 来源丰富, 2024年1月2日."""
_PATH = re.compile(
    r"(?:当前|您(?:现在)?(?:的|所在)|所在)位置[:：]?.{0,100}|(?:网站)?首\s*页\s*[>＞»›/\\→|\s-].{0,100}"
)
"""您的位置：首页 > 政务公开, 首页 / 信息公开; not 首页."""
_LEFT = re.compile(
    rf"(?:更多|欢迎|敬请|请)[^{SENTENCE_MARKS}]{{0,20}}(?:登[录陆]|访问|关注|搜索|加入)[^{SENTENCE_MARKS}]{{0,40}}|(?:关注|搜索)?(?:微信)?公众号\s*[:：].{{2,20}}"
    rf"|本(?:文|资料|文档|文章|材料|报告)(?:来自|来源于|来源|由|转载自|摘自|转自)[^{SENTENCE_MARKS}]{{0,50}}(?:网|上传|整理|提供|分享|库|平台|下载)[^{SENTENCE_MARKS}]{{0,20}}[。！]?"
    rf"|[^。；]{{0,60}}(?:如有侵权|侵权(?:请|必究)|仅供学习|网友上传)[^{SENTENCE_MARKS}]{{0,40}}[。！]?"
)
"""A collector's own line: 更多资料请关注公众号某某, 本资料来源于网络; not 请关注困难群众。今年我们要."""
_OWNER = re.compile(
    r"(?:版权所有|Copyright\s|©\s*\d).{4,100}|(?:技术支持|运行维护|网站标识码|备案号)(?:单位)?\s*[:：].{0,120}"
    r"|.{0,30}ICP备.{0,60}|.{0,30}公网安备.{0,40}",
    re.IGNORECASE,
)
"""Whose page it is: 版权所有：甲县政府, 陕ICP备1号; not 版权保护."""
_ADDRESS = re.compile(
    r"(?:主办|承办|协办|联系电话|网站地址|地\s*址|邮\s*编|电\s*话)(?:单位)?\s*[:：].{0,120}"
)
"""Stands beside the owner of a page, or below a list of tasks: 主办单位：甲局; not 主办方。"""
_FOOT = re.compile(
    r"(?:您是)?第.{0,12}(?:位访问者|次访问)|(?:微信|手机)?扫一?扫.{0,24}"
    r"|(?:\d{1,2}[.．、]\s*|附件\d{0,2}[:：]?\s*)?[^。；！？]{0,60}\.(?:pdf|docx?|wps|ofd|xlsx?|zip|rar)(?:\s*[（(]?下载[)）]?)?"
    r"|附件(?:下载)?[:：]|https?://\S+|www\.\S+|[上下]一[篇条页]\s*[:：]?.{0,60}",
    re.IGNORECASE,
)
"""附件：1.报告.pdf, 下一篇：甲县; not 附件：1.主要指标表."""


def is_buttons(text: str) -> bool:
    """Whether a line is nothing but buttons: 【打印本页】【关闭】, 大 | 中 | 小, ×."""
    return bool(text) and all(_BUTTON.fullmatch(part) for part in _PARTS.split(text) if part)


def is_certain(text: str) -> bool:
    """Of a line of buttons, whether it can be nothing else: 打印; not 大, 12, ×."""
    return any(not _PLAIN.fullmatch(part) for part in _PARTS.split(text) if part)


_LONGEST_NOTE = 100
"""Characters of a line that a collector leaves; a longer one is the text's own."""


def is_origin(text: str) -> bool:
    """Whether a line says where and when a page had its text from, or what stood above it on the way."""
    return bool(_ORIGIN.fullmatch(text) or _PATH.fullmatch(text))


def is_collectors(text: str) -> bool:
    """Whether a line is of whoever copied the text: an invitation to its own site, a disclaimer."""
    return len(text) <= _LONGEST_NOTE and _LEFT.fullmatch(text) is not None


def is_foot(text: str) -> bool:
    """Whether a line can only stand below a text, on a page: its counters, its files, its neighbours."""
    dated = re.fullmatch(f"[（(]?{_DAY}.*", text) is not None
    if is_collectors(text) or _FOOT.fullmatch(text) or (is_origin(text) and not dated):
        return True
    return is_buttons(text) and is_certain(text)


def is_owner(text: str) -> bool:
    """Whether a line says whose page it is: 版权所有：…, 陕ICP备…."""
    return _OWNER.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """Whether a line may belong to the owner of a page, where one is named beside it: 主办单位：…."""
    return _ADDRESS.fullmatch(text) is not None


_TURN_MARK = (
    rf"[（(【\[▲▼△▽]?\s*(?:下转|上接|紧接)第?\s*[A-Z]?[0-9{HAN_NUMERAL}]{{1,3}}"
    rf"(?:\s*[、，,和至-]\s*[A-Z]?[0-9{HAN_NUMERAL}]{{1,3}})*\s*版[）)】\]]?[▲▼△▽]?"
)
TURN = re.compile(rf"\s*{_TURN_MARK}\s*")
"""Where a newspaper's column breaks: 下转7版, （上接第4版）, ▲下转2、3版; not 下转第."""
