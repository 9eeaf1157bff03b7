"""The page of names of the sea and its API: what it gives, refuses and says."""

import time

import pytest
from django.contrib.gis.geos import Point

from communities.models import Place, PlaceChange, User
from tests import factories

pytestmark = pytest.mark.django_db
API = "/api/v1/places/"
NEW = {"name": "Lubuk Pak Mat", "kind": "fishing_ground", "position": {"latitude": 4.2, "longitude": 100.4}}


@pytest.fixture
def signed_in(client, liaison):
    client.force_login(liaison)
    return client


def add(client, village, **values):
    return client.post(API, NEW | {"community": str(village.pk)} | values, content_type="application/json")


def charted(name="Pulau Pangkor", position=(100.56, 4.22), **values):
    return factories.Place(name=name, position=Point(*position, srid=4326), **values)


# --- The page ---


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 302),
        ("charlie", 302),
        ("crew", 302),
        ("liaison", 200),
        ("dispatcher", 200),
        ("supervisor", 200),
        ("admin", 200),
    ],
)
def test_the_page_is_for_liaison_officers_and_the_desk(client, who, status, request):
    if who:
        client.force_login(request.getfixturevalue(who))
    answer = client.get("/places/")
    assert answer.status_code == status
    if status == 302:
        assert answer["Location"].startswith("/admin/login/?next=/places/")


def test_a_crew_that_was_given_staff_by_mistake_does_not_see_it(client, charlie):
    charlie.is_staff = True
    charlie.save()
    client.force_login(charlie)
    assert client.get("/places/").status_code == 403


def test_the_page_is_kept_by_no_cache_and_runs_no_script_of_its_own(signed_in):
    answer = signed_in.get("/places/")
    assert "no-store" in answer["Cache-Control"]
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe-inline" not in answer["Content-Security-Policy"]


def test_the_page_offers_to_undo_the_last_act(signed_in, community):
    add(signed_in, community)
    page = signed_in.get("/places/").content.decode()
    assert f'data-change="{PlaceChange.objects.get().pk}"' in page
    assert "Lubuk Pak Mat: added 0\xa0minutes ago." in page


def test_an_officer_without_a_community_is_told(client, liaison):
    liaison.communities.clear()
    client.force_login(liaison)
    assert "No community is yours yet" in client.get("/places/").content.decode()


@pytest.mark.parametrize("who", ["liaison", "dispatcher"])
def test_the_desk_links_to_it(client, who, request):
    client.force_login(request.getfixturevalue(who))
    assert 'href="/places/"' in client.get("/admin/").content.decode()


# --- Writing down ---


