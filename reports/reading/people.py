"""How many persons are on board, from "5 ORANG", "POB 4", "9 penumpang 2 krew", "dalawang katao", "9 คน".

Attackers, those kidnapped, missing, hurt or in the water, and boats are not persons on board.
"""

import re

from . import signs
from .words import BREAKS, split

MOST = 2000

# Counted from one in each row.
_COUNTING = (
    "satu dua tiga empat lima enam tujuh lapan sembilan sepuluh sebelas",
    "satu dua tiga empat lima enam tujuh delapan sembilan",
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen",
    "isa dalawa tatlo apat lima anim pito walo siyam sampu labing-isa labindalawa labintatlo"
    " labing-apat labinlima",
    "isang dalawang tatlong apat limang anim pitong walong siyam sampung labing-isang labindalawang"
    " labintatlong labing-apat labinlimang",
    "mot hai ba bon nam sau bay tam chin muoi",
    "oru irandu moonu naalu anju aaru ezhu ettu onbathu pathu",
    "ஒரு இரண்டு மூன்று நான்கு ஐந்து ஆறு ஏழு எட்டு ஒன்பது பத்து",
    "ஒன்று ரெண்டு மூணு நாலு அஞ்சு",
)
_ONES = {word: value for row in _COUNTING for value, word in enumerate(row.split(), 1)}
NUMBER_WORDS = frozenset(_ONES)
# Round a number that is an answer, and what is a greeting or a name sooner than a Vietnamese one.
_ONLY = frozenset(
    "je jer ja sahaja saja aja doang lang lng po only just cuma la lah kami semua all total".split()
)
_SAY_MORE = frozenset("hai ba nam sau bay tam oru".split())
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_TOGETHER = {
    "seorang": 1, "sorang": 1, "sendirian": 1, "alone": 1,
    "berdua": 2, "bertiga": 3, "berempat": 4, "berlima": 5,
    "berenam": 6, "bertujuh": 7, "berlapan": 8, "berdelapan": 8, "bersembilan": 9, "bersepuluh": 10,
}  # fmt: skip
_COUNTING_WORDS = frozenset((*_ONES, *_TENS, *_TOGETHER, "labing", "ber"))
_THAI_ROW = "หนึ่ง สอง สาม สี่ ห้า หก เจ็ด แปด เก้า สิบ"
_THAI_NUMBERS = {word: value for value, word in enumerate(_THAI_ROW.split(), 1)}
_THAI_COUNT = re.compile(rf"(?<![\d.,])(\d{{1,3}}|{'|'.join(_THAI_NUMBERS)})\s?(?:คน|ชีวิต)")
_ALONE = "คนเดียว"

_SUM = re.compile(r"(?<![\d.,])(\d{1,2}) ?\+ ?(\d{1,2})(?![\d.,])")

TOTAL_BEFORE = frozenset("pob pax souls sakay persons people".split())
# Before a colon or right before the number: "org: 3", "ORG 5".
LISTED = frozenset("orang org katao tao nguoi jumlah total lahat semua semuanya kabuuan all".split())
TOTAL_AFTER = frozenset(
    "orang org orng ornag oranng person persons people pax pob souls katao tao nguoi ngu per peru beradik "
    "பேர் நபர் நபர்கள் sakay jiwa man men pers ppl kami kmi kaming naming onboard aboard sila lahat semuanya "
    "beranak magkakapatid sekeluarga sitting clinging floating holding stranded nakakapit nakasakay".split()
)
PARTS = frozenset(
    "crew krew kru abk awak penumpang passenger passengers dewasa anak budak kanak adult adults "
    "child children kids nelayan mangingisda tripulante pasahero lelaki perempuan wanita women "
    "woman bayi baby babies fishermen fisherman bata babae lalaki thuyen pelancong tourists tourist "
    "turis divers crewmen crewmembers pekerja pemancing anglers angler tamu guests guest matanda sanggol "
    "pmpang pnmpg pelajar students student seamen sailors sailor deckhands lansia tukang mancing".split()
)
# One of them, whether or not that is said: "tekong dan 3 awak", "1 sopir".
ROLES = frozenset(
    "tekong taikong nakhoda nahkoda kapten kapitan captain skipper juragan sopir supir driver pemandu "
    "bangkero mualim engineer cook koki masinis timonel".split()
)
_NEXT_SENTENCE = re.compile(r"(\d) ?[.,:] (?=\d)")
_ROLE_AND = re.compile(rf"(?:{'|'.join(sorted(ROLES))}) ?(?:\+|and|dan|plus|dgn|dengan) ?(?=\d)")
_ONE_BY_ONE = PARTS | ROLES
NUMBERED = frozenset("jalur zon zone zona no nombor nomor lane lorong jeti pier dermaga rt rw blok".split())
WE = frozenset("kami kita kmi kaming we kme naanga".split())
ATTACKERS = frozenset(
    "lanun perompak perampok pirata pirate pirates robber robbers penyamun rompak bersenjata armado "
    "armadong armed gunmen senjata senapang guns gun knives parang pistol bertopeng masked penculik "
    "kidnappers attackers teroris".split()
)
BOARDERS = frozenset("naik boarded boarding serang menyerang panjat sumampa umakyat approached".split())
CASUALTIES = frozenset(
    "jatuh terjatuh hilang cedera luka terluka sakit mati meninggal tewas dibawa diculik culik "
    "kidnapped kidnap nahulog nawawala sugatan patay dinukot missing injured wounded dead overboard "
    "fell hurt sick unconscious pengsan pingsan disandera tenggelam lemas drowned mangsa korban bi "
    "mat roi selamat rescued tercebur hostage taken tinangay nasugatan wound nailigtas diselamatkan".split()
)
_NOT_OURS = CASUALTIES | ATTACKERS
_TAKEN_BY = ATTACKERS | {"culik", "kidnapped", "dinukot", "diculik"}
UNITS_AFTER = frozenset((*signs.UNITS, *signs.BOAT_UNITS, "m"))
_LABEL_REACH = 3
_STOPS = BREAKS - {":"}


