"""So far from a place, in such a direction: "5 nm utara Pulau Sipadan", "7nm 090 from Pulau Tioman".

Distances at sea are nautical miles unless kilometres or metres are said; a bearing in figures is true and
from the place. The three parts stand in any order, with nothing but small words between.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from communities.sphere import NAUTICAL_MILE_M, Position, destination

from . import numerals
from .place_index import Named, Place

MOST_M = 250 * NAUTICAL_MILE_M
BY_WORD, BY_BEARING = 0.35, 0.20  # of the distance; a word of eight is 22.5 degrees either way
LEAST_ERROR_M = NAUTICAL_MILE_M

_UNITS = {
    NAUTICAL_MILE_M: (
        "nm,nmi,n.m,n.m.,nmile,nmiles,mil,mile,miles,mail,batu,batu nautika,batu nautikal,mil laut,"
        "mil nautika,"
        "nautical mile,nautical miles,nautical,naut mile,naut miles,sea mile,sea miles,milya,milya nautika,"
        "hai ly,haily,ไมล์ทะเล,ไมล์,மைல்,கடல் மைல்,நாட்டிகல் மைல்,kadal mile,kadal mail"
    ),
    1000.0: (
        "km,kms,kilometer,kilometre,kilometers,kilometres,kilo meter,kilometro,cay so,"
        "กม.,กม,กิโลเมตร,กิโล,கிமீ,கி.மீ"
    ),
    1.0: "meter,metre,meters,metres,metro,เมตร,மீட்டர்",
}
_DIRECTIONS = {
    0: "north,utara,hilaga,bac,เหนือ,ทิศเหนือ,வடக்கு,வடக்கே,vadakku,vadakke",
    45: (
        "northeast,north east,ne,timur laut,timurlaut,tl,hilagang silangan,hilagang-silangan,dong bac,"
        "ตะวันออกเฉียงเหนือ,வடகிழக்கு,வடகிழக்கே,vadakizhakku"
    ),
    90: "east,timur,silangan,dong,ตะวันออก,கிழக்கு,கிழக்கே,kizhakku,kizhakke",
    135: (
        "southeast,south east,se,tenggara,tg,timog silangan,timog-silangan,dong nam,ตะวันออกเฉียงใต้,"
        "தென்கிழக்கு,தென்கிழக்கே,thenkizhakku"
    ),
    180: "south,selatan,timog,nam,ใต้,தெற்கு,தெற்கே,therku,therke",
    225: (
        "southwest,south west,sw,barat daya,baratdaya,bd,timog kanluran,timog-kanluran,tay nam,ตะวันตกเฉียงใต้,"
        "தென்மேற்கு,தென்மேற்கே,thenmerku"
    ),
    270: "west,barat,kanluran,tay,ตะวันตก,மேற்கு,மேற்கே,merku,merke",
    315: (
        "northwest,north west,nw,barat laut,baratlaut,bl,hilagang kanluran,hilagang-kanluran,tay bac,"
        "ตะวันตกเฉียงเหนือ,வடமேற்கு,வடமேற்கே,vadamerku"
    ),
    22.5: "nne",
    67.5: "ene",
    112.5: "ese",
    157.5: "sse",
    202.5: "ssw",
    247.5: "wsw",
    292.5: "wnw",
    337.5: "nnw",
}
# One letter is another point in each language, and hardly one where it is not known.
_LETTERS = {
    "": {"n": 0, "u": 0, "e": 90, "w": 270},
    "en": {"n": 0, "e": 90, "s": 180, "w": 270},
    "ms": {"n": 0, "u": 0, "t": 90, "e": 90, "s": 180, "b": 270, "w": 270},
    "id": {"n": 0, "u": 0, "t": 90, "e": 90, "s": 180, "b": 270, "w": 270},
    "fil": {"n": 0, "h": 0, "e": 90, "t": 180, "k": 270, "w": 270},
    "vi": {"n": 0, "b": 0, "d": 90, "e": 90, "t": 270, "w": 270},
    "ta": {"n": 0, "e": 90, "s": 180, "w": 270},
    "th": {"n": 0, "e": 90, "s": 180, "w": 270},
}
_FROM = (
    "from,off,of,luar,lepas,sa labas ng,"
    "dari,dr,daripada,drpd,drp,mula sa,galing,ng,cach,cua,จาก,ของ,ห่างจาก,இலிருந்து"
)
_SMALL = (
    "ke,di,arah,sebelah,kira,kira2,lebih,kurang,lbh,krg,about,approx,roughly,the,at,in,to,sa,po,ve,phia,huong,"
    "khoang,tu,bo,pampang,baybayin,shore,ฝั่ง,dlm,dalam,within,sekitar,anggaran,agak,sejauh,degrees,deg,degree,true,darjah,derajat,due,side,bearing,brg,jarak,distance,lang,mga,dito,"
    "ทาง,ทิศ,ไปทาง,ประมาณ,ด้าน,อยู่"
)
# What is on its way north is not north of the place.
_MOVING = frozenset(
    "hanyut drifting drift drifted heading headed hdg hding course towards menuju papunta patungo moving "
    "sailing belayar berlayar inaanod speed kelajuan haluan troi dat chay".split()
)


def _words(entries: str) -> str:
    """Alternatives of a pattern, longest first; a Latin word ends where its letters do."""
    ends = "(?![a-z])"
    return "|".join(
        re.escape(entry).replace(r"\ ", r"\s?") + (ends if entry[-1].isascii() else "")
        for entry in sorted(entries.split(","), key=len, reverse=True)
    )


_UNIT_M = {entry.replace(" ", ""): metres for metres, row in _UNITS.items() for entry in row.split(",")}
_POINTS = {
    re.sub(r"[\s-]", "", entry): float(deg) for deg, row in _DIRECTIONS.items() for entry in row.split(",")
}
_GAP = rf"(?:[\s,:()/°'-]|\.(?!\d)|(?:{_words(_FROM + ',' + _SMALL)})){{0,14}}"
_HALF_MORE = r"(?P<half>\s?(?:ruoi|ครึ่ง|setengah|and a half|at kalahati)(?![a-z]))?"
_DISTANCE = (
    rf"(?P<number>{numerals.PATTERN}|(?<![a-z])se(?=batu|mil|kilo|km))[\s-]?"
    rf"(?P<unit>{_words(','.join(_UNITS.values()))}){_HALF_MORE}"
)
# How long it takes from a place is no distance: what a boat of fishers runs in that time at most.
_TIME_UNITS = (
    "hours,hour,hrs,hr,jam,oras,gio,tieng,ชั่วโมง,ชม,மணி நேரம்,"
    "minutes,minute,mins,min,minit,menit,minuto,phut,นาที,நிமிடம்"
)
_ON_THE_WAY = "perjalanan,belayar,berlayar,naik bot,by boat,away,ke laut,out,biyahe,travel,sailing"
_AWAY_FROM = "from,dari,dr,drpd,daripada,mula sa,galing sa,galing,off,tu,cach"
_HOURS = re.compile(
    rf"(?P<number>{numerals.PATTERN}|(?<![a-z])se(?=jam))\s?(?P<unit>{_words(_TIME_UNITS)})"
    rf"(?:(?:\s(?:{_words(_ON_THE_WAY)})){{0,2}}\s(?:{_words(_AWAY_FROM)})\s|\s?(?:จาก|இலிருந்து)\s?)"
)
_MINUTE_UNITS = ("min", "phut", "นาที", "நிமிடம்")
RUN_M_PER_HOUR = 15 * NAUTICAL_MILE_M
_POINT = (
    rf"(?<![a-z])(?P<point>{_words(','.join(_DIRECTIONS.values()))}|[nsewutbhkd](?![a-z0-9']))"
    r"|(?<![\d.])(?P<bearing>[0-3]\d\d)(?:\s?(?:°|t(?![a-z])|deg(?![a-z])|degrees|darjah|derajat))*(?![\d.]|\s?(?:nm|km|m)\b)"
)
_DISTANCES = re.compile(_DISTANCE)
_THEN_POINT = re.compile(rf"{_GAP}(?:{_POINT})")
_POINTS_BEFORE = re.compile(rf"(?:{_POINT}){_GAP}$")
_GAP_AFTER = re.compile(_GAP)
_GAP_BEFORE = re.compile(rf"(?:[\s,:()/°'-]|\.|(?<![a-z])(?:{_words(_FROM + ',' + _SMALL)})){{0,14}}$")
_FROM_AFTER = re.compile(rf"\s{{0,2}}(?:{_words(_FROM)})")
_NEAR_OR_FROM = "cach bo,cach,jarak dari,jarak,gan,near,dekat,dkt,malapit sa,sa may,จาก,ห่างจาก,ใกล้"
_FROM_BEFORE = re.compile(rf"(?<![a-z])(?:{_words(_NEAR_OR_FROM)})\s{{0,2}}$")
_LAST_WORD = re.compile(r"([a-z]+)(?:\s(?:ke|to|the|towards|sa|arah|ve|phia|huong))*[\s.,:]*$")
MOST_DISTANCES = 4
LOOK_BACK = 80


# Asked with a place in the text: the place that starts at (or ends at) it, and where it ends (or starts).
After = Callable[[int], tuple[Named, int] | None]
Before = Callable[[int], tuple[Named, int] | None]


@dataclass(frozen=True, slots=True)
class Said:
    """Distance in metres, direction in degrees or None, and how sure the direction is (share of distance)."""

    distance_m: float
    direction: float | None
    share: float
    named: Named
    rough: bool = False  # told as a time

    def seen_from(self, place: Place) -> tuple[Position, float]:
        """Where that puts the boat, were `place` meant: (lon, lat) and the radius of doubt in metres."""
        if self.direction is None:
            return place.position, self.distance_m * (1 + BY_BEARING) + place.radius_m
        error_m = max(self.share * self.distance_m, LEAST_ERROR_M) + place.radius_m
        return destination(place.position, self.direction, self.distance_m), error_m


def find(text: str, language: str, after: After, before: Before) -> list[Said]:
    """Every distance of folded `text` that a known place goes with, in order.

    `after(at)` gives the place whose name starts at `at` and where it ends; `before` the one that ends
    there and where it starts; None if there is none.
    """
    found = []
    for match in islice(_DISTANCES.finditer(text), MOST_DISTANCES):
        many = numerals.value(match["number"]) + (0.5 if match["half"] else 0)
        metres = many * _UNIT_M["".join(match["unit"].split())]
        if 0 < metres <= MOST_M and (said := _around(text, match, metres, language, after, before)):
            found.append(said)
    return found or _hours_from(text, after)


def tells_distance(text: str) -> bool:
    """Whether folded `text` tells a distance in miles or kilometres; metres are the height of a wave."""
    found = _DISTANCES.finditer(text)
    return any(_UNIT_M["".join(match["unit"].split())] >= 1000 for match in found)


def _hours_from(text: str, after: After) -> list[Said]:
    for match in islice(_HOURS.finditer(text), MOST_DISTANCES):
        hours = numerals.value(match["number"]) / (60 if match["unit"].startswith(_MINUTE_UNITS) else 1)
        if 0 < hours * RUN_M_PER_HOUR <= MOST_M and (hit := after(match.end())):
            return [Said(hours * RUN_M_PER_HOUR, None, 0.0, hit[0], rough=True)]
    return []


def _around(text: str, distance: re.Match, metres: float, language: str, after: After, before: Before):
    start, end = distance.span()
    if (then := _THEN_POINT.match(text, end)) and (point := _point(then, language)):
        end = then.end()
    elif (ahead := _POINTS_BEFORE.search(text, max(0, start - LOOK_BACK), start)) and (
        point := _point(ahead, language)
    ):
        start = ahead.start()
        if _moving(text, start):
            point = (None, 0.0)
    else:
        point = None
    if point is None:
        return _undirected(text, distance, metres, language, after, before)
    hit = after(_GAP_AFTER.match(text, end).end())
    if hit is None:
        hit = before(_gap_start(text, start))
    return Said(metres, *point, hit[0]) if hit else None


def _undirected(text: str, distance: re.Match, metres: float, language: str, after: After, before: Before):
    """The direction stands beyond the place, or is not said: then the word "from" must be."""
    start, end = distance.span()
    if hit := after(_GAP_AFTER.match(text, end).end()):
        then = _THEN_POINT.match(text, hit[1])
        if then and (point := _point(then, language)):
            return Said(metres, *point, hit[0])
        return Said(metres, None, 0.0, hit[0]) if _FROM_AFTER.match(text, end) else None
    if hit := before(_gap_start(text, start)):
        ahead = _POINTS_BEFORE.search(text, max(0, hit[1] - LOOK_BACK), hit[1])
        if ahead and not _moving(text, ahead.start()) and (point := _point(ahead, language)):
            return Said(metres, *point, hit[0])
        if _FROM_BEFORE.search(text, max(0, hit[1] - LOOK_BACK), hit[1]):
            return Said(metres, None, 0.0, hit[0])
    return None


def _gap_start(text: str, at: int) -> int:
    return _GAP_BEFORE.search(text, max(0, at - LOOK_BACK), at).start()


def _point(match: re.Match, language: str) -> tuple[float, float] | None:
    """(degrees, share of doubt) of the direction matched; None where its letter means nothing here."""
    if match["bearing"]:
        degrees = int(match["bearing"])
        return (float(degrees % 360), BY_BEARING) if degrees <= 360 else None
    word = re.sub(r"[\s-]", "", match["point"])
    if len(word) == 1 and word.isascii():
        degrees = _LETTERS.get(language, {}).get(word)
        return None if degrees is None else (float(degrees), BY_WORD)
    return _POINTS[word], BY_WORD


def _moving(text: str, at: int) -> bool:
    last = _LAST_WORD.search(text, max(0, at - LOOK_BACK), at)
    return bool(last) and last[1] in _MOVING
