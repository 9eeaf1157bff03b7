"""What a text is about: keywords, their traps, and which of several matters counts."""

import re

import pytest

from reports.reading import read

# text, type, priority floor
MATTERS = [
    ("bot bocor, air masuk", "flooding", 1),
    ("letupan enjin api besar 4.2 118.6", "fire_explosion", 1),
    ("bot kami karam dan terbakar tolong", "sinking", 1),
    ("lanun serang kami, 2 orang terjun laut", "piracy_armed_robbery", 1),
    ("orang bersenjata culik 2 kru", "kidnap", 1),
    ("armed men kidnapped three crew near Sandakan", "kidnap", 1),
    ("kapal china semprot water cannon perahu nelayan 3 luka", "harassment", 1),
    ("foreign coast guard rammed our fishing boat", "harassment", 1),
    ("bot besar potong pukat kami dan ugut", "harassment", None),
    ("suami saya belum balik dari laut sejak semalam, bot kecil", "overdue_missing", 1),
    ("boat overdue 2 hours", "overdue_missing", None),
    ("boat overdue 4 hours no contact", "overdue_missing", 2),
    ("krew sakit dada pengsan", "medical", 1),
    ("crew injured hand, not serious", "medical", 2),
    ("bot kami dilanggar kapal tanker", "collision", 2),
    ("kapal kandas di karang", "grounding", 2),
    ("abandoning ship now in liferaft 5 people", "abandoning_ship", 1),
    ("EPIRB activated MMSI 533123456", "beacon_alert", 1),
    ("bomb threat on ferry", "terrorism", 1),
    ("bot laju tanpa lampu mencurigakan", "suspicious_vessel", None),
    ("seludup rokok guna bot pancung", "smuggling_goods", None),
    ("kapal tangki jual minyak tengah laut seludup diesel", "smuggling_fuel", None),
    ("nampak bot bawa dadah syabu", "smuggling_drugs", None),
    ("penyelundupan senjata lewat kapal ikan", "smuggling_weapons", None),
    ("bot bawa PATI mendarat di pantai", "irregular_migration", None),
    ("rohingya boat many people heading Langkawi", "irregular_migration", None),
    ("rohingya boat sinking 100 people", "sinking", 1),
    ("kru dipaksa kerja, dipukul tekong, gaji tak bayar", "human_trafficking", None),
    ("4 kapal vietnam curi ikan", "iuu_foreign", None),
    ("pukat harimau dalam zon larangan", "iuu_gear_zone", None),
    ("ada orang bom ikan dekat karang", "iuu_destructive", None),
    ("tumpahan minyak hitam di pantai", "pollution_oil", None),
    ("container hanyut bahaya pelayaran", "nav_hazard", None),
    ("mine floating near buoy, boat passing", "nav_hazard", 2),
    ("nak beri maklumat sulit pasal tekong", "tip", None),
    ("apa khabar", "unclassified", None),
    ("dah selamat, terima kasih", "unclassified", None),
    ("SOS false alarm, we are safe now", "unclassified", None),
    ("tau chim o gan dao Phu Quoc", "sinking", 1),
    ("tàu cháy 5 người", "fire_explosion", 1),
    ("thuyền bị lật", "listing_capsizing", 1),
    ("bắt cóc thuyền viên", "kidnap", 1),
    ("tàu cá nước ngoài đánh bắt trái phép", "iuu_foreign", None),
    ("buôn lậu dầu trên biển", "smuggling_fuel", None),
    ("เครื่องเสีย ลอยลำ 3 คน", "disabled_adrift", 2),
    ("โจรสลัดปล้นเรือ", "piracy_armed_robbery", 1),
    ("เรือลักลอบขนน้ำมันเถื่อน", "smuggling_fuel", None),
    ("ஆள் கடத்தல் நடக்கிறது படகில்", "kidnap", 1),
    ("kadathal padagu", "smuggling_goods", None),
    ("makina namin sira makina, inaanod kami 4 kami", "disabled_adrift", 2),
    ("nahulog sa dagat ang kasama ko tulong", "man_overboard", 1),
    ("tenggelm bot kami. tengelam cepat", "sinking", 1),
    ("tengggelam", "sinking", 1),
    ("TOLONG!!!", "undesignated_distress", 1),
    ("🆘", "undesignated_distress", 1),
    ("PAN PAN PAN PAN", "undesignated_distress", 2),
    ("terima kasih atas bantuan semalam", "unclassified", 2),
    ("no fire here everything fine", "unclassified", 2),
    ("ada orang mati dalam bot", "medical", 2),
    ("enjin mati", "disabled_adrift", 2),
    ("nagtotrawl sa loob ng municipal waters", "iuu_gear_zone", None),
    ("barkong walang ilaw umaaligid", "suspicious_vessel", None),
    ("hinahabol kami ng chinese coast guard", "harassment", None),
]


