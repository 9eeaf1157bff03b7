"""Vessels in free text: what they are called and what kind they are.

Names come behind a prefix (M/V, FV, KM), in brackets or capitals behind a kind ("tanker SHOKO MARU"), or as
the whole of a short text. Pure; any text is answered, none raises.
"""

import re
import unicodedata
from dataclasses import dataclass

MAX_CHARS = 5000  # what a name matters for stands at the beginning
MAX_NAME_WORDS = 4

# Class prefixes as written on bows and in reports of the region.
PREFIXES = frozenset("mv mt mb ms ss sv fv fb ft km kmp klm kmn kn kri kd lct spob tb bg brp rv".split())
_SPLIT_PREFIX = re.compile(r"\b([a-z])\s?[/.]\s?([a-z])\b\.?", re.I)

KINDS = {
    "tanker": "tanker",
    "bulk carrier": "bulker",
    "bulker": "bulker",
    "container ship": "container ship",
    "container vessel": "container ship",
    "general cargo": "cargo ship",
    "cargo ship": "cargo ship",
    "cargo vessel": "cargo ship",
    "vehicle carrier": "vehicle carrier",
    "livestock carrier": "livestock carrier",
    "supply ship": "supply ship",
    "supply vessel": "supply ship",
    "tug": "tug",
    "barge": "tug",
    "fishing vessel": "fishing boat",
    "fishing boat": "fishing boat",
    "fishing vessels": "fishing boat",
    "trawler": "fishing boat",
    "ferry": "ferry",
    "yacht": "yacht",
    "sailing vessel": "yacht",
}
_KIND = re.compile(rf"\b({'|'.join(sorted(map(re.escape, KINDS), key=len, reverse=True))})s?\b", re.I)
# SHOKO MARU in "tanker (SHOKO MARU) boarded" and "bulk carrier IVS MAGPIE was boarded".
_IN_BRACKETS = re.compile(r"\(([A-Z][A-Z0-9 .'&-]{3,30})\)")
_CAPITALS_AFTER_KIND = re.compile(
    rf"\b(?i:{'|'.join(map(re.escape, KINDS))}|ship|vessel|boat)"
    r"\s+((?:[A-Z][A-Z0-9.'-]+\s?){1,4}\d*)(?=[\s,.;]|$)"
)

# Words that end a name in running text: grammar, and what is done to ships.
NEVER_IN_NAMES = frozenset(
    """
    a aboard about above after again against all also an anchor anchorage anchored and anonymous
    approached apr armed around as ashore at attack attacked attempt attempted aug away band before
    being berth berthed between board boarded boarding bound but by came captured carrying collided crew
    crewed cruising de dec departed detained discharging down drifting due during early east en escaped
    exploded explosion feb fire fired five flag flagged for forced four from gang gunmen had has have
    heading hijack hijacked hours hrs http https imb in inbound inside into is it its jan jul jun knots
    laden latitude left loaded loading local longitude looted lt mar master may merchant mile miles
    missing moored near next nil no none north northbound not nov null observed oct of off on one oni or
    out outbound over owned pending piracy pirate pirates port position posn proceeding raided reached
    received reported reports reuters robbed robber robbers robbery route said sailed sailing sank
    seized sep she ship shot sighted since six south southbound speed spotted steaming still stole
    stolen strait sunk suspected suspicious that the their then they three thwarted time to towed towing
    transiting two underway unidentified unknown unlit unnamed unspecified until using utc utm vessel
    vessels via waiting was waters we were west when where which while who whose with within would
    xinhua
    """.split()
)
# The trade's own words in the languages we read. A name may begin with one (Ikan Beliak).
TRADE_WORDS = frozenset(
    """
    ada adrift air aku alongside amarun asing awak bahaya baka bangka bantu bantuan bapak barge bbm boat
    boats bocor bom bot bulk burning butas cargo carrier cedera cepat chay chemical chim container culik
    cuu dan dari darurat dekat di diculik dinamita doctor dokter drill dua emergency engine enjin ferry
    fishing gas general gun guns habis hai hanyut help hijau hilang holdap hong ikan iligal illegal
    inaanod injured kami kapal kapten karam katao ke kebakaran kebocoran kecemasan kena kidnap kita kru
    lampu lanun lari laut leak lima lng lpg luka lumulubog maday makina mangingisda masuk mati mayday
    medevac mesin minyak mob nahulog nampak nasiraan nasusunog nelayan nguoi nuoc oil orang org
    overboard overturned pan pati pelan penumpang penyelundup perahu perompak pesawat pirata po pob
    polis posisi product pukat puslit ro rokok rompak rosak sa sakit saklolo sampan samun satu saya
    selamat selamatkan seludup selundup senjata sinking skipper smuggling sos speedboat sugatan sunog
    supply tan tanker tau tenggelam terbakar terbalik tiga tolong trawler troi tubig tug tulong tumaob
    tunda udhavi vi water yacht
    """.split()
)
# Letters and digits apart, so that ERYA3 is Erya 3.
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+")


