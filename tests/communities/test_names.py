import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities import names


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Semporna", "semporna"),
        ("  PULAU   Sipadan ", "pulau sipadan"),
        ("Thị Nại", "thi nai"),
        ("Đà Nẵng", "da nang"),
        ("T'Boli", "tboli"),
        ("Layang-Layang", "layang layang"),
        ("Zamboanga_City (port)", "zamboanga city port"),
        ("Peñablanca", "penablanca"),
        ("บางสะพาน", "บางสะพาน"),
        ("ＳＥＭＰＯＲＮＡ", "semporna"),
        ("", ""),
        ("\0\ud800 \n", ""),
        ("!!!", ""),
    ],
)
def test_a_name_is_folded(typed, folded):
    assert names.fold(typed) == folded


@pytest.mark.parametrize(
    ("typed", "full", "own"),
    [
        ("P. Timun", "pulau timun", "timun"),
        ("Tg Piai", "tanjung piai", "piai"),
        ("Kampong Raja", "kampung raja", "raja"),
        ("Sipadan Isl.", "sipadan island", "sipadan"),
        ("Straits of Malacca", "malacca strait", "malacca"),  # as "Malacca Strait"
        ("Isla ng Mactan", "isla mactan", "mactan"),
        ("Koh Samui", "ko samui", "samui"),
        ("Lumut", "lumut", "lumut"),
        ("P", "p", "p"),  # one word is never a kind
        ("Pulau", "pulau", "pulau"),
        ("Ko Yo", "ko yo", "ko yo"),  # two letters are no name of their own
        ("Kuala Perlis", "kuala perlis", "kuala perlis"),  # without Kuala it is another town
    ],
)
def test_short_words_are_written_out_and_the_kind_may_be_left_out(typed, full, own):
    assert (names.full_name(typed), names.own_name(typed)) == (full, own)


def test_a_place_is_found_under_all_its_names():
    assert names.search_names("Pulau Sipadan", ("Sipadan Island", "")) == [
        "pulau sipadan",
        "sipadan",
        "sipadan island",
    ]


@given(st.text())
def test_any_text_folds_and_a_folded_name_folds_to_itself(text):
    once = names.fold(text)
    assert names.fold(once) == once
    assert names.own_name(text) in names.search_names(text) or not once
