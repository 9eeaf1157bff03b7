"""Places in words: alone, misspelled, borne by several, and so far off one in some direction."""

import json
import logging

import pytest

from communities.names import search_names
from communities.places import other_scripts
from communities.sphere import great_circle_m
from reports.known_places import LazyIndex, from_files
from reports.reading import offsets, read
from reports.reading.place_index import Place, PlaceIndex
from tests.reports.test_reading_corpus import rows
from tests.reports.test_reading_hostile import NAUGHTY

MILE = 1852.0


@pytest.fixture(scope="module")
def places():
    return from_files()


# The derived rows of the domain notes: position as they state it.
DERIVED = [
    ("enjin rosak hanyut 5 nm utara Pulau Sipadan", 4.1983, 118.6290),
    ("bom ikan 3 batu timur laut Pulau Mantanani", 6.7453, 116.3856),
    ("kapal asing curi ikan 30 mil barat laut Natuna", 4.3032, 107.8457),
    ("tulong po nasiraan ng makina 20 nm kanluran ng Masinloc", 15.5397, 119.6043),
    ("pan pan engine failure drifting 7nm 090 from Pulau Tioman", 2.8000, 104.2867),
    ("co nguoi roi xuong bien cach mui Vung Tau 134 hai ly ve phia Dong Nam", 8.7351, 108.6795),
    ("คนตกน้ำ 15 ไมล์ทะเล ตะวันออกเฉียงเหนือของบางสะพาน", 11.3766, 99.7402),
    ("udhavi engine pazhudhu 10 nautical mile south of Pulau Perak", 5.5163, 98.9330),
]


@pytest.mark.parametrize(("text", "lat", "lon"), DERIVED, ids=[row[0] for row in DERIVED])
def test_derived_position_of_the_domain_notes_is_inside_its_error(places, text, lat, lon):
    reading = read(text, places=places)
    assert reading.position_source == "derived"
    assert great_circle_m(reading.position, (lon, lat)) < 4 * MILE < reading.position_error_m


SAME = (4.115 + 5 / 60, 118.629)
ORDERS = [
    "5nm utara P. Sipadan",
    "5 nm N of Pulau Sipadan engine failure",
    "Pulau Sipadan 5 nm utara",
    "utara 5 batu dari pulau sipadan",
    "utara pulau sipadan 5 nm",
    "5 nm from Pulau Sipadan bearing 000",
    "000/5nm from Pulau Sipadan",
    "5 batu nautika ke utara dari Pulau Sipadan",
    "5 milya hilaga ng Pulau Sipadan",
    "cach Pulau Sipadan 5 hai ly ve phia Bac",
    "5 ไมล์ทะเล ทางเหนือของ pulau sipadan",
    "9.26 km utara Pulau Sipadan",
    "5 nm utara Sipadan",
    "bot bocor 5 nm utara pulau sipadan 3 orang",
    "5 மைல் வடக்கே pulau sipadan",
]


@pytest.mark.parametrize("text", ORDERS)
def test_distance_direction_and_place_stand_in_any_order(places, text):
    reading = read(text, places=places)
    assert reading.position == pytest.approx(SAME[::-1], abs=0.002)
    assert (reading.position_source, reading.place) == ("derived", "Pulau Sipadan")


ERRORS = [
    ("10 nm utara Pulau Sipadan", 3.5 + 3),  # 35 % of the distance, and an island
    ("10 nm 000 from Pulau Sipadan", 2 + 3),  # 20 % with a bearing
    ("1 nm utara Pulau Sipadan", 1 + 3),  # never under a mile
    ("20 nm kanluran ng Masinloc", 7 + 2),  # a town
    ("5 nm dari Pulau Sipadan", 5 * 1.2 + 3),  # no direction: the whole circle, and a guess
    ("bot bocor dekat Pulau Sipadan", 3 + 10),
    ("bot bocor perairan Pulau Sipadan", 3 + 30),
]


