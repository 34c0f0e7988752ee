"""What a report says of itself: title, place, issuer, date, speaker, the years it is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from index.structure.numbering_marks import Rank, canonical, canonical_lines, mark_of
from index.structure.section_years import mode_of
from index.text import (
    DEPUTIES,
    HAN_NUMERAL,
    NUMERAL,
    PLACE_SUFFIX,
    SALUTATION,
    SENTENCE_MARKS,
    TOWNSHIP_SUFFIX,
    YEAR,
    YEAR_COUNT,
    Years,
    bare_place,
    half_width,
    to_int,
    years_in,
)
from index.types import CleanText, Metadata

_HEAD_PARAGRAPHS, _HEAD_CHARACTERS = 24, 2000
"""What precedes the first heading, where title, place, date and speaker stand; what comes later is text."""
_OPENING_LINES, _NOTE_LINES, _TITLE_LINES, _SPEAKER_LINES = 6, 8, 10, 12
"""Lines from the top within which a report greets, is annotated (issuer, adoption), is titled and names its speaker: in
this order the head of a page pushes them down. Set by hand on the reports at hand."""
_LAST_LINES, _PUBLISHED_LINES = 4, 3
"""Lines from the end within which the body signs, and a date of publication stands."""
_TELLING = 20
"""Characters from which a title tells its report apart by itself."""
_ALONE, _LONGEST_PART, _LONGEST_BODY, _SHORT_LINE, _LONGEST_SPEAKER, _LONGEST_DATED = 20, 40, 45, 60, 90, 120
"""Characters up to which a line is a date alone, a part of a title or of an imprint, a body's name (several bureaus
sign together), a heading, a speaker with office and session, a line that dates the report. What is longer is text."""
_PARAGRAPH, _NATION_WITHIN = 400, 600
"""Characters from which a part of the head is the text's first paragraph, and within which the nation's body is named
as the one that reports: further on it is praised."""
_SENTENCE = 80
"""Characters of a line's beginning in which it says what year this is."""
_SHORTEST_BODY = 3
"""A body's name is longer; 省政府 is no line of imprint by itself."""
_LONGEST_LEVEL = 4
"""Characters of the longest level of a place: 自治区 and one more."""
_SURE = 2
"""Votes of a heading with its year and of a date of publication; a title has twice as many, a sentence half."""

