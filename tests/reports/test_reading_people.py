"""How many are on board, and who is not counted."""

import pytest

from reports.reading import read
from reports.reading.folding import fold
from reports.reading.people import number_alone

COUNTS = [
    ("5 ORANG", 5),
    ("POB 4", 4),
    ("9 penumpang 2 krew", 11),
    ("2 dewasa 3 kanak2", 5),
    ("dua orang", 2),
    ("tiga org atas bot", 3),
    ("3 bot", None),
    ("LANUN BERSENJATA 8 ORANG NAIK BOT KAMI KREW 6 ORANG", 6),
    ("4 men guns", None),
    ("telefon 0138765432 orang", None),
    ("dua belas orang", 12),
    ("kami berempat", 4),
    ("kami bertiga dalam bot", 3),
    ("kami 7 orang termasuk 2 anak", 7),
    ("5 persons on board", 5),
    ("we are four on board", 4),
    ("crew of 12", 12),
    ("crew: 8, passengers: 30", 38),
    ("12 passengers and 3 crew", 15),
    ("limang katao", 5),
    ("dalawang tao sakay", 2),
    ("11 pasahero 3 tripulante", 14),
    ("9 nguoi", 9),
    ("tau co 12 thuyen vien", 12),
    ("เรือจม 9 คน", 9),
    ("ห้าคน", 5),
    ("படகில் 6 பேர்", 6),
    ("2 orang cedera 5 orang selamat", None),
    ("3 org hilang", None),
    ("1 orang jatuh laut", None),
    ("total 6 pax", 6),
    ("20 nm 4 org", 4),
    ("6 souls on board", 6),
    ("pob: 15", 15),
    ("15 POB", 15),
    ("satu keluarga 5 beranak", 5),
    ("seorang diri", 1),
    ("ada 7 orang dalam kapal", 7),
    ("2 babae 3 lalaki", 5),
    ("25 orang", 25),
    ("8 ABK termasuk nakhoda", 8),
    ("kapal 30 gt 8 abk", 8),
    ("kru 10 org", 10),
    ("jumlah kru 10", 10),
    ("4 10 118 20 kami", None),  # minutes of the position
    ("5.92, 118.20 4 org", 4),
    ("culik!! 3 kru dibawa lari", None),
    ("99999 orang", None),
    ("org: 3", 3),
    ("KATAO: 11", 11),
    ("ber5 atas bot", 5),
    ("two of us", 2),
    ("5 po kami", 5),
    ("2 lng kami", 2),
    ("we are 3 + 1 bata", 4),
    ("mag isa lang sya", 1),
    ("ada 3 org pegang senapang", None),
    ("5 mangingisda nailigtas", None),
    ("labing isa kami", 11),
    ("ORG 5 TOLONG", 5),
    ("3 org 1 cedera", 3),
    ("14 tamu 5 kru", 19),
    ("4 bata 6 matanda", 10),
    ("pemandu + 6 pemancing", 7),
    ("bot biru TRF 881. 2 org", 2),
    ("elaun nelayan RM250", None),
    ("di jalur 1 nelayan kecil", None),
    ("3 nelayan hilang kontak", 3),
    ("คนเดียว", 1),
]


@pytest.mark.parametrize(("text", "persons"), COUNTS, ids=[row[0] for row in COUNTS])
def test_persons_on_board(text, persons):
    assert read(text).persons_on_board == persons


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", 5),
        ("05.", 5),
        ("lima", 5),
        ("Lima je", 5),
        ("dua belas", 12),
        ("twenty one", 21),
        ("isa lang", 1),
        ("ห้า", 5),
        ("ஐந்து", 5),
        ("5+2", 7),
        ("5 + 1", 6),
        ("hai", None),  # a greeting sooner than two
        ("999", None),
        ("4.5", None),
        ("1/2", None),
        ("5 6", None),
        ("bot lima", None),
        ("", None),
    ],
)
def test_a_number_alone_is_an_answer_in_figures_words_and_sums(text, number):
    assert number_alone(fold(text)) == number


@pytest.mark.parametrize(
    "text", ["kami 5 orang 1 mati", "5 crew, 1 dead", "5 orang 2 hilang", "kami 5 orang satu cedera"]
)
def test_who_is_hurt_does_not_hide_how_many_there_are(text):
    assert read(text).persons_on_board == 5
