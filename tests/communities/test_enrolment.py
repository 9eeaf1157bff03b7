"""Apps: enrolled without a name, known by a token that only they hold."""

import pytest
from django.core.management import CommandError, call_command
from knox.models import AuthToken

from communities import enrolment
from communities.authentication import device_of
from communities.models import Device, Reporter, User
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_app_enrols_without_login_and_its_token_is_kept_only_as_a_hash(client):
    answer = client.post("/api/v1/devices/", {}, content_type="application/json")
    assert answer.status_code == 201
    assert set(answer.json()) == {"id", "token"}
    device = Device.objects.get(pk=answer.json()["id"])
    token = answer.json()["token"]
    assert token not in {str(value) for value in Device.objects.filter(pk=device.pk).values().get().values()}
    assert device.token_hash == Device.hash_token(token)
    assert device.reporter is not None
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"language": "xx"}, "language"),
        ({"platform": "p" * 21}, "platform"),
        ({"push_kind": "token"}, "non_field_errors"),
        ({"push_target": "abc"}, "non_field_errors"),
        ({"push_kind": "token", "push_target": ""}, "non_field_errors"),
        ({"push_kind": "pigeon", "push_target": "abc"}, "push_kind"),
        ([], "non_field_errors"),
        ('"a device"', "non_field_errors"),
    ],
)
def test_a_wrong_enrolment_says_which_field(client, body, field):
    answer = client.post("/api/v1/devices/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert field in answer.json()["errors"]


@pytest.mark.parametrize("scheme", ["Device", "device", "Bearer", "BEARER"])
def test_the_token_opens_the_own_device_under_both_schemes(client, scheme):
    device, token = enrolment.enrol(platform="android", language="ms")
    answer = client.get(f"/api/v1/devices/{device.pk}/", headers={"Authorization": f"{scheme} {token}"})
    assert answer.status_code == 200
    assert answer.json()["language"] == "ms"
    assert token not in answer.content.decode()


@pytest.mark.parametrize(
    "header",
    [
        "Device",
        "Device ",
        "Device wrong",
        "Device a b",
        "Bearer wrong",
        "Bearer \xff\xfe",
        "Token \xff",
        "Basic x",
    ],
)
def test_a_wrong_token_is_401_never_500(client, header):
    device, _ = enrolment.enrol()
    answer = client.get(f"/api/v1/devices/{device.pk}/", headers={"Authorization": header})
    assert answer.status_code == 401


def test_another_device_is_not_found(client):
    _, token = enrolment.enrol()
    other, _ = enrolment.enrol()
    for method in (client.get, client.patch, client.delete):
        answer = method(
            f"/api/v1/devices/{other.pk}/",
            headers={"Authorization": f"Device {token}"},
            content_type="application/json",
        )
        assert answer.status_code == 404
    assert Device.objects.get(pk=other.pk).revoked_at is None


def test_a_revoked_token_ends_at_once(client):
    device, token = enrolment.enrol()
    header = {"Authorization": f"Device {token}"}
    assert client.delete(f"/api/v1/devices/{device.pk}/", headers=header).status_code == 204
    assert client.get(f"/api/v1/devices/{device.pk}/", headers=header).status_code == 401
    assert device_of(token) is None


def test_a_phone_handed_on_takes_its_push_target_along():
    first, _ = enrolment.enrol(push_kind="token", push_target="target")
    second, _ = enrolment.enrol(push_kind="token", push_target="target")
    first.refresh_from_db()
    assert first.push_retired_at is not None
    assert Device.objects.get(push_target="target", push_retired_at__isnull=True) == second


def test_a_new_push_target_revives_a_retired_device(client):
    device, token = enrolment.enrol(push_kind="token", push_target="old")
    Device.objects.filter(pk=device.pk).update(push_retired_at="2026-01-01T00:00Z")
    answer = client.patch(
        f"/api/v1/devices/{device.pk}/",
        {"push_kind": "fid", "push_target": "new", "language": "id"},
        content_type="application/json",
        headers={"Authorization": f"Device {token}"},
    )
    assert answer.status_code == 200
    device.refresh_from_db()
    assert (device.push_kind, device.push_target, device.push_retired_at) == ("fid", "new", None)
    assert Reporter.objects.get(devices=device).language == "id"


def test_seeing_a_device_writes_once_an_hour(django_assert_num_queries):
    _, token = enrolment.enrol()
    with django_assert_num_queries(2):
        device_of(token)
    with django_assert_num_queries(1):
        device_of(token)


class TestIssueToken:
    def issue(self, capsys, *args) -> str:
        call_command("issue_token", *args)
        return capsys.readouterr().out.strip()

    def test_it_makes_a_crew_whose_token_works_for_its_unit(self, client, capsys, patrol):
        token = self.issue(capsys, "lumut4", "--create", "crew", "--unit", patrol.call_sign)
        assert patrol.crew.get().username == "lumut4"
        for scheme in ("Token", "Bearer"):
            answer = client.get("/api/v1/dispatches/", headers={"Authorization": f"{scheme} {token}"})
            assert answer.status_code == 200

    def test_it_keeps_only_a_hash(self, capsys, crew):
        token = self.issue(capsys, "crew")
        assert not AuthToken.objects.filter(digest=token).exists()

    def test_an_inactive_user_and_an_expired_token_are_shut_out(self, client, capsys, crew):
        token = self.issue(capsys, "crew")
        User.objects.filter(pk=crew.pk).update(is_active=False)
        assert (
            client.get("/api/v1/dispatches/", headers={"Authorization": f"Token {token}"}).status_code == 401
        )
        User.objects.filter(pk=crew.pk).update(is_active=True)
        AuthToken.objects.update(expiry="2026-01-01T00:00Z")
        assert (
            client.get("/api/v1/dispatches/", headers={"Authorization": f"Token {token}"}).status_code == 401
        )

    def test_days_0_never_expires(self, capsys, crew):
        self.issue(capsys, "crew", "--days", "0")
        assert AuthToken.objects.get().expiry is None

    @pytest.mark.parametrize(
        "args",
        [
            ["nobody"],
            ["dispatcher", "--create", "crew"],
            ["crew", "--unit", "NO-SUCH-BOAT"],
            ["dispatcher", "--unit", "MY-LUMUT-04"],
            ["crew", "--days", "-1"],
        ],
    )
    def test_it_refuses_what_makes_no_sense_and_changes_nothing(self, args, crew, dispatcher):
        with pytest.raises(CommandError):
            call_command("issue_token", *args)
        assert not AuthToken.objects.exists()


def test_rotating_the_keys_moves_identities_and_raw_messages_to_the_first_key(settings, capsys):
    old, new = settings.IDENTITY_KEYS[0], "bmV3LWtleS1vZi0zMi1ieXRlcy1mb3ItdGVzdHMtLi4="
    identity = factories.Identity(phone="+447700900299")
    message = factories.InboundMessage()
    settings.IDENTITY_KEYS = [new, old]
    call_command("rotate_identity_keys")
    assert "1 identities and 1 raw messages" in capsys.readouterr().out
    settings.IDENTITY_KEYS = [new]
    identity.refresh_from_db()
    message.refresh_from_db()
    from communities.identity import decrypt

    assert decrypt(identity.phone_encrypted) == b"+447700900299"
    assert decrypt(message.raw_encrypted).startswith(b"From=")