_TITLE = re.compile(
    f"[^{SENTENCE_MARKS}；：]{{0,70}}(?:工作报告|执行情况[^。：]{{0,40}}报告|(?:情况|草案|预算|决算|计划|纲要|调研|发展|评估|审计)[^。：]{{0,12}}报告"
    "|工作总结[和与及暨][^。：]{0,20}(?:思路|安排|打算|计划|要点)|(?:部门|单位)(?:预算|决算)(?:公开)?(?:说明)?"
    "|统计公报|公报|白皮书|规划纲要|[规计]划|纲要|要点|方案|意见|决定|述职报告|工作总结|报告|(?:条例|规定|办法|细则|章程))"
    "(?:（[^）]{1,20}）)?"
    f"|中华人民共和国[^{SENTENCE_MARKS}；：，]{{1,40}}法(?:（[^）]{{1,20}}）)?"
)
"""甲县政府工作报告, 甲市教育局2024年工作总结和2025年工作思路; not 各位代表."""
_RULE = re.compile("(?:法|条例|规定|办法|细则)(?:（[^）]{1,20}）)?$")
"""公司法; not 公司."""
# （1993年12月29日…通过　…　2023年12月29日…第二次修订）
# （1993年12月29日通过）; not （1993年12月29日）
_ADOPTED = re.compile("（[^（）]*\\d年[^（）]*(?:通过|修订|修正|批准|公布|发布)[^（）]*）")
"""（1993年12月29日通过）, （1993年12月29日通过　2023年12月29日第二次修订）; not （1993年12月29日）."""
_PATH = re.compile("[/／|｜]")
"""日报/2001年; not 日报."""
_FOOTNOTE = re.compile(r"(?:\[\d+\]|【\d+】|\*+|\(\d+\))$")
"""政府工作报告[1], 政府工作报告*; not 政府工作报告（2024）."""
_NOT_TITLE = re.compile("现在|我代表|各位|审议|摄$|开幕|[“”《》]$|^作|向大会|^(?:一|（一）)、?")
"""我代表; not 甲县."""
_STAMP = re.compile(
    "仅供(?:内部)?(?:预览|参考|学习|使用|交流|审阅)|内部(?:资料|文件|材料)(?:[，,]?(?:请勿外传|注意保[存密]))?|征求意见稿|讨论稿|送审稿|审议稿|草稿|样[本稿张]|副本"
    "|(?:机密|秘密|绝密)(?:★.{0,12})?|会议文件(?:[（(].{1,4}[)）])?"
)
"""What is stamped over or beside a title: 仅供预览, 内部资料, 机密★一年; not 仅供参考的数据."""
_DATE = re.compile(f"({YEAR})\\s*年\\s*({NUMERAL}{{1,3}})\\s*月(?:\\s*({NUMERAL}{{1,3}})\\s*日)?")
"""2025年1月7日, 2025年一月; not 2025年."""
_SESSION = re.compile(
    f"(?:在|^|[日 （])\\s*(?:(?P<before>[^，。\\d第在]{{1,24}}?)\\s*)?第?[{HAN_NUMERAL}百\\d]{{1,4}}届\\s*"
    "(?P<nation>全国)?\\s*(?:人民代表大会|人大)"
)
"""在甲县第十八届人民代表大会; not 甲县人民代表."""
_OF_NAME = "(?!人民|政府|关于|委员|办公|代表|中国|共产|中共|政协|[的我在])[\\u4e00-\\u9fff]"
"""A character of a place's name: 甲; not the 人 of 人民, nor 我 and 在, which stand before one."""
_PLACE = re.compile(
    f"中华人民共和国|全国|(?:{_OF_NAME}市[市区](?!长)"
    f"|(?:{_OF_NAME}){{1,8}}?(?:州[市区县]|[乡镇]市|乡县|{PLACE_SUFFIX}|{TOWNSHIP_SUFFIX})"
    f"|(?:{_OF_NAME}){{2,14}}?(?:开发区|示范区|合作区|园区))+"
)
"""甲县, 甲州市, 乙乡县, 丙市市, 甲高新技术产业开发区; not 甲."""
_NO_PLACE = re.compile(
    f"(?:[全本我各该]|各级)?(?:{PLACE_SUFFIX}|{TOWNSHIP_SUFFIX}|新区|开发区|高新区|经开区|园区)"
    "|.*(?:[社小景灾库牧校辖片厂老]|农村|民族|边疆|沿海|贫困|发达|城镇|集镇|[中东西]部)(?:地?区)"
    "|[山城郊街]区|[城乡集村]镇|[城下返]乡"
)
"""自治区, 全县, 农村地区, 社区, 乡镇; not 甲县, 甲自治县."""
_OFFICES = (
    "总理|省长|市长|区长|县长|州长|旗长|盟长|镇长|乡长|专员|主席|主任|检察长|院长|局长|厅长|部长|行政长官"
)
# 县长 张明; not 县长办公会
_SPEAKER = re.compile(
    f"(?:{_OFFICES})\\s*[：:]?\\s*"
    "([\\u4e00-\\u9fff](?:\\s{0,2}[\\u4e00-\\u9fff]){1,2}|[\\u4e00-\\u9fff]{2,8}(?:·[\\u4e00-\\u9fff]{1,8})+)"
    "(?=\\s*$|\\s{1,}\\S|）|（)"
)
"""县长 张明; not 县长办公会议."""
# 阜平县人民政府县长, and the name in the next line
_OFFICE_LINE = re.compile(f"[^，。]{{0,30}}(?:{_OFFICES})")
"""The name is in the next line: 阜平县人民政府县长; not 县长张明."""
_NAME_LINE = re.compile("[\\u4e00-\\u9fff](?:\\s{0,2}[\\u4e00-\\u9fff]){1,2}")
"""张 明, 欧阳明; not 欧阳小明."""
# 县长张明在第十八届…, 县长张明作; not 县长张明
_SPEAKER_CAPTION = re.compile(f"(?:{_OFFICES})\\s?([\\u4e00-\\u9fff]{{2,3}}?)(?=在[^，。]{{0,12}}第|代表|作)")
_GOVERNMENT = "人民政府|人民法院|人民检察院|人大常委会"
_BODY = (
    f"{_GOVERNMENT}|行政公署|管委会|管理委员会|人民代表大会|政协|发展和?改革|[\\u4e00-\\u9fff]{{2,12}}?[局厅]"
)
_NATION = re.compile("国务院总理|代表国务院|受国务院|最高人民(?:法院|检察院)|全国人大|全国委员会|国务院$")
"""国务院总理; not 县长."""
_BEHALF = re.compile(
    "(?:^|我|，|(?<=[：。 ]))(?:受|代表(?!大会))([^，。；：]{2,30}?)(?:委托)?，?(?=，|向|作|报告|就|做)"
)
"""我代表县政府，; not 人大代表大会，."""
_ISSUER = re.compile(
    "[\\u4e00-\\u9fff ]{2,40}(?:政府|委员会|管委会|行政公署|办事处|法院|检察院|发展改革委|局|厅|调查队|常委会|政府办公[室厅])"
    "|(?:教育|科学技术|科技|工业和信息化|公安|民政|司法|财政|人力资源和?社会保障|自然资源|生态环境|住房和?城乡建设|交通运输|水利"
    "|农业农村|商务|文化和旅游|应急管理)部"
)
"""甲县人民政府, 教育部; not 甲, 东部."""
_HEADED = re.compile(
    f"({_ISSUER.pattern})代?理?(?:局长|厅长|主任|院长|检察长|部长)\\s+[\\u4e00-\\u9fff ]{{2,8}}"
)
"""Whose head speaks: 甲县财政局局长 张明; not 县长 张明."""
_COMMITTEE = re.compile(
    f"(?:政协|政治协商会议|共产党|中共)({_PLACE.pattern})(?:第?[{HAN_NUMERAL}\\d]{{1,4}}[届次])?"
    "(?:委员会|全体会议|代表大会|纪律检查)"
)
"""政协甲县第十届委员会, 中国共产党甲市第十次代表大会; not 政协委员."""
# 预算主管部门：; not 预算收入：
_LABEL = re.compile("^(?:[预决]算)?(?:主管|编制|发布|制定)?(?:部门|单位|机关)：")
"""预算主管部门：东山市柳河区人民政府办公室; not 预算收入：5亿元."""
_PUBLISHED = re.compile(f"({YEAR})年\\s*\\d{{1,2}}月\\s*\\d{{1,2}}日")
"""2025年1月7日; not 2025年1月."""
_GREETING = re.compile(SALUTATION)
"""各位代表; not 人大代表."""


