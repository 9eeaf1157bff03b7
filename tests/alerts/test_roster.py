import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from alerts import fleet, ranking
from alerts.models import Dispatch, PatrolUnit, Station
from communities.models import Agency
from tests import factories

STATIONS = "base_id,name,agency,country,zone_or_district,lat,lon\n"
UNITS = (
    "callsign,kind,base_id,cruise_kn,range_nm,crew,status,alert_channel,unit_kind,capabilities,crew_phone\n"
)
LUMUT = "B03,Lumut,MMEA,MY,Perak,4.23333,100.63333\n"
PENANG = '"B02","Batu Uban, Penang",MMEA,MY,Penang,5.41667,100.35\n'
MANILA = "B22,Manila,PCG,PH,National HQ,14.58333,120.96667\n"
CEBU = "B32,Cebu,PCG,PH,Central Visayas,10.3,123.9\n"
INTERCEPTOR = (
    "MY-LUMUT-04,fast interceptor,B03,36,220,6,available,both,boat,sar_surface|fast_intercept,+447700900003\n"
)
HELICOPTER = "MY-HELI-01,helicopter,B03,130,300,5,on_task,both,aircraft,air_search|medical,+447700900085\n"


@pytest.fixture
def roster_files(tmp_path):
    """Write both files and run the command on them; return what it said."""

    def run(stations=LUMUT, units=INTERCEPTOR, **options):
        (tmp_path / "stations.csv").write_text(STATIONS + stations)
        (tmp_path / "units.csv").write_text(UNITS + units)
        return command(stations=tmp_path / "stations.csv", units=tmp_path / "units.csv", **options)

    return run


def command(**options):
    out = io.StringIO()
    call_command("import_patrol_units", stdout=out, stderr=out, skip_checks=True, **options)
    return out.getvalue()


def table(text, **columns):
    """The first line of a file made of `text`, with some of its columns replaced."""
    values = dict(zip(UNITS.strip().split(","), text.strip().split(","), strict=True)) | columns
    return ",".join(values.values()) + "\n"


@pytest.mark.django_db
class TestTheShippedSample:
    @pytest.fixture(autouse=True)
    def imported(self):
        self.said = command()

    def test_every_base_and_unit_is_there_once(self):
        assert "Stations: 68 new" in self.said
        assert "Patrol units: 89 new" in self.said
        again = command()
        assert "Stations: 0 new, 0 changed, 62 as they were" in again
        assert "Patrol units: 0 new, 0 changed, 89 as they were" in again
        assert (Station.objects.count(), PatrolUnit.objects.count(), Agency.objects.count()) == (68, 89, 7)

    def test_each_country_has_one_centre_above_all_its_stations(self):
        centres = Station.objects.filter(kind="mrcc")
        assert sorted(centres.values_list("agency__country", flat=True)) == [
            "BN",
            "ID",
            "MY",
            "PH",
            "SG",
            "TH",
            "VN",
        ]
        assert centres.get(agency__country="PH").code == "B22"  # the national headquarters
        for station in Station.objects.select_related("parent", "agency"):
            assert station.centre == centres.get(agency__country=station.agency.country)

    def test_no_two_phones_are_alike_and_all_are_fictional(self):
        numbers = [
            *Station.objects.values_list("duty_phone", flat=True),
            *PatrolUnit.objects.values_list("phone", flat=True),
        ]
        assert len(numbers) == len(set(numbers)) == 68 + 89
        assert all(number.startswith("+447700900") and len(number) == 13 for number in numbers)

    @pytest.mark.parametrize(
        ("call_sign", "expected"),
        [
            ("MY-LANGKAWI-02", {"status": "out_of_service", "language": "ms", "readiness_s": 600}),
            ("MY-MELAKA-06", {"status": "off_watch", "speed_kn": 33.0, "range_nm": 110.0}),
            ("MY-SEMPORNA-21", {"status": "off_watch", "alert_channel": "app", "crew_size": 12}),
            (
                "PH-HELI-01",
                {
                    "kind": "aircraft",
                    "readiness_s": 1200,
                    "capabilities": ["air_search", "medical"],
                    "language": "fil",
                },
            ),
            ("SG-BRANI-70", {"language": "en", "description": "patrol vessel"}),
        ],
    )
    def test_the_files_words_become_ours(self, call_sign, expected):
        unit = PatrolUnit.objects.get(call_sign=call_sign)
        assert {name: getattr(unit, name) for name in expected} == expected