def count_persons(text: str, *, attack: bool = False) -> int | None:
    """Count the persons on board that folded `text` tells of; None where it tells none.

    Numbers of a position must be blanked before. `attack`: the text is of pirates or kidnappers, whose number
    ("8 orang naik bot kami") is not ours.
    """
    totals: list[int] = []
    labelled: list[int] = []
    parts: list[int] = []
    text = _ROLE_AND.sub(_one_of_them, _NEXT_SENTENCE.sub(r"\1 ; ", text))
    tokens = split(_SUM.sub(_added, text))
    i = 0
    while i < len(tokens):
        if not tokens[i].isdigit() and tokens[i] not in _COUNTING_WORDS:
            i += 1
            continue
        value, after = _number(tokens, i)
        if value is None:
            if (
                tokens[i] == "ber"
                and i + 1 < len(tokens)
                and len(tokens[i + 1]) == 1
                and tokens[i + 1].isdigit()
            ):
                totals.append(int(tokens[i + 1]))
            if tokens[i] in _TOGETHER and not _among(tokens[i + 1 : i + 3], _NOT_OURS):
                totals.append(_TOGETHER[tokens[i]])
            i += 1
            continue
        _sort(tokens, i, after, value, attack, totals, labelled, parts)
        i = after
    for match in _THAI_COUNT.finditer(text):
        totals.append(_THAI_NUMBERS.get(match[1]) or int(match[1]))
    if _ALONE in text:
        totals.append(1)
    if labelled:
        found = labelled[0]
    elif totals:
        found = max([*totals, sum(parts)])
    else:
        found = sum(parts)
    return found if 1 <= found <= MOST else None


def number_alone(text: str) -> int | None:
    """The number below 100 that is all that folded `text` says ("5", "05.", "lima je", "5+2"); else None.

    Three digits alone are an emergency number far more often than a head count.
    """
    tokens = [token for token in split(_SUM.sub(_added, text)) if token not in BREAKS | _ONLY]
    if not tokens or (len(tokens) == 1 and tokens[0] in _SAY_MORE) or re.search(r"\d{3}|\d[.,:/]\d", text):
        return None
    value, end = _number(tokens, 0)
    if value is None and len(tokens) == 1:
        value = _THAI_NUMBERS.get(tokens[0])
    return value if value is not None and end == len(tokens) and value < 100 else None


def _one_of_them(match: re.Match) -> str:
    """pemandu + 6 are 1 pemandu, 6."""
    before = match.string[max(0, match.start() - 2) : match.start()]
    counted = before.rstrip()[-1:].isdigit() or before[-1:].isalpha()
    return match[0] if counted else "1 tekong, "


def _added(match: re.Match) -> str:
    """3 + 1 bata are 4."""
    return str(int(match[1]) + int(match[2]))