def read_metadata(clean: CleanText, name: str = "") -> Metadata:
    """What ``clean`` says of itself; ``name`` (the file's stem) helps only where the text is silent."""
    lines = [text for line in canonical_lines(clean.text) if (text := line.strip())]
    lines = [
        line for line in lines[:_HEAD_PARAGRAPHS] if not _STAMP.fullmatch(line.strip("（）()【】"))
    ] + lines[_HEAD_PARAGRAPHS:]
    head = _head(lines)
    written = _Written(clean.text)
    title = _title(head) or _guess(lines)
    declared = _declared(clean) or written.restore(_first_line(lines))
    signature = _signature(lines)
    place, issuer = _place_and_issuer(
        head, title or canonical(declared), signature, "\n".join(lines), canonical(name)
    )
    date = _adopted(head) if _RULE.search(title) else _date(head) or _date(signature[1:])
    kind = title or canonical(declared or name)
    year = int(date[:4]) if date else _year(lines, kind, name)
    reviewed, planned = _years(lines, kind, year)
    return Metadata(
        title=_display(written.restore(title) or declared, written.restore(place), year, name),
        place=written.restore(place),
        issuer=written.restore(issuer),
        date=date or (str(year) if year else ""),
        speaker=written.restore(_speaker(head)),
        years_reviewed=reviewed,
        years_planned=planned,
    )


