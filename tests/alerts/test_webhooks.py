"""Form bodies as they come."""

import pytest
from hypothesis import given, strategies

from alerts.webhooks import MOST_FIELDS, form_of


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        (b"", {}),
        (b"a=1&b=2", {"a": "1", "b": "2"}),
        (b"a=&b", {"a": "", "b": ""}),
        (b"a=1&a=2", {"a": "2"}),
        (b"a=1+2%2B3", {"a": "1 2+3"}),
        (b"a=%C3%A9", {"a": "é"}),
        ("a=é".encode(), {"a": "é"}),
        (b"a=%FF", {"a": "\ufffd"}),
        (b"a=\xff", {"a": "\ufffd"}),
        (b"a=%", {"a": "%"}),
        (b"a=%zz", {"a": "%zz"}),
        (b"a=1;b=2", {"a": "1;b=2"}),
        (b"&&&=&", {"": ""}),
    ],
)
def test_form(raw, form):
    assert form_of(raw) == form


def test_no_more_fields_than_a_carrier_sends():
    assert len(form_of(b"&".join(b"x%d=1" % n for n in range(5000)))) == MOST_FIELDS


@given(strategies.binary(max_size=300))
def test_no_bytes_raise(raw):
    for name, value in form_of(raw).items():
        (name + value).encode()
