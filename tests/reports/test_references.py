"""References: five characters, one namespace, no two alike."""

import threading
from itertools import pairwise

import pytest
from django.db import connection, transaction

from reports import references
from reports.references import ALPHABET, NAMESPACE, encode, next_reference, permute


def test_a_hundred_thousand_are_all_different():
    found = {encode(permute(number)) for number in range(100_000)}
    assert len(found) == 100_000
    assert {len(reference) for reference in found} == {5}
    assert set("".join(found)) == set(ALPHABET)


def test_the_permutation_is_one_to_one_on_its_whole_namespace(monkeypatch):
    """On a small namespace every number is tried."""
    monkeypatch.setattr(references, "NAMESPACE", 3000)
    monkeypatch.setattr(references, "_HALF_BITS", 6)
    monkeypatch.setattr(references, "_MASK", 63)
    assert sorted(permute(number) for number in range(3000)) == list(range(3000))


@pytest.mark.parametrize("number", [0, 1, NAMESPACE - 1, NAMESPACE // 2])
def test_the_edges_stay_inside(number):
    assert 0 <= permute(number) < NAMESPACE


@pytest.mark.parametrize(
    ("number", "text"), [(0, "22222"), (1, "22223"), (24, "22232"), (NAMESPACE - 1, "ZZZZZ")]
)
def test_encoding(number, text):
    assert encode(number) == text


def test_no_character_looks_like_another_or_spells_a_word():
    assert len(ALPHABET) == len(set(ALPHABET)) == 24
    assert not set(ALPHABET) & set("01OILSBAEIU")


def test_one_reference_tells_nothing_of_the_next():
    neighbours = [encode(permute(number)) for number in range(1000)]
    same_start = sum(a[:2] == b[:2] for a, b in pairwise(neighbours))
    assert same_start < 20  # 1 in 576 by chance


def test_another_key_gives_other_references(settings):
    before = [permute(number) for number in range(100)]
    settings.IDENTITY_HASH_KEY = "another-key-another-key-another-key-another"
    assert [permute(number) for number in range(100)] != before


@pytest.mark.django_db(transaction=True)
def test_one_is_never_given_twice_even_by_a_transaction_that_fails():
    found = []
    for n in range(50):
        try:
            with transaction.atomic():
                found.append(next_reference())
                if n % 2:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass
    assert len(set(found)) == 50


@pytest.mark.django_db(transaction=True)
def test_threads_get_different_ones():
    found = []

    def take():
        found.extend(next_reference() for _ in range(50))
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == len(found) == 400


@pytest.mark.django_db
def test_past_the_end_of_the_namespace_it_begins_again():
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('reports_reference', %s)", [NAMESPACE - 1])
    assert {len(next_reference()) for _ in range(3)} == {5}
