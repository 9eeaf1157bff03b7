"""Names that one village uses: who may see and change them, what is kept of every act, what an undo puts back."""

import pytest
from django.contrib.gis.geos import Point
from django.db import DatabaseError, transaction
from django.utils import timezone

from communities import places, village_names
from communities.models import Community, Place, PlaceChange, User
from communities.village_names import AlreadyNamed, ChangedSince, NotTheirs
from tests import factories

pytestmark = pytest.mark.django_db
LUBUK = (100.40, 4.20)


@pytest.fixture
def stranger(db):
    """A liaison officer of another agency, of a village on the other coast."""
    other = factories.Agency(name="Marine Police", country="MY")
    user = factories.User(username="stranger", role=User.Role.LIAISON, agency=other)
    user.communities.add(factories.Community(name="Semporna"))
    return user


@pytest.fixture
def stranger_desk(stranger):
    return factories.User(username="stranger_desk", role=User.Role.DISPATCHER, agency=stranger.agency)


@pytest.fixture
def lubuk(liaison, community):
    return add(liaison, community).place


def add(by, community, name="Lubuk Pak Mat", position=LUBUK, **values):
    return village_names.add(
        by=by, community=community, name=name, position=position, kind="fishing_ground", **values
    )


def texts_of(user):
    return {place.name for place in Place.objects.known_to(user)}


# --- Who may see and change ---


@pytest.mark.parametrize("who", ["liaison", "dispatcher", "supervisor", "admin"])
def test_the_villages_own_agency_sees_and_changes_its_names(who, lubuk, request):
    officer = request.getfixturevalue(who)
    assert texts_of(officer) == {"Lubuk Pak Mat"}
    assert village_names.change(lubuk.pk, by=officer, note="deep")


@pytest.mark.parametrize("who", ["stranger", "stranger_desk", "crew", "charlie"])
def test_nobody_else_sees_or_changes_them(who, lubuk, liaison, community, request):
    officer = request.getfixturevalue(who)
    act = lubuk.changes.get()
    assert texts_of(officer) == set()
    for attempt in (
        lambda: village_names.change(lubuk.pk, by=officer, note="deep"),
        lambda: village_names.retire(lubuk.pk, by=officer),
        lambda: village_names.restore(lubuk.pk, by=officer),
        lambda: village_names.undo(act.pk, by=officer),
        lambda: add(officer, community, "Karang Api"),
    ):
        with pytest.raises(NotTheirs):
            attempt()
    lubuk.refresh_from_db()
    assert (lubuk.note, lubuk.retired_at, PlaceChange.objects.count()) == ("", None, 1)


def test_a_village_that_nobody_serves_yet_confides_in_the_desks_of_its_country(
    agency, dispatcher, stranger_desk
):
    lonely, abroad = factories.Community(name="Kukup"), factories.Community(name="Natuna", country="ID")
    for desk in (dispatcher, stranger_desk):
        mine = Community.objects.confiding_in(desk)
        assert lonely in mine
        assert abroad not in mine


def test_two_officers_of_one_village_do_not_double_it(liaison, community, dispatcher, agency):
    factories.User(role=User.Role.LIAISON, agency=agency).communities.add(community)
    assert list(Community.objects.confiding_in(dispatcher)) == [community]


def test_a_desk_without_an_agency_and_an_officer_who_left_see_nothing(lubuk, dispatcher, liaison):
    dispatcher.agency = None
    liaison.is_active = False
    assert texts_of(dispatcher) == texts_of(liaison) == set()


def test_a_charted_name_is_seen_by_all_and_changed_by_nobody_here(liaison, stranger):
    pangkor = factories.Place()
    assert texts_of(liaison) == texts_of(stranger) == {"Pulau Pangkor"}
    for officer in (liaison, stranger):
        with pytest.raises(NotTheirs):
            village_names.change(pangkor.pk, by=officer, name="Pulau Lain")