@dataclass(frozen=True, slots=True)
class Words:
    """A text folded: `tokens` in order, `telling` the longer ones without grammar and the trade's own."""

    tokens: tuple[str, ...]
    telling: frozenset[str]


def words_of(text: str) -> Words:
    """Fold a text to lower-case words without accents; M/V and F.V. become one word."""
    tokens = _tokens(text)
    telling = {token for token in tokens if len(token) >= 4 and not token.isdigit()}
    telling = frozenset(telling - NEVER_IN_NAMES - TRADE_WORDS)
    return Words(tokens, telling)


def vessel_names(text: str) -> tuple[str, ...]:
    """List the names a text gives vessels, folded, first come first; empty where none can be told."""
    text = (text or "")[:MAX_CHARS]
    tokens = _tokens(text)
    names = []
    for place, token in enumerate(tokens):
        if token in PREFIXES:
            names.append(_name(tokens[place + 1 :]))
    for found in _IN_BRACKETS.findall(text):
        names.append(_name(_tokens(found)))
    if text != text.upper():
        for found in _CAPITALS_AFTER_KIND.findall(text):
            names.append(_name(_tokens(found)))
    if not names and _is_bare_name(text, tokens):
        names.append(" ".join(tokens))
    return tuple(dict.fromkeys(name for name in names if len(name.replace(" ", "")) >= 4))


def vessel_kinds(text: str) -> frozenset[str]:
    """List the kinds of vessel a text speaks of, in one word each."""
    return frozenset(KINDS[found.lower()] for found in _KIND.findall((text or "")[:MAX_CHARS]))


def mentions(words: Words, name: str) -> bool:
    """Tell whether a folded name stands in a text, one slip of the pen in eight letters allowed.

    Numbers must agree (Surya Wira 5 is not Surya Wira 6). Spaces do not count; a name of eight letters may
    be cut short.
    """
    wanted = name.replace(" ", "")
    digits = [part for part in name.split() if part.isdigit()]
    size = len(name.split())
    tokens = words.tokens
    for start in range(len(tokens)):
        if tokens[start][0] != wanted[0] and len(wanted) < 8:
            continue
        for length in {size, size - 1, size + 1} - {0}:
            window = tokens[start : start + length]
            numbers_agree = digits == [part for part in window if part.isdigit()]
            if len(window) == length and numbers_agree and _alike("".join(window), wanted):
                return True
    return False


def _tokens(text: str) -> tuple[str, ...]:
    text = unicodedata.normalize("NFKD", (text or "")[:MAX_CHARS])
    text = "".join(char for char in text if not unicodedata.combining(char)).lower().replace("đ", "d")
    return tuple(_TOKEN.findall(_SPLIT_PREFIX.sub(r"\1\2 ", text)))


def _is_bare_name(text: str, tokens: tuple[str, ...]) -> bool:
    """Tell whether a whole text is a name: written Like One, or a few words that mean nothing else.

    One number behind a word is part of it, as in registrations (SF 1234); two are a position. Without a
    capital it is talk, and other scripts have none.
    """
    if text == text.lower() or not "".join(tokens).isascii():
        return False
    if not 1 <= len(tokens) <= MAX_NAME_WORDS:
        return False
    numbers = [token for token in tokens if token.isdigit()]
    if len(numbers) > 1 or tokens[0].isdigit():
        return False
    plain = [token for token in tokens if token in NEVER_IN_NAMES or token in TRADE_WORDS]
    return not plain or (text.istitle() and len(plain) < len(tokens))


def _name(tokens: tuple[str, ...]) -> str:
    """Take the words that can be a name, up to four; a number only behind a word that is not of the trade."""
    name, named = [], False
    for token in tokens[:MAX_NAME_WORDS]:
        if token in PREFIXES and not name:
            continue
        if token in NEVER_IN_NAMES or token in PREFIXES or (named and token in TRADE_WORDS):
            break
        if token.isdigit() and (not named or len(token) > 3):
            break
        name.append(token)
        named = named or token not in TRADE_WORDS
    return " ".join(name) if named else ""


def _alike(a: str, b: str) -> bool:
    if a == b:
        return True
    shorter, longer = sorted((a, b), key=len)
    if len(shorter) >= 8 and longer.startswith(shorter) and len(longer) - len(shorter) <= 6:
        return True
    slips = max(len(a), len(b)) // 8
    if len(longer) - len(shorter) > slips or not slips:
        return False
    return _slips(a, b, slips) <= slips


def _slips(a: str, b: str, most: int) -> int:
    """Count letters added, dropped, changed or swapped (optimal string alignment); `most + 1` means more."""
    before, last = [], list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        now = [i]
        for j, y in enumerate(b, 1):
            cost = min(last[j] + 1, now[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            now.append(cost)
        if min(now) > most:
            return most + 1
        before, last = last, now
    return last[-1]