@pytest.mark.parametrize(("text", "miles"), ERRORS, ids=[row[0] for row in ERRORS])
def test_error_grows_with_distance_and_kind(places, text, miles):
    assert read(text, places=places).position_error_m == pytest.approx(miles * MILE, abs=100)


PLACED = [
    ("bot bocor dekat pulau sipadan", "Pulau Sipadan"),
    ("Pulau Sipadan", "Pulau Sipadan"),
    ("p.sipadan", "Pulau Sipadan"),
    ("engine failure near Semporna", "Semporna"),
    ("Semporna", "Semporna"),
    ("tau hong may gan dao Phu Quy", "Phú Quý"),
    ("robbery on board Sipadan Island", "Pulau Sipadan"),
    ("เครื่องเสีย ใกล้ภูเก็ต", "Phuket Island"),
]


@pytest.mark.parametrize(("text", "name"), PLACED, ids=[row[0] for row in PLACED])
def test_boat_at_a_place_is_put_on_it(places, text, name):
    reading = read(text, places=places)
    assert (reading.place, reading.position_source) == (name, "named_place")


NOT_THERE = [
    "enjin mati hanyut ke utara pulau aur. 2 org",
    "KENA ROMPAK LAUT LAHAD DATU 2 BOT LAJU",
    "suspicious speedboat no lights 4 men guns heading Semporna",
    "nelayan belum pulang kapal BINTANG LAUT 02 2 org sejak kemarin dari Sorong",
    "bot karam E of Pulau Sipadan",
    "oil slick 3km long dekat Pulau Sipadan",
    "hanyut 10 batu dari pantai",
    "5 nm dari bot asing",
    "400 nm utara Pulau Sipadan",
    "harga ikan di Semporna",
    "enjin mati di pasar",
    "bot mati di laut",
    "SOS",
    "tolong",
    "kapal asing di laut Borneo",
    "bot rosak 5 nm dari Borneo",
    "bot rosak dekat Borneo",
    "Teluk Sipadan",
    "hubungi pejabat di Semporna",
]


@pytest.mark.parametrize("text", NOT_THERE)
def test_place_that_the_boat_is_not_said_to_be_at_gives_no_position(places, text):
    assert read(text, places=places).position is None


def test_texts_that_are_no_reports_give_no_position_with_every_name_known(places):
    texts = NAUGHTY + [row["text"] for row in rows("no_reports.csv")]
    assert [text for text in texts if read(text, places=places).position] == []


def test_boat_on_the_move_is_not_put_where_it_heads(places):
    reading = read("hanyut ke utara 5 nm dari Pulau Sipadan", places=places)
    assert reading.position == (118.629, 4.115)
    assert reading.position_error_m == pytest.approx(9 * MILE, abs=1)


NUMBERS = [
    ("5 nm", 5),
    ("5,5 batu", 5.5),
    ("lima batu", 5),
    ("setengah batu", 0.5),
    ("dua setengah batu nautika", 2.5),
    ("2 setengah batu", 2.5),
    ("dua puluh lima batu", 25),
    ("seratus dua puluh batu", 120),
    ("sebatu", 1),
    ("isang milya", 1),
    ("kalahating milya", 0.5),
    ("isa't kalahating milya", 1.5),
    ("apat na milya", 4),
    ("dalawampung milya", 20),
    ("nam hai ly", 5),
    ("hai hai ly", 2),
    ("muoi lam hai ly", 15),
    ("ba muoi hai ly", 30),
    ("2 hai ly ruoi", 2.5),
    ("สิบไมล์", 10),
    ("ยี่สิบเอ็ดไมล์", 21),
    ("ครึ่งไมล์", 0.5),
    ("பத்து மைல்", 10),
    ("half a mile", 0.5),
    ("a mile", 1),
    ("two and a half miles", 2.5),
    ("twenty-five nm", 25),
    ("1/2 batu", 0.5),
    ("2 1/2 nm", 2.5),
    ("2½ nm", 2.5),
    ("5-6 nm", 5.5),
    ("10 to 12 nm", 11),
]


