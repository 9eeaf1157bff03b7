import io

import pytest
from django.contrib.auth import authenticate
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command
from django.utils import timezone

from alerts import sectors
from alerts.auditor import contradictions
from alerts.models import PatrolUnit, Station
from communities import places
from communities.models import Community, Device, User, Zone
from tests import factories

PASSWORD = "the-tide-is-high-4"


@pytest.fixture
def demo(db, settings):
    """Load the demonstration with a gazetteer already there (its import has tests of its own)."""
    settings.DEBUG = True
    settings.DEMO_PASSWORD = ""
    factories.Place(source="GeoNames")

    def load(password="", **options):
        settings.DEMO_PASSWORD = password
        out = io.StringIO()
        call_command("load_demo_data", stdout=out, stderr=out, skip_checks=True, **options)
        return out.getvalue()

    return load


@pytest.mark.django_db
class TestDemo:
    def test_it_makes_the_logins_it_prints(self, demo, rf):
        said = demo()
        password = said.split("password of these: ")[1].split()[0]
        for login, role in [
            ("dispatcher", "dispatcher"),
            ("supervisor", "supervisor"),
            ("liaison", "liaison"),
            ("admin", "admin"),
        ]:
            user = authenticate(rf.post("/"), username=login, password=password)
            assert (user.role, user.is_staff, user.is_superuser) == (role, True, role == "admin")
            assert f"login {login}" in said
        crew = authenticate(rf.post("/"), username="my-lumut-04", password=password)
        assert (crew.role, crew.is_staff) == ("crew", False)
        assert [unit.call_sign for unit in crew.patrol_units.all()] == ["MY-LUMUT-04"]

    def test_its_units_contradict_no_rule(self, demo):
        demo()
        assert [found.text for found in contradictions.unit_statuses(timezone.now())] == []

    def test_a_second_run_doubles_nothing_and_keeps_the_password(self, demo, rf):
        password = demo().split("password of these: ")[1].split()[0]
        models = (User, Device, Community, Station, PatrolUnit, Zone)
        before = [model.objects.count() for model in models]
        assert "password as before: dispatcher" in demo()
        assert [model.objects.count() for model in models] == before
        assert authenticate(rf.post("/"), username="dispatcher", password=password)

    def test_a_chosen_password_is_taken_and_not_printed(self, demo, rf):
        demo()
        assert PASSWORD not in demo(PASSWORD)
        assert authenticate(rf.post("/"), username="dispatcher", password=PASSWORD)

    def test_a_weak_password_is_refused(self, demo):
        with pytest.raises(CommandError, match=r"DEMO_PASSWORD: .*too common"):
            demo("password")

    def test_every_unit_with_an_app_can_be_pushed_to(self, demo):
        demo()
        for unit in PatrolUnit.objects.prefetch_related("crew__devices"):
            targets = [device.push_target for user in unit.crew.all() for device in user.devices.all()]
            assert len(targets) == (0 if unit.alert_channel == "sms" else 1), unit

    def test_crews_without_a_printed_login_cannot_sign_in(self, demo):
        demo()
        assert not User.objects.get(username="sg-brani-70").has_usable_password()

    def test_landing_sites_lie_within_the_waters_of_their_community(self, demo):
        demo()
        for community in Community.objects.prefetch_related("landing_sites"):
            sites = community.landing_sites.all()
            assert len(sites) == 3
            for site in sites:
                near = Community.objects.filter(
                    pk=community.pk, waters__dwithin=(site.position, community.waters_radius_m)
                )
                assert near.exists(), site

    @pytest.mark.parametrize(
        ("setting", "value", "said"),
        [
            ("SIMULATED_CARRIERS", False, "Real carriers"),
            ("FIREBASE_CREDENTIALS", "/etc/suar/firebase.json", "Real carriers"),
            ("DEBUG", False, "DEBUG is off"),
        ],
    )
    def test_it_refuses_a_real_service(self, demo, settings, setting, value, said):
        setattr(settings, setting, value)
        with pytest.raises(CommandError, match=said):
            demo()
        assert not PatrolUnit.objects.exists()

    def test_a_training_service_may_be_forced_but_never_with_real_carriers(self, demo, settings):
        settings.DEBUG = False
        assert "89 new" in demo(force=True)
        settings.SIMULATED_CARRIERS = False
        with pytest.raises(CommandError, match="Real carriers"):
            demo(force=True)


@pytest.mark.django_db
class TestSectors:
    @pytest.fixture
    def stations(self, station, second_station):
        return station, second_station

    def at(self, lon, lat):
        return [
            zone.name for zone in Zone.objects.filter(kind="sector", area__covers=Point(lon, lat, srid=4326))
        ]

    def test_waters_belong_to_the_nearest_station_up_to_a_hundred_miles(self, stations):
        sectors.derive()
        assert self.at(*factories.OFF_PANGKOR) == ["Lumut B03 (derived)"]
        assert self.at(100.2, 5.5) == ["Batu Uban, Penang B02 (derived)"]
        assert self.at(97.0, 4.2) == []  # 218 miles off
        assert {zone.agency for zone in Zone.objects.all()} == {stations[0].agency}

    def test_a_single_station_has_the_whole_circle(self, station):
        sectors.derive()
        assert self.at(100.63, 5.8) == ["Lumut B03 (derived)"]
        assert self.at(100.63, 6.0) == []  # 106 miles off

    def test_two_stations_in_one_harbour_share_a_sector(self, station):
        factories.Station(code="B99", position=station.position)
        assert sectors.derive()[0].created == ["Lumut B03 (derived)"]

    def test_no_station_makes_no_sector(self):
        assert sectors.derive()[0].created == []

    def test_a_second_run_changes_nothing_and_a_closed_station_loses_its_sector(self, stations):
        sectors.derive()
        assert sectors.derive()[0].unchanged == 2
        stations[1].delete()
        changes, gone = sectors.derive()
        assert (len(changes.updated), gone) == (1, 1)

    def test_an_agencys_own_sectors_are_not_drawn_over(self, stations):
        factories.Zone(name="Perak")
        with pytest.raises(CommandError, match="1 sectors are loaded"):
            call_command("derive_sectors", skip_checks=True)
        sectors.derive()
        assert Zone.objects.filter(name="Perak").exists()


@pytest.mark.django_db
def test_the_demonstration_loads_the_gazetteer_when_it_is_missing(settings, monkeypatch, tmp_path):
    settings.DEBUG, settings.DEMO_PASSWORD = True, ""
    small = tmp_path / "gazetteer.csv"
    small.write_text(
        "name,alt_names,kind,lat,lon,country,source,source_id\nSemporna,,coastal_town,4.48,118.61,MY,GeoNames,1\n"
    )
    monkeypatch.setattr(places, "GAZETTEER", small)
    call_command("load_demo_data", stdout=io.StringIO(), skip_checks=True)
    assert [place.name for place in places.find("semporna")] == ["Semporna"]