# A part of the boat and a word for failing, a person and a word for falling, in whatever language each.
KINDS = [
    ("gearbox pecah, bot hanyut", "disabled_adrift", 2),
    ("engine sira dito 4.2 118.6", "disabled_adrift", 2),
    ("kipas makan tali, kipas jem 4.2 118.6", "disabled_adrift", 2),
    ("orang jatuh 6.2 116.4", "man_overboard", 1),
    ("kami pegang jerigen, 3 orang -6.1 106.9", "abandoning_ship", 1),
    ("bot kena langgar, bot pecah 3.2 100.4", "sinking", 1),
    ("kontak putus sama kapal kami dari semalam", "overdue_missing", 1),
    ("kumpit tinutukan kami ng laser ng barko 15.1 117.7", "harassment", None),
    ("pindah kotak senapang ke bot pam 5.0 119.2", "smuggling_weapons", None),
    ("nelayan lain bakar kapal kami 0.3 109.1", "harassment", 1),
]


@pytest.mark.parametrize(("text", "type", "floor"), KINDS)
def test_words_of_two_kinds_make_a_matter(text, type, floor):
    reading = read(text)
    assert (reading.type, reading.priority_floor) == (type, floor)


@pytest.mark.parametrize(
    "text",
    [
        "filem kapal karam tu best gila",
        "lagu kapal oleng kapten lucu",
        "i am drowning in paperwork",
        "the sunset was on fire tonight",
        "hp saya jatuh ke air rusak deh",
        "tahun lepas bot ayah karam kat sini, tabur bunga",
    ],
)
def test_figure_of_speech_is_no_emergency_but_a_human_looks(text):
    reading = read(text)
    assert (reading.category, reading.priority_floor) == ("other", 2)
    assert "figure_of_speech" in reading.flags


def test_film_beside_a_position_is_an_emergency_all_the_same():
    assert read("macam filem, kapal karam 4.2 118.6").type == "sinking"


def test_position_beside_words_that_nobody_read_is_looked_at_at_once():
    reading = read("bargu tumpi gelora nirwana 4.2531 118.6312")
    assert (reading.type, reading.priority_floor) == ("unclassified", 2)
    assert "unread_words" in reading.flags
    assert read("4.2531 118.6312").priority_floor is None


# text, type: calls as hurried thumbs type them, all of priority 1
CALLS = [
    *(
        (text, "undesignated_distress")
        for text in (
            "S.O.S",
            "S.O.S.",
            "S-O-S",
            "S O S",
            "S. O. S. S. O. S.",
            "S OS",
            "SO S",
            "S0S",
            "5OS",
            "S.0.S",
            "sos!!!",
            "SOSSOS",
            "M A Y D A Y",
            "MAY DAY",
            "MAYD4Y",
            "H E L P",
            "t0long",
            "tolong4.5N 118.2E",
            "4.5 118.2 S O S",
            "N E S O S",
            "999",
            "911!!",
            "救命",
            "请求救援, 求救",
            "5O5",
            "...---...",
            ". . . - - - . . .",
            "𝐒𝐎𝐒",
            "🆂🅾🆂",
            "ⓈⓄⓈ",
        )
    ),
    ("SOSkaram", "sinking"),
    ("K A R A M", "sinking"),
    ("weresinking", "sinking"),
    ("were sinking", "sinking"),
    ("botkaram tolong", "sinking"),
    ("SOSSOS tolongkaram", "sinking"),
    ("S O S bot bocor", "flooding"),
    ("jatoh laut", "man_overboard"),
    ("nhoi mau co tim", "medical"),
    ("nhồi máu cơ tim", "medical"),
    ("沉船", "sinking"),
    ("船上起火", "fire_explosion"),
    ("有人落水", "man_overboard"),
    ("海盗来了", "piracy_armed_robbery"),
]


@pytest.mark.parametrize(("text", "type"), CALLS)
def test_call_for_help_is_read_however_it_is_typed(text, type):
    reading = read(text)
    assert (reading.type, reading.priority_floor) == (type, 1)


@pytest.mark.parametrize(
    "text",
    [
        "ayah saya umur 50s",
        "beli sosis dan roti",
        "nha so5 duong Tran Phu",
        "tau so S 95",
        "505",
        "5o5'N 100o20'E",
        "hmm... --- ok",
        "N E S W",
        "baki 999 ringgit",
        "A. B. C. Osman",
        "thanks for your helpfulness",
        "tak karam",
    ],
)
def test_letters_that_only_look_like_a_call_are_none(text):
    assert read(text).type == "unclassified"


