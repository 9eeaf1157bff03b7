import pytest

from alerts import duty_numbers
from alerts.duty_numbers import NotUsable
from communities import identity
from reports import spool


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.SPOOL_ROOT = tmp_path
    spool.prepare()


@pytest.mark.django_db
def test_the_file_names_desks_by_place_and_crews_by_hash_alone(station, mrcc, patrol):
    assert duty_numbers.write() >= 2
    found = duty_numbers.load()
    here = (station.position.x, station.position.y)
    assert found.for_place(here, "")[0].code == station.code
    assert {desk.kind for desk in found.for_place(None, "MY")} <= {"mrcc", "mrsc"}
    assert found.crews[identity.keyed_hash(patrol.phone).hex()] == patrol.call_sign
    assert patrol.phone not in duty_numbers.path().read_text()
    assert duty_numbers.path().stat().st_mode & 0o777 == 0o600
    assert duty_numbers.trouble() == ""


@pytest.mark.django_db
def test_whoever_changes_a_number_without_the_key_is_found_out(station, settings):
    duty_numbers.write()
    path, sound = duty_numbers.path(), duty_numbers.path().read_text()
    path.write_text(sound.replace(station.duty_phone, "+447700900666"))
    with pytest.raises(NotUsable, match="signature"):
        duty_numbers.load()
    path.write_text(sound)
    duty_numbers.load()
    settings.SECRET_KEY = "another" * 10
    assert duty_numbers.trouble() == "its signature is wrong"


@pytest.mark.django_db
def test_missing_empty_and_old_files_are_said(station):
    from datetime import timedelta

    from django.utils import timezone

    from alerts.models import Station

    assert "cannot be read" in duty_numbers.trouble()
    duty_numbers.write(now=timezone.now() - timedelta(days=3))
    assert duty_numbers.trouble() == "older than two days"
    Station.objects.update(duty_phone="")
    duty_numbers.write()
    assert duty_numbers.trouble() == "no station has a duty phone"
