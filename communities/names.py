"""Names of places as people type them, folded so that two spellings of one name meet. Pure."""

import re
import unicodedata

# Letters that Unicode does not take apart into a letter and an accent.
_LETTERS = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe"})
# Accents of Latin letters only: Thai and Tamil vowel signs are combining marks too, and carry the word.
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_APOSTROPHES = re.compile(r"['’‘`ʻʼ]")
_BETWEEN_WORDS = re.compile(r"(?:[^\w\u0b80-\u0bff\u0e00-\u0e7f]|_)+")

# How the first word of a name is shortened or was spelled in the colonial manner.
_FIRST = {
    "p": "pulau",
    "pu": "pulau",
    "pul": "pulau",
    "plau": "pulau",
    "kep": "kepulauan",
    "tg": "tanjung",
    "tj": "tanjung",
    "tjg": "tanjung",
    "tanj": "tanjung",
    "tanjong": "tanjung",
    "tandjung": "tanjung",
    "tl": "teluk",
    "tlk": "teluk",
    "telok": "teluk",
    "kg": "kampung",
    "kpg": "kampung",
    "kpng": "kampung",
    "kampong": "kampung",
    "sg": "sungai",
    "sei": "sungai",
    "sungei": "sungai",
    "pel": "pelabuhan",
    "koh": "ko",
}
_LAST = {"is": "island", "isl": "island", "str": "strait", "straits": "strait", "harbor": "harbour"}
# "Straits of Malacca" is "Malacca Strait".
_OF = {"strait": "strait", "straits": "strait", "gulf": "gulf", "bay": "bay", "port": "port"}

# What kind of thing it is, said before or after its own name.
_KIND_BEFORE = frozenset(
    {
        "pulau",
        "pulo",
        "kepulauan",
        "tanjung",
        "teluk",
        "selat",
        "kampung",
        "pelabuhan",
        "perairan",
        "jeti",
        "dermaga",
        "laut",
        "karang",
        "terumbu",
        "isla",
        "punta",
        "ko",
        "koh",
        "hon",
        "dao",
        "mui",
        "vinh",
        "cape",
        "gili",
        "nusa",
        "port",
        "puerto",
    }
)
_KIND_AFTER = frozenset(
    {
        "island",
        "islands",
        "strait",
        "bay",
        "gulf",
        "sea",
        "reef",
        "shoal",
        "harbour",
        "anchorage",
        "point",
        "port",
    }
)
# "Port Klang" without its first word is a name; "Sea" is none.
_SHORTEST_OWN_NAME = 3


def fold(text: str) -> str:
    """Lower case, no accents, no punctuation, single spaces: "Thị Nại" and "thi nai" are one."""
    if text.isascii():
        return _BETWEEN_WORDS.sub(" ", _APOSTROPHES.sub("", text.lower())).strip()
    # Twice: taking a letter apart may bring out a capital, and folding its case an accent.
    for _ in range(2):
        text = unicodedata.normalize("NFKD", text.casefold())
    text = text.translate(_LETTERS)
    text = _APOSTROPHES.sub("", _ACCENTS.sub("", text))
    return _BETWEEN_WORDS.sub(" ", text).strip()


def full_name(text: str) -> str:
    """The folded name with its first and last word written out: "P. Timun" is "pulau timun".

    "Straits of Malacca" is "malacca strait".
    """
    words = fold(text).split()
    if len(words) > 2 and words[1] == "of" and words[0] in _OF:
        words = [*words[2:], _OF[words[0]]]
    if len(words) > 2 and words[:2] == ["isla", "ng"]:
        del words[1]
    if len(words) > 1:
        words[0] = _FIRST.get(words[0], words[0])
        words[-1] = _LAST.get(words[-1], words[-1])
    return " ".join(words)


def own_name(text: str) -> str:
    """The full name without the word for what it is: "Pulau Sipadan" and "Sipadan Island" are "sipadan"."""
    words = full_name(text).split()
    if len(words) > 1 and words[0] in _KIND_BEFORE:
        own = words[1:]
    elif len(words) > 1 and words[-1] in _KIND_AFTER:
        own = words[:-1]
    else:
        own = words
    own = " ".join(own)
    return own if len(own) >= _SHORTEST_OWN_NAME else " ".join(words)


def search_names(name: str, alt_names=()) -> list[str]:
    """Every folded form under which a place is found, sorted, none twice."""
    forms = {form for text in (name, *alt_names) for form in (full_name(text), own_name(text))}
    return sorted(form[:200] for form in forms if form)
