"""What "safe now" takes back and what it never does; and what else a text says of itself."""

import pytest

from reports.reading import read

# Safe now, and yet: text, type, priority floor
STANDS = [
    ("dah selamat tapi 2 orang masih hilang", "overdue_missing", 1),
    ("dah selamat tapi seorang hilang", "overdue_missing", 1),
    ("safe now but one man still missing 4 35.2N 118 40.9E", "overdue_missing", 1),
    ("sudah aman tapi 1 orang belum ditemukan", "overdue_missing", 1),
    ("ligtas na kami pero nawawala ang isa", "overdue_missing", 1),
    ("an toan roi nhung 1 nguoi mat tich", "overdue_missing", 1),
    ("ปลอดภัยแล้ว แต่ยังหายหนึ่งคน", "overdue_missing", 1),
    ("kawan dah balik suami belum balik", "overdue_missing", 1),
    ("suami hilang, kawan dah balik", "overdue_missing", 1),
    ("dah jumpa 2 orang, hilang 1", "overdue_missing", 1),
    ("2 orang hilang, 1 dah jumpa", "overdue_missing", 1),
    ("kawan hilang, kami semua selamat", "overdue_missing", 1),
    ("safe now, two injured badly", "medical", 2),
    ("dah selamat tapi sorang cedera parah", "medical", 1),
    ("two crew injured, one taken to hospital, we are safe", "medical", 2),
    ("bot dah selamat ditunda, semua ok tapi ada orang sakit jantung", "medical", 2),
    ("we are safe now but captain is dead", "medical", 2),
    ("dah jumpa mayat", "medical", 2),
    ("safe now but 2 still aboard", "undesignated_distress", 1),
    ("we are safe, 2 crew left behind", "undesignated_distress", 1),
    ("all safe except my brother", "undesignated_distress", 1),
    ("semua selamat kecuali 2 orang", "undesignated_distress", 1),
    ("false alarm but we need water", "unclassified", 2),  # nobody read it: a human does
    ("dah selamat tapi minta tolong", "undesignated_distress", 1),
    ("safe now, SOS from another boat", "undesignated_distress", 1),
    ("safe now, tolong, kawan masih dalam air", "man_overboard", 1),
    ("kami selamat tapi enjin rosak hanyut", "disabled_adrift", 2),
    ("fire is out, we are safe now", "fire_explosion", 1),
    ("dah selamat, bot karam", "sinking", 1),
]


@pytest.mark.parametrize(("text", "type", "floor"), STANDS, ids=[row[0] for row in STANDS])
def test_safe_now_does_not_hide_who_is_not_safe(text, type, floor):
    reading = read(text)
    assert (reading.type, reading.priority_floor, reading.safe_now) == (type, floor, True)


@pytest.mark.parametrize(
    "text",
    [
        "semua selamat",
        "dah selamat, terima kasih",
        "SOS false alarm, we are safe now",
        "we are safe, please ignore my SOS",
        "batal SOS, silap tekan",
        "enjin dah hidup, dah selamat",
        "safe now, no one missing",
        "dah selamat, tiada yang cedera",
        "dah jumpa orang hilang semalam, semua selamat",
        "missing man found, all safe",
        "suami saya dah balik, tak hilang",
        "suami hilang semalam, dah balik tadi",
        "we are safe, injured man taken to hospital",
        "yang cedera dah dibawa ke hospital, kami selamat",
        "dah sampai jeti, ikan tak jumpa",
    ],
)
def test_safe_now_takes_back_what_is_denied_or_over(text):
    reading = read(text)
    assert (reading.type, reading.priority_floor, reading.safe_now) == ("unclassified", None, True)


def test_a_plea_beside_safe_now_is_read_by_a_human():
    reading = read("kami selamat, tolong beritahu keluarga")
    assert (reading.type, reading.priority_floor, reading.flags) == (
        "unclassified",
        2,
        ["plea_word", "safe_now"],
    )


@pytest.mark.parametrize("text", ["not safe", "tak selamat", "not everyone safe", "tak semua selamat"])
def test_not_safe_is_no_safe_now(text):
    reading = read(text)
    assert (reading.type, reading.priority_floor, reading.safe_now) == ("undesignated_distress", 2, False)


# Text, whether it asks for silence
ANSWERS = [
    ("tolong jangan balas, mereka ada di sini", True),
    ("dont reply they are here", True),
    ("don't call me back", True),
    ("jangan telefon, lanun naik bot", True),
    ("jgn hantar sms", True),
    ("gak usah dibalas", True),
    ("huwag kayong tumawag", True),
    ("wag mag reply", True),
    ("pls dont call, they will hear", True),
    ("dung tra loi", True),
    ("อย่าโทรกลับ", True),
    ("bathil vendam", True),
    ("jangan lupa balas", False),
    ("jangan risau, tolong telefon saya", False),
    ("suami tak balas mesej dari semalam", False),
    ("no reply from husband since yesterday", False),
    ("please reply", False),
    ("call me", False),
]