class _Written:
    """Finds what was read in canonical spelling (simplified, lower case) as the report writes it."""

    def __init__(self, text: str) -> None:
        self._raw = re.sub(r"\s", "", text[: 4 * _HEAD_CHARACTERS])
        self._canonical = canonical(self._raw)

    def restore(self, value: str) -> str:
        at = self._canonical.find(value) if value and " " not in value else -1
        return half_width(self._raw[at : at + len(value)]) if at >= 0 else value


def _head(lines: Sequence[str]) -> list[str]:
    """The paragraphs before the first heading, each cut where several stand in one."""
    head: list[str] = []
    size = 0
    for line in lines[:_HEAD_PARAGRAPHS]:
        mark = mark_of(line)
        if (mark and mark.rank <= Rank.SECOND) or size > _HEAD_CHARACTERS:
            break
        size += len(line)
        head += [
            part.strip()
            for part in re.split(f"(?=——)|(?<=[上会])(?=国务院)|(?<!尊敬的)(?={SALUTATION})", line)
        ]
    return [part for part in head if part]


def _close_up(text: str) -> str:
    """Without the spaces that letter-space a title (政 府 工 作 报 告)."""
    return re.sub(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])|(?<=\d)\s+(?=年)|(?<=年)\s+", "", text).strip()


def _title(head: Sequence[str]) -> str:
    for index, part in enumerate(head[:_TITLE_LINES]):
        if _GREETING.match(part):
            return ""
        # 云南日报/2001年/…/云南省…纲要: the title is the last of a path
        text = _close_up(_FOOTNOTE.sub("", _PATH.split(re.split(r"\s{3,}", part)[0])[-1]))
        if not _TITLE.fullmatch(text) or _NOT_TITLE.search(text) or part.startswith("——"):
            continue
        return _close_up("".join([*_title_opening(head[:index]), text]))
    return ""


def _title_opening(before: Sequence[str]) -> list[str]:
    """Lines above that the title begins on: 关于…年 / 天桥区2025年."""
    taken: list[str] = []
    for part in reversed(before[-2:]):
        text = _close_up(part)
        if len(text) > _LONGEST_PART or re.search("[。，！？：—、电/／|｜]|讯|摄|[日号期]$|^第", text):
            break
        taken.insert(0, text)
    return taken


def _guess(lines: Sequence[str]) -> str:
    """A title where no line is one: the kind of report that its opening sentence makes it."""
    opening = "".join(lines[:_OPENING_LINES])
    speaks = re.search("代表[^，。]{0,12}(?:政府|国务院)", opening) and "大会" in opening
    modes = {mode_of(heading) for heading in _headings(lines)} if not speaks else set()
    if not speaks and (bulletin := _guess_bulletin(lines)):
        return bulletin
    # A report that lost its opening: it reviews, it plans, and it speaks to the deputies.
    speaks = speaks or ({"actual", "target"} <= modes and any(line.startswith(DEPUTIES) for line in lines))
    return "政府工作报告" if speaks else ""


def _guess_bulletin(lines: Sequence[str]) -> str:
    """A bulletin of statistics whose title was a picture: its bureau signs above, its notes speak of 本公报."""
    signed = any(
        part.endswith(("统计局", "调查队")) and len(part) < _LONGEST_BODY for part in lines[:_OPENING_LINES]
    )
    opening = next((line for line in lines[:_TITLE_LINES] if len(line) > _SHORT_LINE), "")
    told = re.match(f"({YEAR})年", opening)
    if not (signed and told and any("本公报" in line for line in lines)):
        return ""
    return f"{told[1]}年国民经济和社会发展统计公报"


def _first_line(lines: Sequence[str]) -> str:
    """A first line that can only be a title: short, no sentence, right above the first heading."""
    if len(lines) < 2 or mark_of(lines[0]) or not (above := mark_of(lines[1])) or above.rank > Rank.TOP:
        return ""
    return (
        lines[0]
        if re.fullmatch("[^。，；：！？…]{6,40}", lines[0]) and not _NOT_TITLE.search(lines[0])
        else ""
    )