@pytest.mark.django_db
class TestImport:
    def test_a_base_marked_as_national_headquarters_is_the_centre(self, roster_files):
        roster_files(stations=CEBU + MANILA, units="")
        assert Station.objects.get(code="B32").centre.code == "B22"
        assert Station.objects.count() == 2

    def test_what_changed_is_told_and_written(self, roster_files):
        roster_files()
        said = roster_files(units=table(INTERCEPTOR, cruise_kn="30", capabilities="sar_surface"))
        assert "Patrol units: 0 new, 1 changed" in said
        assert (
            "MY-LUMUT-04: speed_kn 36.0 → 30.0, capabilities ['sar_surface', 'fast_intercept'] → ['sar_surface']"
            in said
        )
        assert PatrolUnit.objects.get().speed_kn == 30

    def test_what_an_officer_set_and_no_file_says_is_left_alone(self, roster_files):
        roster_files()
        centre = factories.Station(code="MRSC-1", kind="mrsc", agency=Agency.objects.get())
        Station.objects.filter(code="B03").update(parent=centre, duty_phone="+447700900999", language="en")
        PatrolUnit.objects.update(language="ta", readiness_s=300)
        roster_files()
        station, unit = Station.objects.get(code="B03"), PatrolUnit.objects.get()
        assert (station.parent, station.duty_phone, station.language) == (centre, "+447700900999", "en")
        assert (unit.language, unit.readiness_s) == ("ta", 300)

    def test_a_dry_run_changes_nothing(self, roster_files):
        assert "Patrol units: 1 new" in roster_files(dry_run=True)
        assert not Station.objects.exists()
        assert not Agency.objects.exists()

    def test_two_units_may_swap_their_phones(self, roster_files):
        roster_files(units=INTERCEPTOR + HELICOPTER)
        swapped = table(INTERCEPTOR, crew_phone="+447700900085") + table(
            HELICOPTER, crew_phone="+447700900003"
        )
        assert "2 changed" in roster_files(units=swapped)
        assert PatrolUnit.objects.get(call_sign="MY-HELI-01").phone == "+447700900003"

    def test_a_local_number_of_the_duty_phone_is_read_in_its_country(self, tmp_path):
        path = tmp_path / "stations.csv"
        path.write_text(STATIONS.strip() + ",duty_phone\n" + LUMUT.strip() + ",05-683 1234\n")
        command(stations=path)
        assert Station.objects.get(code="B03").duty_phone == "+6056831234"

    def test_every_made_row_can_be_ranked(self, roster_files):
        roster_files()
        need = ranking.Need(type="sinking", position=factories.OFF_PANGKOR)
        units = fleet.read(timezone.now()).units.values()
        ranked = ranking.rank(need, units, at=timezone.now())
        assert [row.call_sign for row in ranked.ranked] == ["MY-LUMUT-04"]


@pytest.mark.django_db
class TestStatus:
    @pytest.fixture
    def unit(self, roster_files):
        roster_files()
        return PatrolUnit.objects.get()

    def test_it_follows_the_file_until_the_unit_was_first_tasked(self, roster_files, unit):
        roster_files(units=table(INTERCEPTOR, status="maintenance"))
        unit.refresh_from_db()
        assert unit.status == "out_of_service"

    def test_it_is_the_crews_word_once_the_unit_was_tasked(self, roster_files, unit):
        factories.Dispatch(unit=unit, status="completed")
        said = roster_files(units=table(INTERCEPTOR, status="off_duty", cruise_kn="20"))
        unit.refresh_from_db()
        assert (unit.status, unit.speed_kn) == ("available", 20)
        assert "status kept, as they have been tasked: MY-LUMUT-04" in said

    def test_it_is_reset_when_asked_for(self, roster_files, unit):
        factories.Dispatch(unit=unit, status="completed")
        roster_files(units=table(INTERCEPTOR, status="off_duty"), reset_status=True)
        unit.refresh_from_db()
        assert unit.status == "off_watch"

    @pytest.mark.parametrize("status", Dispatch.ENGAGED_STATUSES)
    def test_it_is_never_reset_while_the_unit_goes(self, roster_files, unit, status):
        factories.Dispatch(unit=unit, status=status)
        PatrolUnit.objects.update(status="en_route")
        roster_files(reset_status=True)
        unit.refresh_from_db()
        assert unit.status == "en_route"