@pytest.mark.parametrize(("text", "silent"), ANSWERS, ids=[row[0] for row in ANSWERS])
def test_who_asks_for_no_answer_is_heard(text, silent):
    assert ("no_reply" in read(text).flags) is silent


def test_do_not_answer_lowers_nothing_and_alone_is_looked_at():
    assert read("tolong jangan balas, mereka ada di sini").priority_floor == 1
    assert read("dont reply they are here").priority_floor == 2
    machine = "Your balance is low. Recharge today to keep your number. This is automatic, do not reply."
    assert read(machine).priority_floor is None


# Text, flagged as a correction of the place, as safe
PLACES = [
    ("silap, 4 12.0U 118 38.0T", True, False),
    ("posisi salah, kami di utara Pulau Mabul", True, False),
    ("wrong position, we are at 4.2 118.6", True, False),
    ("position you have is wrong", True, False),
    ("posisi silap", True, False),
    ("silap tempat tadi", True, False),
    ("salah lokasi, bot karam di 4.2 118.6", True, False),
    ("lokasinya keliru pak", True, False),
    ("mali ang posisyon", True, False),
    ("sai vi tri", True, False),
    ("พิกัดผิด", True, False),
    ("silap", False, True),
    ("silap tekan", False, True),
    ("salah tekan, kami di 4.2 118.6", False, True),
    ("posisi kami 4.2 118.6", False, False),
    ("bot ikan salah parkir", False, False),
]


@pytest.mark.parametrize(("text", "corrected", "safe"), PLACES, ids=[row[0] for row in PLACES])
def test_a_wrong_place_is_no_safety(text, corrected, safe):
    reading = read(text)
    assert ("position_corrected" in reading.flags, reading.safe_now) == (corrected, safe)


# Text, drill
DRILLS = [
    ("latihan dah habis, ini betul-betul bot karam 4 35.2U 118 40.9T", False),
    ("latihan tamat, bot betul karam", False),
    ("latihan? betul2 karam ni", False),
    ("drill is over, real emergency boat sinking", False),
    ("latihan sudah selesai, kapal benar benar tenggelam", False),
    ("tapos na ang drill, totoo na to, lumulubog kami", False),
    ("het dien tap, tau chim that day", False),
    ("ini latihan, bot karam", True),
    ("ini latihan dan belum habis, bot karam", True),
    ("drill cancelled, real sinking", False),
    ("exercise sinking", True),
    ("latihan tamat", True),  # nothing happens in it
]


@pytest.mark.parametrize(("text", "drill"), DRILLS, ids=[row[0] for row in DRILLS])
def test_danger_after_the_drill_is_real(text, drill):
    assert read(text).drill is drill


# Danger that names no casualty, and what only looks like danger.
UNNAMED = [
    ("jangan biar kami mati", "undesignated_distress", 1),
    ("dont let us die", "undesignated_distress", 1),
    ("sesat tak tahu arah", "undesignated_distress", 2),
    ("lost at sea no gps", "undesignated_distress", 2),
    ("habis air minum 4 hari", "undesignated_distress", 2),
    ("wala na kaming inumin", "undesignated_distress", 2),
    ("laut tak selamat hari ni, jangan turun", "unclassified", None),
    ("not safe for us here", "undesignated_distress", 2),
    ("4 orang selamat 2 lagi belum ditemui", "overdue_missing", 1),
    ("tolong kami sesat", "undesignated_distress", 1),
    ("tak boleh bernafas", "medical", 1),
    ("cannot stop water", "flooding", 1),
    ("ombak besar, bot hanyut jauh, air dah separuh bot, kami penat", "flooding", 1),
    ("dinamit meletup tangan putus", "medical", 1),
    ("bom ikan meletup dekat karang", "iuu_destructive", None),
    ("penyangak naik bot", "piracy_armed_robbery", 1),
    ("kami kena tahan oleh tentera indonesia", "harassment", None),
    ("kapal hilang lampu", "unclassified", 2),
    ("bot hilang tak nampak lampu", "overdue_missing", 1),
    ("jual sos cili 2 botol", "unclassified", None),
]


@pytest.mark.parametrize(("text", "type", "floor"), UNNAMED, ids=[row[0] for row in UNNAMED])
def test_danger_without_a_name_is_raised_and_its_look_alike_is_not(text, type, floor):
    reading = read(text)
    assert (reading.type, reading.priority_floor) == (type, floor)