@pytest.mark.parametrize(("said", "miles"), NUMBERS, ids=[row[0] for row in NUMBERS])
def test_number_of_miles_is_read_in_words_and_fractions(places, said, miles):
    reading = read(f"bot karam {said} utara Pulau Sipadan", places=places)
    assert reading.position_source == "derived"
    assert reading.position[1] == pytest.approx(4.115 + miles / 60, abs=0.003)


BETWEEN = [
    "bot hanyut antara pulau pemanggil dan pulau aur",
    "engine failure between Pulau Pemanggil and Pulau Aur",
    "nasiraan sa pagitan ng pulau pemanggil at pulau aur",
    "tau hong may giua pulau pemanggil va pulau aur",
    "เรือเสีย ระหว่าง pulau pemanggil กับ pulau aur",
]


@pytest.mark.parametrize("text", BETWEEN)
def test_boat_between_two_places_is_half_way_give_or_take_half_the_way(places, text):
    reading = read(text, places=places)
    assert (reading.position_source, reading.position_status) == ("derived", "ok")
    assert great_circle_m(reading.position, (104.42, 2.51)) < 3 * MILE
    ends_m = great_circle_m((104.33, 2.58), (104.52, 2.45))
    assert reading.position_error_m >= ends_m / 2


def test_of_two_names_that_repeat_the_pair_that_lies_together_is_meant():
    kecil = Place("Pulau Kecil", 102.4, 2.2, "island", "MY")
    reading = read("bot karam antara pulau besar dan pulau kecil", places=index(*BESAR, kecil))
    assert reading.position == pytest.approx((102.365, 2.155), abs=0.01)
    assert reading.position_status == "ok"


def test_two_places_too_far_apart_put_the_boat_nowhere(places):
    assert read("hanyut antara Pulau Tioman dan Pulau Sipadan", places=places).position is None


HOURS = [
    ("bot rosak 2 jam dari pulau sipadan", 2),
    ("engine failure 2 hours from Pulau Sipadan", 2),
    ("nasiraan kami 2 oras mula sa pulau sipadan", 2),
    ("bot rosak setengah jam dari pulau sipadan", 0.5),
    ("enjin mati 30 minit belayar dari pulau sipadan", 0.5),
]


@pytest.mark.parametrize(("text", "hours"), HOURS, ids=[row[0] for row in HOURS])
def test_time_from_a_place_is_no_distance_and_flagged(places, text, hours):
    reading = read(text, places=places)
    assert (reading.position, reading.position_status) == ((118.629, 4.115), "ambiguous")
    assert "distance_told_as_time" in reading.flags
    assert reading.position_error_m >= hours * 15 * MILE


SETTLED_BY_WHAT_FOLLOWS = [
    ("robbery Gresik, Indonesia", "Gresik", "ok"),
    ("bot karam dekat Semporna, Sabah", "Semporna", "ok"),
    ("robbery Dumai Inner Anchorage, Indonesia", "Dumai", "ok"),
    ("robbery Sandakan, Malaysia", "Sandakan", "ok"),
    ("robbery Straits of Singapore", "Singapore Strait", "ok"),
    ("bot karam perairan semporna", "Semporna", "ambiguous"),  # how far off nobody says
]


@pytest.mark.parametrize(("text", "name", "status"), SETTLED_BY_WHAT_FOLLOWS)
def test_name_before_a_country_or_a_word_for_a_port_is_a_place(places, text, name, status):
    reading = read(text, places=places)
    assert (reading.place, reading.position_source) == (name, "named_place")
    assert reading.position_status == status


def test_area_named_behind_a_place_says_which_one_is_meant():
    town = Place("Kota Tinggi", 103.9, 1.74, "coastal_town", "MY")
    gaya = (
        Place("Pulau Gaya", 116.03, 6.01, "island", "MY"),
        Place("Pulau Gaya", 104.2, 1.6, "island", "MY"),
    )
    known = index(*gaya, town)
    assert read("bot karam pulau gaya", places=known).position_status == "ambiguous"
    for text in ("bot karam pulau gaya, kota tinggi", "bot karam pulau gaya, johor, malaysia"):
        reading = read(text, places=known)
        assert (reading.position, reading.position_status) == ((104.2, 1.6), "ok")