def _declared(clean: CleanText) -> str:
    """The first of the topmost headings that the source file declares."""
    titles = [(heading.level, clean.text[heading.start : heading.end].strip()) for heading in clean.headings]
    titles = [(level, text) for level, text in titles if not _STAMP.fullmatch(text)]
    top = min(titles, key=lambda title: title[0], default=(0, ""))
    return _PATH.split(top[1])[-1].strip()


def _display(title: str, place: str, year: int | None, name: str) -> str:
    """The title a reader tells reports apart by: place and year are put in front where it lacks them."""
    if not title:
        return name or "未命名报告"
    if len(title) > _TELLING or title.startswith("关于") or _RULE.search(title):
        return title
    named = _PLACE.search(re.sub(f"^{YEAR}年", "", title))
    has_place = bool(place and place in title) or (named is not None and named[0] in title)
    front = "" if has_place or place in ("", "全国") else place
    if re.search(YEAR, title) or years_in(title, None) or year is None:
        return front + title
    return f"{front}{year}年{title}"


def _date(head: Iterable[str]) -> str:
    """The day the report was given, ISO; a day beside a session counts more than any other."""
    found = [
        (bool(re.search("会议|大会|人大", part)) or part.startswith(("——", "（")), _iso(match))
        for part in head
        if len(part) < _LONGEST_DATED
        for match in _DATE.finditer(part)
        if match[3] or len(part) < _ALONE or part.startswith("——")
    ]
    return max(found, key=lambda item: item[0])[1] if found else ""


def _adopted(head: Sequence[str]) -> str:
    """The day a rule was adopted or last amended, as the brackets below its title tell."""
    notes = (part for part in head[:_NOTE_LINES] if _ADOPTED.fullmatch(part))
    return max((_iso(match) for note in notes for match in _DATE.finditer(note)), default="") or _date(head)


def _iso(match: re.Match[str]) -> str:
    year, month, day = match[1], to_int(match[2]) or 0, to_int(match[3] or "") or 0
    if not 1 <= month <= 12:  # what is no month
        return year
    return f"{year}-{month:02d}-{day:02d}" if 1 <= day <= 31 else f"{year}-{month:02d}"  # no day


def _signature(lines: Sequence[str]) -> list[str]:
    """The body that signs at the end and the day below it: 甲县人民政府, 2025年1月7日; [] where none does."""
    at = len(lines) - 1
    while at > 1 and at >= len(lines) - _LAST_LINES:
        body, day = _close_up(lines[at - 1]), _close_up(lines[at])
        if len(body) < _LONGEST_BODY and _ISSUER.fullmatch(body) and _DATE.fullmatch(day.strip("（）")):
            return [body, day]
        at -= 1
    return []


def _is_place(text: str) -> bool:
    """Whether ``text`` is a place's name: 甲县, 乙自治州; not 全县, 自治区, 农村地区."""
    return _PLACE.fullmatch(text) is not None and not _NO_PLACE.fullmatch(text)


def _place_and_issuer(
    head: Sequence[str], title: str, signature: Sequence[str], text: str, name: str
) -> tuple[str, str]:
    opening = " ".join(part for part in head if len(part) < _PARAGRAPH)
    on_behalf = _BEHALF.search(opening)
    speaker_of = on_behalf[1].strip() if on_behalf else ""
    place = (
        _session_place(opening)
        or next((match[1] for match in _COMMITTEE.finditer(opening) if _is_place(match[1])), "")
        or _title_place(title)
        or _place_before(_GOVERNMENT, speaker_of)
        or ("全国" if _NATION.search(opening[:_NATION_WITHIN] + speaker_of) else "")
        or _place_of_office(head)
        or next((found for part in [*head, *signature[:1]] if (found := _place_before(_BODY, part))), "")
        or _named_place(name, text)
    )
    return place, _issuer(head, title, place, speaker_of) or next(iter(signature), "")