def test_a_name_is_not_handed_to_a_village_of_others(lubuk, liaison, stranger):
    theirs = stranger.communities.get()
    with pytest.raises(NotTheirs):
        village_names.change(lubuk.pk, by=liaison, community=theirs)
    lubuk.refresh_from_db()
    assert lubuk.community.name == "Pangkor"


# --- What is written down ---


def test_a_new_name_has_its_source_its_country_and_its_folded_forms(lubuk, community):
    lubuk.refresh_from_db()
    assert (lubuk.source, lubuk.source_id, lubuk.country) == ("officer", str(lubuk.pk), "MY")
    assert lubuk.search_names == ["lubuk pak mat"]
    assert [place.name for place in places.find("lubuk pak mat")] == ["Lubuk Pak Mat"]


def test_every_act_is_kept_with_who_did_it_and_what_it_was_before(liaison, dispatcher, lubuk):
    village_names.change(lubuk.pk, by=dispatcher, position=(100.5, 4.3))
    village_names.change(lubuk.pk, by=liaison, name="Lubuk Mat", position=(100.6, 4.3))
    village_names.retire(lubuk.pk, by=liaison)
    village_names.restore(lubuk.pk, by=liaison)
    told = [(act.act, act.by.username) for act in lubuk.changes.all()]
    assert told == [
        ("restore", "liaison"), ("retire", "liaison"), ("change", "liaison"), ("move", "dispatcher"), ("add", "liaison"),
    ]  # fmt: skip
    change = lubuk.changes.get(act="change")
    assert (change.before["name"], change.after["name"]) == ("Lubuk Pak Mat", "Lubuk Mat")
    assert (change.before["position"], change.after["position"]) == ([100.5, 4.3], [100.6, 4.3])


def test_what_changes_nothing_is_no_act(liaison, lubuk):
    assert village_names.change(lubuk.pk, by=liaison, name="Lubuk Pak Mat", position=LUBUK) is None
    assert village_names.restore(lubuk.pk, by=liaison) is None
    village_names.retire(lubuk.pk, by=liaison)
    assert village_names.retire(lubuk.pk, by=liaison) is None
    assert lubuk.changes.count() == 2