def test_place_right_behind_a_name_helps_to_tell_which_and_never_hides_it():
    kapas = Place("Pulau Kapas", 103.27, 5.22, "island", "MY")
    rock = Place("Pulau Kapas", 120.0, -8.0, "island", "ID")
    marang = Place("Marang", 103.2, 5.2, "coastal_town", "MY")
    known = index(kapas, rock, marang)
    assert read("bot karam dekat pulau kapas", places=known).position_status == "ambiguous"
    reading = read("bot karam dekat pulau kapas marang 4 orang", places=known)
    assert (reading.position, reading.position_status) == (kapas.position, "ok")


def test_area_that_holds_no_bearer_of_the_name_makes_it_doubtful(places):
    reading = read("robbery Pulau Sipadan, Johor, Malaysia", places=places)
    assert reading.position_status == "ambiguous"


def test_misspelled_name_of_another_country_is_none():
    barra = Place("Magtaking", 120.2, 16.0, "coastal_town", "PH")
    assert read("robbery Mataking Island, Malaysia", places=index(barra)).position is None


def test_country_of_a_boat_does_not_say_where_the_place_is(places):
    reading = read("bot vietnam tarik pukat dekat pulau tenggol", places=places)
    assert (reading.place, reading.position_status) == ("Pulau Tenggol", "ok")
    assert read("near Pulau Tenggol Vietnam boats fishing", places=places).position_status == "ok"


def test_part_of_a_longer_name_is_doubtful():
    known = index(Place("Kampung Ayer", 114.9, 4.9, "coastal_town", "BN"))
    assert read("bot bocor dekat kampung ayer", places=known).position_status == "ok"
    assert read("bot bocor dekat kpg. ayer papan", places=known).position_status == "ambiguous"


def test_only_bearer_of_a_name_days_away_from_the_reporter_is_doubtful():
    known = index(Place("Pulau Timbun", 103.9, 2.5, "island", "MY"))
    assert read("bot karam pulau timbun", places=known, near=(104.0, 2.0)).position_status == "ok"
    assert read("bot karam pulau timbun", places=known, near=(118.6, 4.5)).position_status == "ambiguous"


NEAR_AFTERWARDS = [
    ("tau hong may gan dao Con Son 3 hai ly", "named_place"),
    ("enjin rosak dua batu luar pulau sipadan", "named_place"),
    ("enjin rosak sebelah timur pulau sipadan dlm 5 batu", "derived"),
    ("ห่างจากเกาะเต่า 5 ไมล์ทะเล ทางทิศเหนือ เรือไฟไหม้", "derived"),
    ("4km dr jeti Semporna bot bocor", "named_place"),
    ("பினாங்கு அருகே படகு மூழ்குகிறது", "named_place"),
    ("nasiraan limang kilometro mula sa pampang ng Masinloc", "named_place"),
    ("bangka lumubog tatlong milya timog ng Isla ng Siargao", "derived"),
    ("tau hong may cach bo Nha Trang hai muoi hai ly", "named_place"),
    ("half way Mersing and Tioman boat sinking", "derived"),
    ("bangka namin nasiraan sa may Coron, Palawan", "named_place"),
]


@pytest.mark.parametrize(("text", "source"), NEAR_AFTERWARDS, ids=[row[0] for row in NEAR_AFTERWARDS])
def test_small_words_stand_where_they_will(places, text, source):
    assert read(text, places=places).position_source == source


def test_verb_spelled_like_a_place_is_none(places):
    assert read("tolong banget yg nemu dompet sy di pelabuhan kabari", places=places).position is None