def test_a_name_is_added_changed_moved_retired_and_each_act_undone(signed_in, community):
    added = add(signed_in, community, alt_names=["Lubuk Mat", " lubuk  mat "], note="deep")
    assert added.status_code == 201
    place = added.json()["place"]
    assert (place["latitude"], place["longitude"], place["in_use"]) == (4.2, 100.4, True)
    assert place["alt_names"] == ["Lubuk Mat", "lubuk mat"]
    one = f"{API}{place['id']}/"
    moved = signed_in.patch(
        one, {"position": {"latitude": 4.3, "longitude": 100.5}}, content_type="application/json"
    )
    assert (moved.status_code, moved.json()["change"]["act"]) == (200, "move")
    same = signed_in.patch(one, {"note": "deep"}, content_type="application/json")
    assert (same.status_code, same.json()["change"]) == (200, None)
    gone = signed_in.post(f"{one}retire/").json()
    assert (gone["place"]["in_use"], gone["change"]["act"]) == (False, "retire")
    undone = signed_in.post(f"/api/v1/place-changes/{gone['change']['id']}/undo/").json()
    assert (undone["place"]["in_use"], undone["change"]["act"]) == (True, "undo")
    twice = signed_in.post(f"/api/v1/place-changes/{gone['change']['id']}/undo/")
    assert (twice.status_code, twice["Content-Type"]) == (409, "application/problem+json")
    story = signed_in.get(one).json()["changes"]
    assert [(act["act"], act["by"]) for act in story] == [
        (act, "liaison") for act in ("undo", "retire", "move", "add")
    ]
    assert signed_in.post(f"{one}restore/").json()["change"] is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", None), ("name", "…!?"), ("name", "12"), ("name", "x" * 201), ("name", ["a"]), ("name", {"a": 1}),
        ("alt_names", ["x"] * 21), ("alt_names", ["?"]), ("alt_names", "Lubuk"), ("alt_names", [["a"]]),
        ("kind", ""), ("kind", "castle"), ("kind", 5),
        ("position", None), ("position", "4.2, 100.4"), ("position", {"latitude": 91, "longitude": 100}),
        ("position", {"latitude": 4.2}), ("position", {"latitude": "north", "longitude": 100}),
        ("position", {"latitude": 0, "longitude": 0}), ("position", {"latitude": 1e300, "longitude": 100}),
        ("community", ""), ("community", "Pangkor"), ("community", None), ("community", 1e30),
        ("note", "x" * 301), ("note", None),
    ],
)  # fmt: skip
def test_nonsense_is_refused_by_field(signed_in, community, field, value):
    answer = add(signed_in, community, **{field: value})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert not Place.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        "<img src=x onerror=alert(1)>",
        "{{ request.user }}",
        "Lubuk \u202etaM",
        "'; DROP TABLE",
        "เกาะลับ",
        "a\0b",
    ],
)
def test_a_hostile_name_is_kept_as_text(signed_in, community, name):
    answer = add(signed_in, community, name=name)
    assert answer.status_code == 201
    assert answer.json()["place"]["name"] == name.replace("\0", "\ufffd")


def test_a_second_of_one_name_is_refused_and_names_the_first(signed_in, community):
    first = add(signed_in, community).json()["place"]
    answer = add(signed_in, community)
    assert answer.status_code == 409
    assert answer.json()["place"] == first["id"]
    assert (
        answer.json()["detail"]
        == "Pangkor calls a place 0.0 NM from here Lubuk Pak Mat already. Change that one."
    )


def test_a_session_needs_the_forms_token(liaison, community):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(liaison)
    assert add(strict, community).status_code == 403


@pytest.mark.parametrize("who", ["stranger", "stranger_desk"])
def test_another_agency_neither_sees_nor_changes_a_villages_name(client, signed_in, community, who):
    place = add(signed_in, community).json()["place"]
    act = PlaceChange.objects.get()
    agency = factories.Agency(name="Marine Police", country="MY")
    role = User.Role.LIAISON if who == "stranger" else User.Role.DISPATCHER
    other = factories.User(username=who, role=role, agency=agency, is_staff=True)
    client.force_login(other)
    one = f"{API}{place['id']}/"
    assert client.get(f"{API}?bbox=99,3,102,6").json()["places"] == []
    assert client.get(f"{API}?q=lubuk").json()["places"] == []
    assert client.get(f"{API}?retired=1").json()["places"] == []
    alike = client.get(f"{API}alike/?name=lubuk pak mat&position=4.2,100.4").json()
    assert (alike["same_name"], alike["nearby"]) == ([], [])
    assert client.get(one).status_code == 404
    assert client.patch(one, {"note": "x"}, content_type="application/json").status_code == 404
    assert client.post(f"{one}retire/").status_code == client.post(f"{one}restore/").status_code == 404
    assert client.post(f"/api/v1/place-changes/{act.pk}/undo/").status_code == 404
    assert list(add(client, community).json()["errors"]) == ["community"]
    assert "Lubuk" not in client.get("/places/").content.decode()
    assert "Lubuk" not in client.get("/admin/communities/place/").content.decode()
    assert client.get(f"/admin/communities/place/{place['id']}/change/").status_code == 302
    assert Place.objects.get().note == ""


