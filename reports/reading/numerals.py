"""Numbers as distances are told: "lima", "dua setengah", "2 1/2", "kalahating", "mươi lăm", "สิบ", "5-6".

`PATTERN` finds what may be one in folded text, `value` reads it. Words count only where a unit follows:
"nam" is five before "hai ly" and south elsewhere.
"""

import re

_ONES = {
    1: "satu,one,a,an,isa,isang,isa't,se,uno,mot,หนึ่ง,เอ็ด,oru,ஒரு,ஒன்று",
    2: "dua,two,dalawa,dalawang,dos,hai,สอง,ยี่,irandu,rendu,இரண்டு,ரெண்டு",
    3: "tiga,three,tatlo,tatlong,tres,ba,สาม,moonu,mundru,மூன்று,மூணு",
    4: "empat,four,apat,kwatro,bon,สี่,naalu,நான்கு,நாலு",
    5: "lima,five,limang,singko,nam,lam,ห้า,anju,ainthu,ஐந்து,அஞ்சு",
    6: "enam,six,anim,sais,sau,หก,aaru,ஆறு",
    7: "tujuh,seven,pito,pitong,syete,bay,เจ็ด,ezhu,ஏழு",
    8: "lapan,delapan,eight,walo,walong,otso,tam,แปด,ettu,எட்டு",
    9: "sembilan,nine,siyam,nwebe,chin,เก้า,onbathu,ஒன்பது",
    10: "sepuluh,ten,sampu,sampung,dyes,pathu,பத்து",
    11: "sebelas,eleven,labing-isa,labing-isang,onse",
    12: "twelve,labindalawa,labindalawang,dose",
    13: "thirteen,labintatlo,labintatlong",
    14: "fourteen,labing-apat",
    15: "fifteen,labinlima,labinlimang,kinse",
    16: "sixteen,labing-anim",
    17: "seventeen,labimpito,labimpitong",
    18: "eighteen,labingwalo,labingwalong",
    19: "nineteen,labinsiyam",
    20: "twenty,dalawampu,dalawampung,bente,irupathu,இருபது",
    30: "thirty,tatlumpu,tatlumpung,trenta,muppathu,முப்பது",
    40: "forty,apatnapu,apatnapung,narpathu,நாற்பது",
    50: "fifty,limampu,limampung,aimbathu,ஐம்பது",
    100: "seratus,isang daan",
    0.5: "setengah,stgh,stengah,separuh,half,half a,half of a,and a half,and half,kalahati,kalahating,nua,"
    "ครึ่ง,arai,அரை",
    0.25: "suku,quarter,a quarter,quarter of a",
    0.75: "tiga suku,three quarters of a",
}
_TENFOLD = frozenset(("puluh", "muoi", "สิบ"))  # ten alone, ten times after a one
_TEEN = "belas"
_HUNDREDFOLD = frozenset(("ratus", "hundred", "tram"))
_VALUES = {entry: float(number) for number, row in _ONES.items() for entry in row.split(",")}
_VULGAR = {"½": 0.5, "¼": 0.25, "¾": 0.75}


def _alternatives(latin: bool) -> str:
    words = (*_VALUES, *_TENFOLD, _TEEN, *_HUNDREDFOLD)
    chosen = sorted((word for word in words if word.isascii() is latin), key=len, reverse=True)
    return "|".join(map(re.escape, chosen))


_LATIN = rf"(?<![a-z'])(?:{_alternatives(True)})(?![a-z'])"
_SCRIPT = rf"(?:{_alternatives(False)})"
_LATIN_WORDS = rf"{_LATIN}(?:[\s-](?:(?:at|and|na)\s)?{_LATIN}){{0,3}}?"
_FIGURE = r"\d{1,4}(?:[.,]\d{1,2})?"
_FRACTION = r"(?:\d{1,2}[\s-])?\d/[2-9](?!\d)|\d{0,2}\s?[½¼¾]"
_RANGE = rf"{_FIGURE}\s?(?:-|to|hingga|sampai|sampe)\s?{_FIGURE}"
_MORE = r"(?:\s(?:setengah|stgh|suku|and a half|and half|at kalahati|at kalahating)(?![a-z]))?"
PATTERN = (
    rf"(?:(?<![\d.,])(?:{_FRACTION}|{_RANGE}|{_FIGURE}{_MORE})"
    rf"|{_LATIN_WORDS}(?:\sna(?![a-z]))?|{_SCRIPT}{{1,4}}?)"
)
_WORD = re.compile(rf"{_LATIN}|{_SCRIPT}")
_PARTS = re.compile(r"(?P<figure>\d+(?:[.,]\d+)?)(?![\d/])|(?P<over>\d)/(?P<under>\d)|(?P<vulgar>[½¼¾])")


def value(text: str) -> float:
    """The number that `text`, matched by PATTERN, tells; of a range its middle."""
    text = text.strip()
    if re.fullmatch(_RANGE, text):
        ends = re.findall(_FIGURE, text)
        return (_figure(ends[0]) + _figure(ends[1])) / 2
    total = _in_words(text)
    for part in _PARTS.finditer(text):
        if part["figure"]:
            total += _figure(part["figure"])
        elif part["vulgar"]:
            total += _VULGAR[part["vulgar"]]
        else:
            total += int(part["over"]) / int(part["under"])
    return total


def _figure(text: str) -> float:
    return float(text.replace(",", "."))


def _in_words(text: str) -> float:
    total = last = 0.0
    for word in _WORD.findall(text):
        if word in _TENFOLD:
            total, last = total + (last or 1) * 10, 0.0
        elif word in _HUNDREDFOLD:
            total, last = total + (last or 1) * 100, 0.0
        elif word == _TEEN:
            total, last = total + last + 10, 0.0
        else:
            total, last = total + last, _VALUES[word]
    return total + last
