"""A distress where no state's word is final: a human hears at once, and no unit before one has spoken."""

import pytest

from alerts import dispatch
from alerts.models import Dispatch
from reports.models import Incident
from tests import factories

SINKING = "TOLONG bot karam 4 12.000N 100 27.000E 5 orang"


@pytest.fixture
def disputed(db):
    return factories.Zone(kind="disputed", name="The Bank")


def test_the_desks_hear_at_once_and_one_act_sends(
    sea, disputed, fisher_phone, patrol_phone, second_phone, duty_phone, mrcc_phone, dispatcher
):
    assert "SOS DITERIMA" in fisher_phone.texts(SINKING)
    incident = Incident.objects.get()
    duty_phone.hears(incident.reference, "DISPUTED WATERS, NO UNIT CALLED")
    mrcc_phone.hears(incident.reference, "DISPUTED WATERS, NO UNIT CALLED")
    assert (len(duty_phone.calls), len(mrcc_phone.calls)) == (1, 1)
    sea.passes(700)
    assert len(duty_phone.calls) == 6  # every two minutes, without end
    patrol_phone.hears_nothing()
    second_phone.hears_nothing()
    assert not Dispatch.objects.exists()

    dispatch.request_unit(incident.pk, by=dispatcher, reason="the neighbour's centre agrees", now=sea.now())
    sea.settles()
    patrol_phone.hears(f"P1 {incident.reference}")
    second_phone.hears_nothing()
    patrol_phone.replies("1")
    assert Incident.objects.get().status == "responding"
    fisher_phone.hears("MY-LUMUT-04")


def test_an_officer_who_has_it_is_not_called_again_but_the_centre_is(
    sea, disputed, fisher_phone, patrol_phone, duty_phone, mrcc_phone
):
    fisher_phone.texts(SINKING)
    duty_phone.replies(f"1 {Incident.objects.get().reference}")
    sea.passes(130)
    assert (len(duty_phone.calls), len(mrcc_phone.calls)) == (1, 2)
    patrol_phone.hears_nothing()


def test_a_boat_that_drifts_out_of_them_by_its_own_next_position_is_free(
    sea, disputed, fisher_phone, patrol_phone, duty_phone
):
    fisher_phone.texts(SINKING)
    patrol_phone.hears_nothing()
    fisher_phone.texts("SOS 4 12.000N 99 50.000E")
    sea.passes(1)
    patrol_phone.hears("P1")