def test_what_is_changed_in_the_admin_is_kept_too(signed_in, community):
    place = add(signed_in, community).json()["place"]
    sent = {"name": "Karang Mat", "alt_names": "", "kind": "reef", "position": "4 12.0 N 100 24.0 E", "country": "MY",
            "community": str(community.pk), "note": ""}  # fmt: skip
    assert signed_in.post(f"/admin/communities/place/{place['id']}/change/", sent).status_code == 302
    act = PlaceChange.objects.first()
    assert (act.act, act.before["name"], act.after["name"], act.by.username) == (
        "change", "Lubuk Pak Mat", "Karang Mat", "liaison",
    )  # fmt: skip
    assert signed_in.get(f"{API}?q=karang mat").json()["places"][0]["id"] == place["id"]


# --- Looking ---


def test_a_box_gives_what_is_inside_it_along_parallels(signed_in, community):
    inside = charted()
    charted("North of it", (100.5, 5.01))
    # The great circle between two corners bulges past the parallel in the middle of a wide box.
    charted("Just above the parallel", (115.0, 20.05))
    own = add(signed_in, community).json()["place"]
    found = signed_in.get(f"{API}?bbox=100,4,101,5").json()
    assert [place["id"] for place in found["places"]] == [own["id"], str(inside.pk)]
    assert found["more"] is False
    assert signed_in.get(f"{API}?bbox=95,19,135,20").json()["places"] == []


def test_a_box_with_too_many_charted_names_gives_the_villages_own(signed_in, community):
    for number in range(4):
        charted(f"Pulau {number}")
    own = add(signed_in, community).json()["place"]
    found = signed_in.get(f"{API}?bbox=100,4,101,5&limit=4").json()
    assert ([place["id"] for place in found["places"]], found["more"]) == ([own["id"]], True)
    assert len(signed_in.get(f"{API}?bbox=100,4,101,5&limit=5").json()["places"]) == 5


def test_a_box_is_answered_from_the_index(signed_in):
    Place.objects.bulk_create(
        factories.Place.build(name=f"P{n}", search_names=[f"p{n}"], position=Point(95 + n % 40, -10 + n % 30, srid=4326))
        for n in range(3000)
    )  # fmt: skip
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE communities_place")
    rows = Place.objects.in_use().charted().inside((100, 4, 101, 5))
    assert "place_on_the_plane" in rows.explain()
    started = time.perf_counter()
    assert signed_in.get(f"{API}?bbox=100,4,101,5").status_code == 200
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "query",
    ["bbox=1,2,3", "bbox=a,b,c,d", "bbox=5,0,4,1", "bbox=nan,0,1,1", "bbox=-999,0,1,1", "limit=0", "limit=9999", "limit=x",
     "near=1", "near=0,0", "near=91,0", "near=x,y", "q=" + "x" * 201, "retired=perhaps", "q=a%00b"],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(signed_in, query):
    assert signed_in.get(f"{API}?{query}").status_code == 400


# --- What to know before saving ---


def alike(client, **asked):
    return client.get(f"{API}alike/", asked).json()


@pytest.mark.parametrize(
    "written",
    ["04-35.21N 118-40.91E", "04°35.21'N 118°40.91'E", "4-35.21U 118-40.91T", "0435.21N 11840.91E", "4.586833, 118.681833",
     "geo:4.586833,118.681833", "https://maps.google.com/?q=4.586833,118.681833", "4 35 12.6 N 118 40 54.6 E", "118.681833, 4.586833"],
)  # fmt: skip
def test_a_position_is_read_in_any_notation(signed_in, written):
    found = alike(signed_in, position=written)
    assert found["position"] == pytest.approx({"latitude": 4.586833, "longitude": 118.681833}, abs=3e-4)
    assert found["position_text"] == "04°35.21'N 118°40.91'E"


@pytest.mark.parametrize("written", ["4 61.0N 118 40.91E", "near the island", "91, 300", "\u0664", "x" * 200])
def test_a_position_that_cannot_be_read_is_said_to_be_so(signed_in, written):
    found = alike(signed_in, position=written)
    assert (found["position"], found["position_text"]) == (None, "")
    assert found["advice"] == [
        "The position cannot be read. Write it like 04-35.21N 118-40.91E, or click on the chart."
    ]