def test_an_act_cannot_be_rewritten_in_the_database(lubuk):
    for tamper in (lambda rows: rows.update(act="move"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            tamper(PlaceChange.objects.all())


def test_a_renamed_place_is_found_by_its_new_name_only(liaison, lubuk):
    village_names.change(lubuk.pk, by=liaison, name="Karang Mat", alt_names=["Batu Mat"])
    assert places.find("lubuk pak mat") == []
    assert places.find("krg mat") == []
    assert places.find("karang mat") == places.find("batu mat") == [lubuk]


def test_a_name_out_of_use_is_neither_found_nor_near(liaison, lubuk):
    village_names.retire(lubuk.pk, by=liaison)
    assert places.find("lubuk pak mat") == []
    assert places.nearest(LUBUK) == []


@pytest.mark.parametrize(
    ("name", "position", "refused"),
    [
        ("Lubuk Pak Mat", LUBUK, True),
        ("LUBUK  PAK MAT", (100.41, 4.21), True),
        ("Lubuk Pak Mat", (100.40, 4.40), False),  # 12 NM north: another one
        ("Lubuk Pak Ali", LUBUK, False),
    ],
)
def test_a_village_writes_one_name_down_once_a_place(liaison, community, lubuk, name, position, refused):
    if refused:
        with pytest.raises(AlreadyNamed) as told:
            add(liaison, community, name, position)
        assert told.value.problem_extra == {"place": str(lubuk.pk)}
        assert Place.objects.count() == 1
    else:
        assert add(liaison, community, name, position)


def test_another_village_may_have_the_same_name_there(liaison, lubuk):
    neighbour = factories.Community(name="Lumut")
    liaison.communities.add(neighbour)
    assert add(liaison, neighbour)


# --- Undo ---


@pytest.mark.parametrize(
    "do",
    [
        lambda place, by: village_names.change(
            place.pk, by=by, name="X Y", alt_names=["Z"], kind="reef", note="n"
        ),
        lambda place, by: village_names.change(place.pk, by=by, position=(100.5, 4.5)),
        lambda place, by: village_names.retire(place.pk, by=by),
    ],
    ids=["change", "move", "retire"],
)
def test_an_undo_puts_back_what_was_and_can_be_undone(do, liaison, lubuk):
    before = village_names.state(lubuk)
    act = do(lubuk, liaison)
    undone = village_names.undo(act.pk, by=liaison)
    lubuk.refresh_from_db()
    assert village_names.state(lubuk) == before
    assert undone.undoes == act
    village_names.undo(undone.pk, by=liaison)
    lubuk.refresh_from_db()
    assert village_names.state(lubuk) == act.after


def test_an_undone_new_name_goes_out_of_use(liaison, lubuk):
    village_names.undo(lubuk.changes.get().pk, by=liaison)
    lubuk.refresh_from_db()
    assert lubuk.retired_at is not None
    assert places.find("lubuk pak mat") == []


def test_an_act_that_somebody_built_on_or_that_was_undone_is_not_undone(liaison, dispatcher, lubuk):
    first = village_names.change(lubuk.pk, by=liaison, note="one")
    village_names.change(lubuk.pk, by=dispatcher, note="two")
    with pytest.raises(ChangedSince):
        village_names.undo(first.pk, by=liaison)
    last = village_names.change(lubuk.pk, by=liaison, note="three")
    village_names.undo(last.pk, by=liaison)
    with pytest.raises(ChangedSince):
        village_names.undo(last.pk, by=liaison)
    lubuk.refresh_from_db()
    assert lubuk.note == "two"


def test_nobody_undoes_anothers_act(lubuk, dispatcher):
    with pytest.raises(NotTheirs):
        village_names.undo(lubuk.changes.get().pk, by=dispatcher)


def test_an_undo_does_not_make_two_of_one_name(liaison, community, lubuk):
    act = village_names.retire(lubuk.pk, by=liaison)
    add(liaison, community)
    with pytest.raises(AlreadyNamed):
        village_names.undo(act.pk, by=liaison)
    with pytest.raises(AlreadyNamed):
        village_names.restore(lubuk.pk, by=liaison)


def test_the_last_act_is_offered_for_one_watch_while_nobody_built_on_it(liaison, dispatcher, lubuk):
    act = village_names.change(lubuk.pk, by=liaison, note="one")
    now = timezone.now()
    assert village_names.last_act(liaison, now) == act
    assert village_names.last_act(liaison, now + village_names.UNDO_OFFERED * 1.1) is None
    village_names.change(lubuk.pk, by=dispatcher, note="two")
    assert village_names.last_act(liaison, now) is None


# --- Search ---


def test_a_search_folds_and_gives_own_names_first_then_the_nearest(liaison, lubuk):
    far = factories.Place(name="Lubuk Antu", position=Point(111.8, 1.0, srid=4326))
    near = factories.Place(name="Lubuk Tua", position=Point(100.5, 4.2, srid=4326))
    found = village_names.search(liaison, "LUBÚK", LUBUK)
    assert list(found) == [lubuk, near, far]
    assert [round(place.distance_m) for place in found] == pytest.approx([0, 11_090, 1_310_000], rel=0.05)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("pak mat", ["Lubuk Pak Mat"]),
        ("", ["Lubuk Pak Mat"]),
        ("%", []),
        ("???", []),
        ("' OR 1=1 --", []),
        ("antu", []),
    ],
)
def test_a_search_takes_any_words(liaison, lubuk, words, names):
    factories.Place(name="Pulau Pangkor")
    assert [place.name for place in village_names.search(liaison, words)] == names


def test_a_search_finds_what_went_out_of_use_only_when_asked(liaison, lubuk):
    village_names.retire(lubuk.pk, by=liaison)
    assert list(village_names.search(liaison, "lubuk")) == []
    assert list(village_names.search(liaison, "", retired=True)) == [lubuk]
