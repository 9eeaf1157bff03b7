"""Words that the tables do not have, brought to those that they have."""

import pytest

from reports.reading.stems import known_form

FORMS = [
    ("enjinnya", "enjin"),
    ("botnya", "bot"),
    ("kapalku", "kapal"),
    ("nyerang", "serang"),
    ("nggondol", "digondol"),
    ("menghilang", "hilang"),
    ("kesakitan", "sakit"),
    ("makinang", "makina"),
    ("nalulubog", "lumubog"),
    ("nagsusunog", "nasunog"),
    ("trjatuh", "terjatuh"),
    ("nkakapit", "nakakapit"),
    ("sklolo", "saklolo"),
    ("hngus", "hangus"),
]


@pytest.mark.parametrize(("word", "known"), FORMS)
def test_affixes_come_off_and_vowels_go_back(word, known):
    assert known_form(word) == known


@pytest.mark.parametrize(
    "word",
    ["ditolong", "pelanggan", "terbaik", "penyakit", "storm", "spring", "krm", "x", "", "karam", "ช่วย"],
)
def test_word_that_means_something_else_or_could_be_many_stays(word):
    assert known_form(word) == word