def _place_before(body: str, text: str) -> str:
    """The place whose government or bureau ``text`` names: 容城县第十四届人民政府, 合肥市统计局."""
    match = re.search(f"(?:^|[：: ])({_PLACE.pattern})(?:第?[{HAN_NUMERAL}]+届)?(?:{body})", text)
    return match[1] if match and _is_place(match[1]) else ""


def _place_of_office(head: Sequence[str]) -> str:
    """Of whom the speaker is mayor: 唐县人民政府县长; not 区长 alone, nor what stands before a place's name."""
    for part in head:
        match = re.search(f"(?:^|[上 ])({_PLACE.pattern})(?:人民政府|政府)?代?理?(?:{_OFFICES})", part)
        if match and len(part) < _SHORT_LINE and _is_place(match[1]):
            return match[1]
    return ""


def _named_place(name: str, text: str) -> str:
    """The place in the file's ``name``, if the text speaks of it too."""
    match = re.match(f"[\\d年_\\-\\s]*({_PLACE.pattern})(?=[\\d年_\\-\\s]|政府|人民|工作|$)", name)
    parts = re.findall(f"[\\u4e00-\\u9fff]+?(?:{PLACE_SUFFIX})", match[1]) if match else []
    return match[1] if match and parts and text.count(bare_place(parts[-1])) > 1 else ""


def _session_place(text: str) -> str:
    for match in _SESSION.finditer(text):
        if match["nation"]:
            return "全国"
        found = (match["before"] or "").strip()
        if found and _is_place(found):
            return found
    return ""


def _title_place(title: str) -> str:
    bare = re.sub(f"{YEAR}年(?:度)?", " ", re.sub("^(?:关于|中共|中国共产党)", "", title))
    match = re.match("\\s*(?:在)?(" + _PLACE.pattern + ")", bare)
    if match is None or not _is_place(match[1]):
        return ""
    return "全国" if match[1] == "中华人民共和国" else match[1]


def _issuer(head: Sequence[str], title: str, place: str, on_behalf: str) -> str:
    if on_behalf in ("国务院", "最高人民法院", "最高人民检察院"):
        return on_behalf
    for part in head[1:_NOTE_LINES]:
        part = _LABEL.sub("", part)
        if len(part) < _LONGEST_BODY and _ISSUER.fullmatch(part) and not _TITLE.fullmatch(part):
            return "、".join(_bodies(part))
    if (
        headed := next((m[1] for part in head[:_SPEAKER_LINES] if (m := _HEADED.fullmatch(part))), "")
    ) and place:
        return _of_place(headed, place)
    if place == "全国":
        return "国务院" if "国务院" in " ".join(head)[:_NATION_WITHIN] else ""
    named = re.match(
        f"(?:{YEAR}年)?(.*(?:法院|检察院|委员会|人民政府|办公[室厅]|[局厅]))(?:工作|{YEAR}年.*)(?:报告|总结|预算|决算|思路|安排)",
        title,
    )
    if named and place and place in named[1]:
        return named[1]
    bodies = ("人民政府", "人民法院", "人民检察院", "人大常委会", "政府")
    body = next((b for b in bodies if b in on_behalf), "")
    if not body and "政府工作报告" in title:
        body = "人民政府"
    body = "人民政府" if body == "政府" else body
    if place and body:
        return place + body
    return _of_place(on_behalf, place) if "代表" not in on_behalf else ""


def _of_place(body: str, place: str) -> str:
    """The full name of a body called by its level: 市财政局 of 甲市 → 甲市财政局."""
    level = next(
        (at for at in range(min(_LONGEST_LEVEL, len(place) - 1), 0, -1) if body.startswith(place[-at:])), 0
    )
    return place + body[level:] if level else body


def _bodies(part: str) -> list[str]:
    """The bodies named on a line, one or several: 合肥市统计局  国家统计局合肥调查队; a letter-spaced one is one."""
    several = part.split()
    return (
        several
        if all(_ISSUER.fullmatch(body) and len(body) > _SHORTEST_BODY for body in several)
        else [_close_up(part)]
    )