def test_bare_name_of_a_registered_rock_is_doubtful():
    rock = Place("Pulau Tarahan", 106.1, -5.9, "island", "ID", minor=True)
    assert read("robbery Tarahan, Indonesia", places=index(rock)).position_status == "ambiguous"
    assert read("robbery Tarahan Island, Indonesia", places=index(rock)).position_status == "ok"


def test_bay_is_not_the_island_of_its_name():
    island = Place("Pulau Semangka", 103.8, 0.9, "island", "ID")
    assert read("robbery Teluk Semangka anchorage, Indonesia", places=index(island)).position is None


def test_strait_reaches_as_far_as_it_is_long_and_a_sea_is_no_position(places):
    strait = read("bot karam di Selat Lombok", places=places)
    assert strait.position_error_m > 30 * MILE
    assert read("bot karam di Selat Melaka", places=places).position is None


def test_town_up_a_river_reaches_to_the_sea():
    inland = Place("Samarinda", 117.11667, -0.51667, "coastal_town", "ID")
    assert inland.radius_m > 15 * MILE


def test_typed_position_wins_over_a_place(places):
    reading = read("4.5N 104.6E pulau sipadan", places=places)
    assert (reading.position, reading.position_source) == ((104.6, 4.5), "typed")


def test_letter_is_a_direction_only_in_a_language_that_uses_it(places):
    south = read("tolong po, 5 nm T ng Masinloc", language="fil", places=places)
    east = read("tolong 5 nm T Masinloc", language="ms", places=places)
    unknown = read("5 nm T Masinloc", places=places)
    assert south.position[1] < 15.5 < east.position[1]
    assert unknown.position is None


def index(*places: Place) -> PlaceIndex:
    return PlaceIndex((place, search_names(place.name)) for place in places)


BESAR = (
    Place("Pulau Besar", 103.98, 2.43, "island", "MY"),
    Place("Pulau Besar", 102.33, 2.11, "island", "MY"),
    Place("Pulau Besar", 122.0, -8.4, "island", "ID"),
)


def test_name_of_several_is_ambiguous_and_shows_all():
    reading = read("bot karam dekat pulau besar", places=index(*BESAR))
    assert reading.position_status == "ambiguous"
    assert len(reading.candidates) == 3
    assert reading.candidates[0][1] > 0  # Malay: Malaysia's before Indonesia's


def test_name_of_several_is_the_one_near_the_reporter():
    reading = read("bot karam dekat pulau besar", places=index(*BESAR), near=(122.3, -8.5))
    assert (reading.position, reading.position_status) == ((122.0, -8.4), "ok")


def test_places_of_one_name_side_by_side_are_one():
    town = Place("Mersing", 103.84, 2.43, "coastal_town", "MY")
    port = Place("Mersing", 103.85, 2.44, "port", "MY")
    reading = read("enjin rosak dekat mersing", places=index(port, town))
    assert (reading.position, reading.position_status) == (town.position, "ok")


def test_longer_names_make_a_short_one_doubtful():
    one, two = Place("Pulau Timun", 103.6, 0.6, "island"), Place("Pulau Timun Laut", 103.3, 0.85, "island")
    reading = read("bot mati enjin 8.2 batu nautika tenggara P. Timun", places=index(one, two))
    assert (reading.position_status, len(reading.candidates)) == ("ambiguous", 2)


def test_lone_rock_of_a_register_far_from_where_the_words_point_is_doubtful():
    rock = Place("Pulau Kendi", 120.0, -8.0, "island", "ID", minor=True)
    assert read("robbery near Kendi Island", places=index(rock)).position_status == "ambiguous"
    assert read("robbery near Kendi Island, Indonesia", places=index(rock)).position_status == "ok"


def test_misspelled_name_is_found_and_flagged(places):
    reading = read("hanyut 5 batu utara Pulau Sipadn", places=places)
    assert (reading.place, reading.position_status) == ("Pulau Sipadan", "ambiguous")
    assert "place_spelled_otherwise" in reading.flags


GROUND = Place("Lubuk Gading", 100.3, 4.35, "fishing_ground", "MY", village="pangkor")
NEAR, FAR, BESIDE_SABAH = (100.4, 4.2), (103.5, 4.9), (118.6, 4.5)