def test_of_two_meanings_the_officer_chooses(signed_in):
    found = alike(signed_in, position="15,34 do vi Bac 111,51 do kinh Dong")
    assert found["position"] is None
    assert found["advice"] == ["It could be 15°34.00'N 111°51.00'E or 15°20.40'N 111°30.60'E."]


def test_same_names_and_neighbours_are_told_before_saving(signed_in, community):
    for position in ((100.4, 4.4), (100.4, 6.0), (104.0, 2.5)):
        charted("Pulau Besar", position)
    charted("Batu Kecil", (100.41, 4.21))
    found = alike(signed_in, name="P. Besar", position="4.2, 100.4")
    meaning = "To fishers of this village it will mean this place, to everybody else the charted one."
    assert found["advice"] == ["3 others are called P. Besar; the nearest is 12 NM off.", meaning]
    assert [round(place["distance_m"] / 1852) for place in found["same_name"]] == [12, 108, 239]
    assert [place["name"] for place in found["nearby"]] == ["Batu Kecil"]
    assert alike(signed_in, name="Pulau Besar")["advice"] == ["3 others are called Pulau Besar.", meaning]
    own = add(signed_in, community).json()["place"]
    assert alike(signed_in, name="Lubuk Pak Mat", position="4.2, 100.4", place=own["id"])["advice"] == []


def test_a_place_on_land_is_told(signed_in):
    assert alike(signed_in, position="4.2, 102.0")["advice"] == ["This is on land."]


@pytest.mark.parametrize(
    ("name", "understood"),
    [("Lubuk Pak Mat", True), ("Karang Api", True), ("Unjam Haji Ali", True), ("Kubang Ikan", True), ("Pak Mat", False)],
)  # fmt: skip
def test_a_name_that_no_text_would_be_read_with_is_told(signed_in, name, understood):
    advice = alike(signed_in, name=name)["advice"]
    assert bool([line for line in advice if "would not be understood" in line]) is not understood


NO_NAMES = [
    "SOS", "tolong", "bot", "laut", "Rumah", "Api", "tukun", "A", "ก", "utara", "selamat", "orang", "kapal karam",
    "SOS tolong", "bot bocor", "Pulau",
]  # fmt: skip


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_word_of_danger_or_of_every_day_is_no_name(signed_in, community, name):
    for names in ({"name": name}, {"alt_names": ["Lubuk Ali", name]}):
        answer = add(signed_in, community, **names)
        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == list(names)
    [sentence] = answer.json()["errors"]["alt_names"]
    assert alike(signed_in, name=name)["advice"] == [sentence]
    assert not Place.objects.exists()


@pytest.mark.parametrize(
    "name", ["Lubuk Karam", "Karang Api", "Pulau Besar", "Pasir Panjang", "Kapalai", "Ali"]
)
def test_a_name_made_of_such_words_is_one(signed_in, community, name):
    assert add(signed_in, community, name=name).status_code == 201


def test_a_place_outside_the_service_is_refused(signed_in, community):
    answer = add(signed_in, community, position={"latitude": 40.0, "longitude": 0.5})
    assert answer.status_code == 400
    sentence = "This is outside the waters that the service answers for."
    assert answer.json()["errors"]["position"] == [sentence]
    assert alike(signed_in, position="40, 0.5")["advice"][0] == sentence
    place = add(signed_in, community).json()["place"]
    moved = {"position": {"latitude": 40.0, "longitude": 0.5}}
    url = f"{API}{place['id']}/"
    assert signed_in.patch(url, moved, content_type="application/json").status_code == 400


@pytest.mark.parametrize("asked", [{"name": "x" * 201}, {"place": "1"}, {"position": "y" * 201}])
def test_a_hint_for_nonsense_is_refused(signed_in, asked):
    assert signed_in.get(f"{API}alike/", asked).status_code == 400