@pytest.mark.django_db
class TestFaults:
    @pytest.mark.parametrize(
        ("columns", "said"),
        [
            ({"callsign": ""}, "callsign is empty"),
            ({"callsign": "X" * 21}, "callsign is longer than 20"),
            ({"base_id": "B99"}, "there is no station B99"),
            ({"cruise_kn": "fast"}, "cruise_kn is no number: 'fast'"),
            ({"cruise_kn": "0"}, "cruise_kn is 0, not over 0"),
            ({"cruise_kn": "inf"}, "cruise_kn is inf"),
            ({"range_nm": "-5"}, "range_nm is -5"),
            ({"crew": "2.5"}, "crew is not a whole number"),
            ({"status": "asleep"}, "status is 'asleep', not one of available"),
            ({"alert_channel": "pigeon"}, "alert_channel is 'pigeon'"),
            ({"unit_kind": "submarine"}, "unit_kind is 'submarine'"),
            ({"capabilities": "sar_surface|fly"}, "capabilities holds 'fly'"),
            ({"capabilities": ""}, "capabilities is empty"),
            ({"crew_phone": "12"}, "is not a possible phone number"),
            ({"crew_phone": "call me"}, "is not a phone number"),
            ({"crew_phone": "+447700900003"}, "crew_phone +447700900003 is on line 2 already"),
            ({"callsign": "MY-LUMUT-04"}, "callsign MY-LUMUT-04 is on line 2 already"),
        ],
    )
    def test_a_faulty_unit_is_named_by_its_line_and_nothing_is_imported(self, roster_files, columns, said):
        with pytest.raises(CommandError) as refused:
            roster_files(units=INTERCEPTOR + table(HELICOPTER, **columns))
        assert f"units.csv line 3: {said}" in str(refused.value) or said in str(refused.value)
        assert "line 3" in str(refused.value)
        assert not Station.objects.exists()

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("B04,Port Klang,MMEA,MY,Selangor,3.0,east\n", "line 3: lon is no number"),
            ("B04,Port Klang,MMEA,MY,Selangor,101.4,3.0\n", "line 3: lat is 101.4"),
            ("B04,,MMEA,MY,Selangor,3.0,101.4\n", "line 3: name is empty"),
            ("B04,Port Klang,MMEA,Malaysia,Selangor,3.0,101.4\n", "line 3: country is longer"),
            (LUMUT, "line 3: base_id B03 is on line 2 already"),
        ],
    )
    def test_a_faulty_station_is_named_by_its_line(self, roster_files, line, said):
        with pytest.raises(CommandError) as refused:
            roster_files(stations=LUMUT + line)
        assert f"stations.csv {said}" in str(refused.value)

    def test_the_phone_of_a_unit_outside_the_file_is_refused(self, roster_files):
        roster_files()
        with pytest.raises(
            CommandError, match=r"line 2: .* is the phone of MY-LUMUT-04, which is not in this file"
        ):
            roster_files(units=table(HELICOPTER, crew_phone="+447700900003"))

    def test_a_crew_phone_that_is_a_duty_phone_is_refused(self, roster_files):
        roster_files(units="")
        duty = Station.objects.get(code="B03").duty_phone
        with pytest.raises(CommandError, match="is the duty phone of station B03"):
            roster_files(units=table(INTERCEPTOR, crew_phone=duty))


@pytest.mark.django_db
class TestRealCarriers:
    @pytest.fixture(autouse=True)
    def real(self, settings):
        settings.SIMULATED_CARRIERS = False

    def test_made_up_units_are_refused(self):
        with pytest.raises(CommandError, match="made up"):
            command()

    def test_a_fictional_number_is_refused(self, roster_files):
        with pytest.raises(CommandError, match=r"line 2: crew_phone .* kept for fiction"):
            roster_files()

    def test_no_duty_phone_is_made_up_and_its_lack_is_told(self, roster_files):
        said = roster_files(units=table(INTERCEPTOR, crew_phone="+60123456789"))
        assert not Station.objects.exclude(duty_phone="").exists()
        assert "Without a duty phone, so nobody to call there: B03, MRCC-MY" in said


@pytest.mark.django_db
def test_every_factory_makes_its_row():
    made = [
        value.create()
        for value in vars(factories).values()
        if isinstance(value, type) and issubclass(value, factories.Factory) and value is not factories.Factory
    ]
    assert len(made) == 27
    for row in made:
        row.full_clean(exclude=["score_terms", "ranking", "reading", "password", "text", "original"])


@pytest.mark.django_db
def test_the_cast_is_complete(
    fisher,
    crew,
    patrol,
    second_crew,
    second_patrol,
    duty_officer,
    mrcc,
    dispatcher,
    supervisor,
    liaison,
    admin,
    charlie,
):
    assert patrol.station.centre == second_patrol.station.centre == mrcc
    assert [unit.call_sign for unit in crew.patrol_units.all()] == [patrol.call_sign]
    assert crew.devices.get().push_target
    assert not second_crew.devices.exists()
    assert duty_officer.phone == patrol.station.duty_phone
    assert [user.is_desk for user in (dispatcher, supervisor, liaison, admin, crew, charlie)] == [
        True,
        True,
        False,
        True,
        False,
        False,
    ]
    assert fisher.community in liaison.communities.all()
    assert fisher.created_at > timezone.now() - timedelta(minutes=5)
