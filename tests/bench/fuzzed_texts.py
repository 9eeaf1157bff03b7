"""Texts that nobody would send, to find the one that takes a reader too long. Seeded: the same each run."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

from reports.reading import signs, tables
from reports.reading.tables import NEAR_WORDS, VOCABULARY

SEGMENT, LONGEST = 160, 1600  # characters: one GSM-7 segment, the longest message a carrier takes
_DATA = Path(__file__).parents[1] / "data" / "reading"
_MARKS = list(" .,;:/-+°'\"()&|=[]*~^#!?@%_<>$₱฿\n\t’”º×²½…")
_SCRIPTS = (
    (0x20, 0x7F), (0xC0, 0x17F), (0x1EA0, 0x1EFA), (0xE01, 0xE5C), (0xB82, 0xBFB), (0x660, 0x66A),
    (0x300, 0x370), (0x4E00, 0x4F00), (0xFF01, 0xFF5F), (0x1F300, 0x1F650), (0x2000, 0x2070), (0x0, 0x20),
)  # fmt: skip
_SHAPES = (
    "{d}.{f}",
    "{d},{f}",
    "{d} {m}.{f}",
    "{d}-{m}",
    "{d}°{m}.{f}'",
    "{d}°{m}'{m}\"",
    "{d}{m}.{f}",
    "{d}",
    "{f}",
)
NASTY = (
    "1 ", "1 1. ", "1,1,", "1.1.", "1-1-", "1:1:", "1/1/", "N", "N ", "N 1 ", "1N", "1 N ", "n4 e5 ", "4N 118E ", "(", "((", ")(",
    "'", '"', "''", "°", "- ", "+", "+1 ", "+-", "#", "0", "o1", "l", "1l", "S.O.S.", "S O S ", "S ", "sos", "mayday", "so",
    "batu ", "batu batu nautika ", "pulau ", "pulau pulau p. ", "p. ", "p.p.", "di ", "dari ", "at ", "near near ", "tg kg ",
    "5 nm ", "5 nm utara ", "5nm 090 from ", "utara ", "timur laut ", "north east of ", "090 ", "1 km dari ", "rm ", "rm 1 ", "rm rm",
    "tel ", "tel 1 ", "hp 01", "jam 1:", "12/12/", "2024-01-01", "1234 hrs ", "bot", "bot1", "ab-12/3", "lat ", "lat lon ", "lat 4 lon ",
    "lintang bujur ", "4 35 ", "4 35 118 40 ", "5 orang ", "pob ", "crew 1 ", "satu ", "dua puluh ", "tidak ", "tak a an ang ",
    "tolongtolong", "karamtolong", "kebakaran", "kebakaram ", "penyelundupan ", "http://a", "geo:1,", "geo:1,1?q=", "@1,", "/place/",
    "?q=1,1&", "!3d1!4d", "%2C1", "47N 1 1 ", "47N AB 12 12 ", "48n 123456 ", "6PPW4J7H+", "4J7H+XJ ", "2222+22", "///a.b.c ",
    "//", "ไ", "เรือจม", "ตะวันออกเฉียงเหนือ", "ใกล้", "5 ไมล์ ", "படகு ", "வடக்கு ", "நன்றி", "沉船", "没", "đ", "a\u0301", "\u0301", "🆘",
    "\ud800", "\x00", "\u200b", "aaa", "ab", "a b ", "a.b.", "x x ", "1 a ", "1a", "a1", "a1a", "4.5.6", "1 . ", "1' ", "1° ", "lu ls bt bb ",
)  # fmt: skip


def texts(count: int, seed: int = 1) -> Iterator[str]:
    """So many texts of up to LONGEST characters, half of them no longer than one segment."""
    dice = random.Random(seed)
    maker = _Maker(dice)
    for number in range(count):
        most = SEGMENT if number % 2 else dice.randint(SEGMENT, LONGEST)
        yield dice.choice(maker.KINDS)(maker, most)[:most]


class _Maker:
    def __init__(self, dice: random.Random):
        self.dice = dice
        phrases = {entry for rows in tables.ALL.values() for listed in rows.values() for entry in listed}
        self.words = sorted(
            phrases | VOCABULARY | NEAR_WORDS | {*signs.HEMISPHERES, *signs.PHONE_WORDS, *signs.PRICE_WORDS}
        )
        self.units = sorted({*signs.UNITS, *signs.PERSON_UNITS, *signs.BOAT_UNITS})
        self.hemispheres = sorted(signs.HEMISPHERES)
        self.rows = []
        for name in ("corpus.csv", "sms_cases.csv", "positions.csv", "no_reports.csv"):
            with open(_DATA / name, newline="", encoding="utf-8") as file:
                self.rows += [row["text"] for row in csv.DictReader(file)]

    def number(self) -> str:
        dice = self.dice
        shape = dice.choice(_SHAPES)
        text = shape.format(
            d=dice.randint(0, 180), m=dice.randint(0, 60), f=str(dice.randint(0, 10**9))[: dice.randint(1, 9)]
        )
        return text + dice.choice(("", " ")) + (dice.choice(self.hemispheres) if dice.random() < 0.5 else "")

    def piece(self) -> str:
        dice = self.dice
        roll = dice.random()
        if roll < 0.35:
            return dice.choice(self.words)
        if roll < 0.65:
            return self.number()
        if roll < 0.75:
            return dice.choice(NASTY)
        return dice.choice(self.units) if roll < 0.85 else dice.choice(_MARKS) * dice.randint(1, 3)

    def fill(self, most: int, make) -> str:
        parts, size = [], 0
        while size < most:
            parts.append(make())
            size += len(parts[-1]) or 1
        return "".join(parts)

    def mixed(self, most: int) -> str:
        gap = self.dice.choice((" ", " ", "", ","))
        return self.fill(most, lambda: self.piece() + gap)

    def jumble(self, most: int) -> str:
        alphabet = self.dice.choice(
            ("0123456789.,-+°'\"/: NSEWUTBLHDK", "0123456789 ", "1 .", "nsewutbhdk1 ", "sos may0")
        )
        return "".join(self.dice.choices(alphabet, k=most))

    def scripts(self, most: int) -> str:
        dice = self.dice
        chosen = dice.sample(_SCRIPTS, dice.randint(1, 3))
        return self.fill(
            most, lambda: chr(dice.randrange(*dice.choice(chosen))) * dice.choice((1, 1, 1, 2, 9))
        )

    def repeats(self, most: int) -> str:
        dice = self.dice
        fragment = "".join(self.piece() + dice.choice(("", " ")) for _ in range(dice.randint(1, 5))) or "1"
        head, tail = (self.piece() if dice.random() < 0.5 else "" for _ in range(2))
        return (head + fragment * most)[: max(1, most - len(tail))] + tail

    def nasty(self, most: int) -> str:
        dice = self.dice
        return (
            dice.choice(NASTY) + dice.choice(NASTY) * most
            if dice.random() < 0.5
            else dice.choice(NASTY) * most
        )

    def mutated(self, most: int) -> str:
        dice = self.dice
        text = (
            self.fill(most, lambda: dice.choice(self.rows) + " ")
            if dice.random() < 0.5
            else dice.choice(self.rows)
        )
        letters = list(text[:most])
        for _ in range(dice.randint(1, 1 + len(letters) // 10)):
            at = dice.randrange(len(letters))
            letters[at] = dice.choice(
                ("", letters[at] * 2, dice.choice(letters), dice.choice(_MARKS), self.piece())
            )
        return "".join(letters)

    KINDS = (mixed, jumble, scripts, repeats, nasty, mutated)
