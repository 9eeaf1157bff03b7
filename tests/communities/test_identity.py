"""The vault: what goes in is encrypted, found by a keyed hash, and shown to a supervisor with a reason alone."""

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from communities import identity
from communities.identity import RevealRefused
from communities.models import Identity, Reporter, Reveal
from tests.phone import together

PHONE = "+447700900201"


@pytest.mark.django_db
class TestVault:
    def test_one_number_is_one_reporter(self):
        first = identity.reporter_for(PHONE)
        assert identity.reporter_for(PHONE) == first == identity.find(PHONE)
        assert identity.address_of(first) == PHONE
        assert identity.find("+447700900202") is None

    def test_the_row_holds_neither_number_nor_name(self):
        identity.remember_name(identity.reporter_for(PHONE), "Salmah")
        row = Identity.objects.values_list().get()
        for cell in row:
            text = bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
            assert PHONE.lstrip("+").encode() not in text
            assert b"Salmah" not in text

    def test_the_same_number_is_encrypted_differently_each_time(self):
        assert identity.encrypt(PHONE.encode()) != identity.encrypt(PHONE.encode())

    def test_an_app_has_no_address(self):
        assert identity.address_of(Reporter.objects.create()) is None

    def test_rotation_moves_every_row_to_the_first_key_and_the_old_one_may_go(self, settings):
        old, new = settings.IDENTITY_KEYS[0], Fernet.generate_key().decode()
        people = [identity.reporter_for(f"+4477009002{n:02}") for n in range(5)]
        identity.remember_name(people[0], "Salmah")
        settings.IDENTITY_KEYS = [new, old]
        assert [identity.address_of(one) for one in people] == [f"+4477009002{n:02}" for n in range(5)]
        call_command("rotate_identity_keys")
        settings.IDENTITY_KEYS = [new]
        assert [identity.address_of(one) for one in people] == [f"+4477009002{n:02}" for n in range(5)]
        assert identity.find("+447700900203") == people[3]
        settings.IDENTITY_KEYS = [old]
        with pytest.raises(InvalidToken):
            identity.address_of(people[0])

    def test_without_a_key_nobody_is_stored_in_the_clear(self, settings):
        settings.IDENTITY_KEYS = []
        with pytest.raises(ImproperlyConfigured):
            identity.reporter_for(PHONE)
        assert not Reporter.objects.exists()


class TestHash:
    def test_the_hash_is_keyed(self, settings):
        before = identity.keyed_hash(PHONE)
        settings.IDENTITY_HASH_KEY = "another" * 6
        assert identity.keyed_hash(PHONE) != before
        assert len(before) == 32


@pytest.mark.django_db(transaction=True)
def test_ten_first_messages_at_once_make_one_reporter():
    found = together(*[lambda: identity.reporter_for(PHONE).pk] * 10)
    assert len(set(found)) == 1
    assert Reporter.objects.count() == Identity.objects.count() == 1


@pytest.mark.django_db
class TestReveal:
    @pytest.mark.parametrize("who", ["supervisor", "admin"])
    def test_who_may_look_leaves_a_row(self, request, fisher, who):
        user = request.getfixturevalue(who)
        assert identity.reveal(fisher, by=user, reason=" court order ").phone == PHONE
        assert [(row.by, row.reason) for row in Reveal.objects.all()] == [(user, "court order")]

    @pytest.mark.parametrize("who", ["dispatcher", "liaison", "crew", "charlie"])
    def test_others_may_not(self, request, fisher, who):
        with pytest.raises(RevealRefused):
            identity.reveal(fisher, by=request.getfixturevalue(who), reason="curious")
        assert not Reveal.objects.exists()

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_without_a_reason_nobody_may(self, fisher, supervisor, reason):
        with pytest.raises(RevealRefused):
            identity.reveal(fisher, by=supervisor, reason=reason)

    def test_one_who_left_may_not(self, fisher, supervisor):
        supervisor.is_active = False
        with pytest.raises(RevealRefused):
            identity.reveal(fisher, by=supervisor, reason="court order")