def test_chinese_tells_no_language_and_can_be_denied():
    assert read("沉船").language == ""
    assert read("没有起火").type == "unclassified"


@pytest.mark.parametrize(("text", "type", "floor"), MATTERS, ids=[row[0] for row in MATTERS])
def test_matter_is_named(text, type, floor):
    reading = read(text)
    assert (reading.type, reading.priority_floor) == (type, floor)


TRAPS = [
    ("selamat pagi tuan, semua baik", "unclassified"),  # a greeting
    ("selamatkan kami", "undesignated_distress"),  # rescue us
    ("enjin mati dekat pulau", "disabled_adrift"),  # the engine is dead
    ("orang mati dalam bot", "medical"),  # a person is
    ("nampak karang di laut", "unclassified"),  # a reef, no wreck
    ("kadathal padagu", "smuggling_goods"),
    ("aal kadathal padagu", "kidnap"),
    ("no signal here, what lat are you", "unclassified"),  # Vietnamese words in English
    ("pati bangka namin po", "unclassified"),  # Filipino "also", no migrants
    ("makan ikan bakar chim chim", "unclassified"),
    ("barang ini mutunya terbaik", "unclassified"),  # one letter from "capsized", and a word of its own
    ("tulog na kami", "unclassified"),  # asleep, not help
    ("bom ikan meletup dekat karang", "iuu_destructive"),  # not an explosion on board
    ("tumpahan minyak dari kapal tangki", "pollution_oil"),
    ("kayu hanyut besar di laluan kapal", "nav_hazard"),  # not a boat adrift
]


@pytest.mark.parametrize(("text", "type"), TRAPS)
def test_look_alike_is_not_taken_for_the_word(text, type):
    assert read(text).type == type


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("tolong kebakran enjin", "fire_explosion"),
        ("kami tenggellam", "sinking"),
        ("may nagdidinamta dito sa dagat", "iuu_destructive"),
        ("capsizde 3 people", "listing_capsizing"),
        ("tolonggggg karaaaam", "sinking"),
    ],
)
def test_one_typo_in_a_long_word_is_forgiven(text, type):
    assert read(text).type == type


# Two words near one another are one matter: a part and its fault, a person and the water.
NEAR = [
    ("enjin bot kami tiba2 mati", "disabled_adrift"),
    ("enjin berbunyi kuat lepas tu terus mati", "disabled_adrift"),
    ("enjin xhidup dah", "disabled_adrift"),
    ("mesin gak mau nyala", "disabled_adrift"),
    ("ayaw nang umandar ng makina", "disabled_adrift"),
    ("engine wont start", "disabled_adrift"),
    ("enjn rsk hnyut", "disabled_adrift"),
    ("suami saya pergi laut blm balik", "overdue_missing"),
    ("my brother has not returned from sea", "overdue_missing"),
    ("api dah marak di bilik enjin", "fire_explosion"),
    ("asap tebal keluar dari bilik enjin", "fire_explosion"),
    ("crewman washed off the deck into the sea", "man_overboard"),
    ("jari kawan putus kena tali", "medical"),
    ("kapten sering pukul kru", "human_trafficking"),
    ("minyak mentah bocor dari paip laut", "pollution_oil"),  # no leak of a boat
    ("balak besar hanyut di laut", "nav_hazard"),  # no boat adrift
    ("hindi po kami lumulubog", "unclassified"),
    ("enjin tak rosak", "unclassified"),
    ("kami karam dan bot terbakar", "sinking"),  # what stands between two near words is not theirs
    ("angin kuat di tarakan", "unclassified"),  # a port, and no slip of tabrakan
    ("dah cuba betulkan tak jadi, enjin mati", "disabled_adrift"),
]


@pytest.mark.parametrize(("text", "type"), NEAR)
def test_words_near_one_another_name_a_matter_together(text, type):
    assert read(text).type == type


@pytest.mark.parametrize(
    ("text", "floor"),
    [("rumah jiran terbakar", 2), ("air paip bocor kat rumah", 2), ("bot terbakar depan rumah", 1)],
)
def test_fire_and_water_of_a_house_are_read_by_a_human_and_are_no_boats(text, floor):
    reading = read(text)
    assert reading.priority_floor == floor
    assert (reading.category == "emergency") == (floor == 1)