@pytest.mark.parametrize(
    ("text", "village", "near", "status", "secret"),
    [
        ("lubuk gading", "pangkor", None, "ok", False),
        ("SOS lubuk gading", "pangkor", NEAR, "ok", False),
        ("bot karam 3 batu utara lubuk gading", "pangkor", NEAR, "ok", False),
        ("bot karam dekat lubuk gadang", "pangkor", NEAR, "ambiguous", False),
        ("bot karam dekat lubuk gading", "mersing", NEAR, "ok", True),
        ("bot karam dekat lubuk gading", "", NEAR, "ok", True),
        ("bot karam dekat lubuk gading", "", None, "ambiguous", True),
        ("lubuk gading", "", None, "ambiguous", True),
        ("bot karam dekat lubuk gading", "mersing", FAR, "ambiguous", True),
        ("bot karam 3 batu utara lubuk gading", "", None, "ambiguous", True),
        ("bot karam antara lubuk gading dan lubuk tenang", "", None, "ambiguous", True),
        # Nobody else finds it by a name like it.
        ("bot karam dekat lubuk gadang", "", None, "none", False),
        ("bot karam dekat lubuk gadang", "mersing", NEAR, "none", False),
        ("bot karam 3 batu utara lubuk gadin", "", NEAR, "none", False),
        # What a chart has puts the boat there, whatever else is named.
        ("bot karam dekat pulau pangkor dekat lubuk gading", "", NEAR, "ok", False),
        ("bot karam 5 nm utara pulau pangkor dekat lubuk gading", "", None, "ok", False),
    ],
)
def test_own_name_of_a_village_is_a_secret_to_others(text, village, near, status, secret):
    tenang = Place("Lubuk Tenang", 100.3, 4.6, "fishing_ground", "MY", village="pangkor")
    known = index(GROUND, tenang, Place("Pulau Pangkor", 100.56, 4.22, "island", "MY"))
    reading = read(text, places=known, village=village, near=near)
    assert (reading.position_status, "name_of_another_village" in reading.flags) == (status, secret)


OWN_NAMESAKES = [
    Place(name, 100.35, 4.1, "reef", "MY", village="pangkor")
    for name in ("Pulau Mabul", "Pulau Kapalai", "Kudat", "Semporna", "Rumah Biru", "Timun")
] + [Place("Singapore", 100.2, 4.9, "mark", "MY", village="pangkor")]


@pytest.mark.parametrize("near", [None, NEAR, FAR, BESIDE_SABAH, (104.0, 2.0)])
@pytest.mark.parametrize(
    "text",
    [
        "bot karam dekat Pulau Mabul", "5 nm utara Pulau Mabul", "SOS 4J7H+XJ Semporna", "bot karam dekat Semporna",
        "enjin rosak dekat Kudat", "SOS Pulau Sipadan kat rumah biru", "bot karam dekat Singapore",
        "bot karam antara Pulau Mabul dan Pulau Sipadan", "bot karam dekat Pulau Gaya, Semporna", "SOS Pulau Timun",
        "bot karam Kudat, Sabah", "3 nm utara Timun", "bot karam dekat pulau besar",
    ],
)  # fmt: skip
def test_names_of_one_village_change_no_reading_of_a_charted_name_for_others(places, with_own, text, near):
    def facts(known):
        reading = read(text, places=known, village="semporna", near=near, sender_country="MY")
        return reading.position, reading.position_status, reading.position_error_m, reading.flags

    assert facts(with_own)[:2] == facts(places)[:2] or facts(places)[1] != "ok"
    if near in (None, BESIDE_SABAH):
        assert facts(with_own) == facts(places)


@pytest.fixture(scope="module")
def with_own():
    return from_files([(place, search_names(place.name)) for place in OWN_NAMESAKES])