def _speaker(head: Sequence[str]) -> str:
    for part, after in zip_longest(head[:_SPEAKER_LINES], head[1:_SPEAKER_LINES], fillvalue=""):
        if len(part) >= _LONGEST_SPEAKER or _GREETING.match(part):
            continue
        if match := _SPEAKER.search(part):
            return re.sub(r"\s", "", match[1])
        if _OFFICE_LINE.fullmatch(part) and _NAME_LINE.fullmatch(after):
            return re.sub(r"\s", "", after)
    for part in head[:_OPENING_LINES]:
        if match := _SPEAKER_CAPTION.search(part):
            return match[1]
    return ""


def _headings(lines: Sequence[str]) -> list[str]:
    """Short numbered lines: the headings, before the outline is known."""
    found = []
    for line in lines:
        mark = mark_of(line) if len(line) < _SHORT_LINE else None
        if mark and mark.rank <= Rank.TOP:
            found.append(line[mark.length :])
    return found


def _year(lines: Sequence[str], title: str, name: str) -> int | None:
    """The report's year where it bears no date: from headings, its opening, its end, its name."""
    votes: Counter[int] = Counter()
    for heading in _headings(lines):
        years, mode = years_in(heading, None), mode_of(heading)
        if len(years) == 1 and mode:
            votes[years[0] + (mode == "actual")] += _SURE
    for line in lines:
        for found in re.findall(
            f"({YEAR})年(?:是[^。]{{0,60}}(?:之年|一年)|政府工作的?总体要求)", line[:_SENTENCE]
        ):
            votes[int(found)] += 1
    for line in lines[-_PUBLISHED_LINES:]:
        if len(line) < _LONGEST_PART and (match := _PUBLISHED.search(line)):
            votes[int(match[1])] += _SURE
    bracketed = re.search(f"（({YEAR})）$", title)
    titled = () if re.search("规划|纲要|方案|意见|办法|决定", title) else years_in(title, None)
    titled = titled or ((int(bracketed[1]),) if bracketed else ())
    if titled and not re.search("公报|执行情况", title):
        votes[titled[-1]] += 2 * _SURE
    elif titled:
        return titled[0] + 1
    if votes:
        return max(votes.items(), key=lambda item: (item[1], item[0]))[0]
    match = re.search(f"(?<!\\d)({YEAR})(?!\\d)", name)
    return int(match[1]) if match else None


def _years(lines: Sequence[str], title: str, year: int | None) -> tuple[Years, Years]:
    """The years reviewed and planned."""
    if re.search("公报|年度报告|年报$", title):
        return years_in(title, year) or ((year - 1,) if year else ()), ()
    if "执行情况" in title or re.search("预算|决算", title):
        review, _, plan = re.split("(?<=情况)(?:和|与|及|暨)|$", title, maxsplit=1)[0], "", title
        reviewed = years_in(review, year)
        planned = tuple(y for y in years_in(plan, year) if y not in reviewed)
        return reviewed, planned
    if re.search("规划|纲要", title):
        return (), years_in(title, None)
    reviewed_set: set[int] = set()
    planned_set: set[int] = set()
    for heading in _headings(lines):
        mode = mode_of(heading)
        if mode:
            (reviewed_set if mode == "actual" else planned_set).update(years_in(heading, year))
    if not reviewed_set:
        opening = re.search(
            f"报告[^，。]{{0,12}}(过去{YEAR_COUNT}年|{YEAR_COUNT}年来)", "".join(lines[:_NOTE_LINES])
        )
        reviewed_set.update(years_in(opening[1], year) if opening else ())
    if "总结" in title and year is not None:
        reviewed_set = reviewed_set or {year}
    if year is None or not _is_work_report(title, lines):
        return tuple(sorted(reviewed_set)), tuple(sorted(planned_set))
    reviewed_set = reviewed_set or {year - 1}
    # 二、2025年主要任务——决胜“十四五”: the years before the report's own are no plan.
    return tuple(sorted(reviewed_set)), tuple(sorted({y for y in planned_set if y >= year} | {year}))


def _is_work_report(title: str, lines: Sequence[str]) -> bool:
    return "工作报告" in title or bool(
        re.search("代表[^，。]{0,12}(?:政府|国务院)", "".join(lines[:_OPENING_LINES]))
    )