def test_every_side_of_a_near_entry_is_one_word():
    from reports.reading.tables import ALL

    sides = [entry for rows in ALL.values() for listed in rows.values() for entry in listed if "/" in entry]
    assert len(sides) > 100
    assert [side for side in sides if re.search(r"[^ +] [^ +]|[A-Z]|//", side)] == []


def test_a_typo_in_a_short_word_is_not():
    assert read("kram perut").type != "sinking"


@pytest.mark.parametrize(
    ("text", "flags", "type", "floor"),
    [
        ("tolong", [], "undesignated_distress", 1),
        ("salamat po sa tulong kahapon", ["plea_word"], "unclassified", 2),  # in thanks
        ("jangan tolong dia", ["plea_word"], "unclassified", 2),  # denied
        (
            "could you please help my cousin find a new school for his children",
            ["plea_word"],
            "unclassified",
            2,
        ),
        ("could you please help my cousin find us we are at 4.58 118.68", [], "undesignated_distress", 1),
        ("could you please help my cousin and his wife near Pulau Aur", [], "undesignated_distress", 1),
        (
            "tolong tolong tolong tolong tolong tolong tolong tolong tolong tolong",
            [],
            "undesignated_distress",
            1,
        ),
    ],
)
def test_plea_word_is_distress_unless_denied_in_thanks_or_lost_in_a_long_text(text, flags, type, floor):
    reading = read(text)
    assert (reading.type, reading.priority_floor) == (type, floor)
    assert [flag for flag in reading.flags if flag == "plea_word"] == flags


def test_denied_danger_is_no_distress_but_a_human_reads_it_soon():
    reading = read("no fire here")
    assert (reading.type, reading.category, reading.priority_floor) == ("unclassified", "other", 2)
    assert "denied_word" in reading.flags


def test_denied_injury_does_not_hide_the_engine():
    assert read("engine failure drifting 4 crew no injuries").type == "disabled_adrift"


def test_safe_now_after_a_bare_call_withdraws_it_and_says_so():
    reading = read("SOS false alarm, we are safe now")
    assert (reading.type, reading.safe_now) == ("unclassified", True)


def test_safe_now_never_takes_back_a_sinking():
    reading = read("bot karam, kami selamat atas rakit")
    assert (reading.type, reading.safe_now, reading.priority_floor) == ("sinking", True, 1)


@pytest.mark.parametrize(
    "text", ["LATIHAN: bot karam 4.2 118.6", "EXERCISE EXERCISE ship sinking", "dien tap: tau chim"]
)
def test_drill_is_marked_and_read_like_the_real_thing(text):
    reading = read(text)
    assert (reading.drill, reading.type, reading.priority_floor) == (True, "sinking", 1)


def test_this_is_not_a_drill():
    assert read("this is not a drill, ship sinking").drill is False


def test_mayday_raises_what_would_be_an_alert():
    assert read("engine failure adrift").emergency_phase == "ALERT"
    assert read("mayday engine failure adrift").emergency_phase == "DISTRESS"


def test_water_cannon_is_an_attack_and_cut_nets_are_not():
    attack, nuisance = read("kapal asing meriam air perahu kami"), read("kapal besar potong jaring nelayan")
    assert (attack.type, attack.category, attack.response_phase) == ("harassment", "emergency", "ATTACK")
    assert (nuisance.type, nuisance.category, nuisance.response_phase) == (
        "harassment",
        "suspicious",
        "IN_PROGRESS",
    )


def test_trawler_seen_yesterday_is_historic():
    assert read("kapal asing curi ikan di sini").response_phase == "IN_PROGRESS"
    assert read("kemarin kapal asing curi ikan di sini").response_phase == "HISTORIC"


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("boat overdue 2 hours", "UNCERTAINTY"),
        ("boat overdue 4 hours", "ALERT"),
        ("boat overdue 7 hours", "DISTRESS"),
        ("boat overdue", "DISTRESS"),
        ("bot belum balik sejak semalam", "DISTRESS"),
    ],
)
def test_overdue_rises_with_the_hours_said(text, phase):
    assert read(text).emergency_phase == phase


def test_drifting_mine_is_more_than_a_log():
    mine, log = read("sea mine floating near buoy"), read("floating log near buoy")
    assert (mine.type, mine.severity, mine.emergency_phase) == ("nav_hazard", "Severe", "ALERT")
    assert (log.type, log.severity, log.emergency_phase) == ("nav_hazard", "Minor", "NONE")


def test_every_type_can_be_reached_by_words():
    from reports.taxonomy import TAXONOMY

    assert {type for _, type, _ in MATTERS} == set(TAXONOMY)