def test_own_name_comes_first_to_its_village_but_not_to_a_boat_beside_a_namesake(with_own):
    def where(near):
        reading = read("bot karam dekat Pulau Mabul", places=with_own, village="pangkor", near=near)
        return reading.position, reading.position_status

    assert where(None) == where(NEAR) == ((100.35, 4.1), "ok")
    position, status = where(BESIDE_SABAH)
    assert (round(position[0]), status) == (119, "ambiguous")


def test_own_name_is_one_more_bearer_of_a_doubtful_one_to_a_phone_near_it():
    besar = Place("Pulau Besar", 100.3, 4.0, "island", "MY", village="pangkor")
    reading = read("bot karam dekat pulau besar", places=index(besar, *BESAR), near=NEAR)
    assert (reading.position, reading.position_status) == ((100.3, 4.0), "ok")
    assert "name_of_another_village" in reading.flags
    assert len(reading.candidates) == 4
    away = read("bot karam dekat pulau besar", places=index(besar, *BESAR))
    assert away == read("bot karam dekat pulau besar", places=index(*BESAR))


def test_island_is_no_town_that_also_has_its_name():
    town = Place("Padang Hang", 100.30177, 6.20635, "coastal_town", "MY")
    known = PlaceIndex([(town, search_names("Padang Hang", ["Kampung Besar"]))])
    assert read("SOS Pulau Besar", places=known, sender_country="MY").position is None


def test_short_plus_code_stands_near_the_place_beside_it(places):
    reading = read("SOS 4J7H+XJ Semporna", places=places)
    assert reading.position == pytest.approx((118.6291, 4.1149), abs=1e-4)
    assert (reading.position_source, reading.position_status) == ("plus_code", "ok")


def test_short_plus_code_without_a_place_takes_the_last_area_and_says_so(places):
    reading = read("SOS 4J7H+XJ", places=places, near=(118.7, 4.2))
    assert reading.position == pytest.approx((118.6291, 4.1149), abs=1e-4)
    assert reading.position_status == "ambiguous"
    assert "plus_code_needs_place" in read("SOS 4J7H+XJ", places=places).flags


def test_two_offsets_that_disagree_are_ambiguous(places):
    reading = read("5 nm S of Pulau Tioman, 10 nm E of Pulau Sipadan", places=places)
    assert reading.position_status == "ambiguous"
    assert "several_positions" in reading.flags


def test_index_is_built_only_for_a_text_that_may_name_a_place():
    built = []
    lazy = LazyIndex(lambda: built.append(1) or index(BESAR[0]))
    for text in ("SOS 4.5868 118.6818", "SOS", "tolong bot karam"):
        read(text, places=lazy)
    assert built == []
    assert read("dekat pulau besar bot karam", places=lazy).position == BESAR[0].position
    read("dekat pulau besar bot karam", places=lazy)
    assert built == [1]


def test_index_that_cannot_be_built_leaves_texts_read_without_places(caplog):
    def build():
        raise OSError("no such file")

    with caplog.at_level(logging.CRITICAL):
        reading = read("bot karam dekat pulau besar", places=LazyIndex(build))
    assert (reading.type, reading.position, reading.place) == ("sinking", None, "Pulau Besar")


@pytest.mark.parametrize(
    "unit",
    ["5 nm ", "5 nm utara ", "pulau ", "di semporna ", "p. ", "5 nm dari pulau besar ", "เหนือ", "near "],
)
def test_long_texts_of_places_are_read_and_fit_json(places, unit):
    json.dumps(read(unit * 3000, places=places, near=(float("nan"), 4.0)).as_dict())


def test_every_name_in_another_script_is_borne_by_a_place(places):
    assert [name for name, _, _ in other_scripts() if places.named(name) is None] == []


def test_every_direction_word_means_one_point():
    for word, degrees in offsets._POINTS.items():
        said = offsets.find(
            f"5 nm {word} pulau x",
            "en",
            lambda at, text=f"5 nm {word} pulau x": (None, at) if text[at:] == "pulau x" else None,
            lambda at: None,
        )
        assert [each.direction for each in said] == [degrees], word