def _number(tokens: list[str], i: int) -> tuple[int | None, int]:
    """The number at `i` and where it ends; None for decimals and long digit groups."""
    token = tokens[i]
    if token.isdigit():
        if i and (tokens[i - 1] in NUMBERED or tokens[i - 1] in signs.PRICE_WORDS):
            return None, i + 1
        decimal = _decimal_neighbour(tokens, i)
        return (int(token) if len(token) <= 4 and not decimal else None), i + 1
    after = tokens[i + 1] if i + 1 < len(tokens) else ""
    if token in _TENS:
        return (_TENS[token] + _ONES[after], i + 2) if 0 < _ONES.get(after, 0) < 10 else (_TENS[token], i + 1)
    if token == "labing" and 0 < _ONES.get(after, 0) < 10:  # noqa: S105
        return 10 + _ONES[after], i + 2
    if token not in _ONES:
        return None, i + 1
    value = _ONES[token]
    if after == "belas":
        return value + 10, i + 2
    if after == "puluh":
        third = _ONES.get(tokens[i + 2], 0) if i + 2 < len(tokens) else 0
        return value * 10 + third, i + 2 + bool(third)
    return value, i + 1


def _decimal_neighbour(tokens: list[str], i: int) -> bool:
    before = i >= 2 and tokens[i - 1] in ".,:" and tokens[i - 2].isdigit()
    after = i + 2 < len(tokens) and tokens[i + 1] in ".:" and tokens[i + 2].isdigit()
    return (before and tokens[i - 1] != ",") or after


def _sort(tokens, start, end, value, attack, totals, labelled, parts) -> None:
    """Put one number where it belongs: a labelled total, a total, a part, or nowhere."""
    rest = tokens[end : end + 5]
    while rest and rest[0] in ("na", "ng", "ka", "po", "lang", "lng", "other", "lagi"):
        rest = rest[1:]
    word = rest[0] if rest else ""
    counts = word in TOTAL_AFTER or word in PARTS or word in ROLES
    beyond = _next_two(rest[1:3]) if counts or word in ("on", "of") else []
    if counts:
        if _among(tokens[max(0, start - 2) : start], _TAKEN_BY):
            return
        if _among(beyond, _NOT_OURS) or (attack and _among(beyond, BOARDERS)):
            return
    label, own = _label(tokens, start)
    if label and word not in _ONE_BY_ONE and word not in UNITS_AFTER:
        (labelled if own else parts).append(value)
    elif (
        word in ("pob", "souls", "onboard", "aboard")
        or (counts and _among(beyond, {"onboard", "aboard", "pob"}))
        or (counts and beyond == ["on", "board"])
        or (word == "on" and beyond[:1] == ["board"])
        or (word == "of" and beyond[:1] == ["us"])
    ):
        labelled.append(value)
    elif (
        word in PARTS
        or word in ROLES
        or (word in TOTAL_AFTER and beyond and beyond[0] in PARTS and beyond[0] != "nelayan")
    ):
        parts.append(value)
    elif (
        word in TOTAL_AFTER
        or (value == 1 and tokens[max(0, start - 1) : start] == ["mag"])
        or (_after_we(tokens, start) and word not in UNITS_AFTER and not word.isdigit())
    ):
        totals.append(value)


def _next_two(tokens: list[str]) -> list[str]:
    """What of the next two words belongs to the one counted: nothing beyond another number or a break."""
    ends = (n for n, token in enumerate(tokens) if token in BREAKS or token.isdigit() or token in _ONES)
    tokens = tokens[: next(ends, 2)]
    lost_touch = tokens[:1] == ["hilang"] and tokens[1:] and tokens[1] in ("kontak", "contact", "hubungan")
    return [] if lost_touch else tokens


def _after_we(tokens: list[str], start: int) -> bool:
    """kami 5; we are 5."""
    return start > 0 and (
        tokens[start - 1] in WE or (tokens[start - 1] in ("are", "ada") and tokens[start - 2] in WE)
    )


def _label(tokens: list[str], start: int) -> tuple[str, bool]:
    """The word before a number that it belongs to ("crew in citadel 19"); whether it names all (POB)."""
    for back in range(1, _LABEL_REACH + 1):
        i = start - back
        if i < 0:
            break
        word = tokens[i]
        if word.isdigit() or word in _ONES or word in _STOPS:
            break
        if word in LISTED and (tokens[i + 1] == ":" or (back == 1 and _opens(tokens, i))):
            return word, True
        if back == 1 and word in ROLES and _opens(tokens, i):
            return word, False
        if word in TOTAL_BEFORE and (i == 0 or not tokens[i - 1].isdigit()):
            return word, True
        if word in PARTS and (i == 0 or (not tokens[i - 1].isdigit() and tokens[i - 1] not in _ONES)):
            return word, False
    return "", False


def _opens(tokens: list[str], i: int) -> bool:
    """Whether the word at `i` counts what follows it, as in "ORG 5", not what stands before: "3 org 5"."""
    before = tokens[i - 1] if i else ""
    return not (before.isdigit() or before in _ONES)


def _among(tokens: list[str], words: frozenset[str] | set[str]) -> bool:
    return any(token in words for token in tokens)
