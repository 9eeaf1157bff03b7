"""The tables of words, out of data/*.toml: concept, then language, then entries.

Folded spelling: lower case, no Latin accents. A comma parts entries; an entry of several words must stand in
that order; a trailing * takes any ending. "a/b + c/d" is one of each side near one another in either order;
"a/b + !c/d" only where the second is denied ("enjin + !hidup": the engine will not start). Thai and Chinese
entries match anywhere, Tamil ones at the beginning of a word. `any` holds what all languages use. "@part"
stands for every word of that kind in classes.toml, whatever its language. "a/b > c d/e" is one of each side,
in that order and nothing between. Concepts named like an incident type mean that type.
"""

import re
import tomllib
from itertools import product
from pathlib import Path

Table = dict[str, dict[str, list[str]]]


def entries(text: str) -> list[str]:
    return [entry for part in text.split(",") if (entry := " ".join(part.split()))]


def _load(name: str) -> dict:
    with open(Path(__file__).parent / "data" / f"{name}.toml", "rb") as file:
        return tomllib.load(file)


CLASSES: dict[str, list[str]] = {name: entries(text) for name, text in _load("classes").items()}
_CLASS = re.compile(r"@([a-z]+)")


def _spelled_out(entry: str) -> str:
    return _CLASS.sub(lambda match: "/".join(CLASSES[match[1]]), entry)


def _in_order(entry: str) -> list[str]:
    """ "bukan > ujian/main main" is "bukan ujian" and "bukan main main"."""
    if " > " not in entry:
        return [entry]
    return [" ".join(words) for words in product(*(side.split("/") for side in entry.split(" > ")))]


def _table(name: str) -> Table:
    return {
        concept: {
            language: [one for entry in entries(text) for one in _in_order(_spelled_out(entry))]
            for language, text in rows.items()
        }
        for concept, rows in _load(name).items()
    }


RESCUE, SECURITY, TRADE, CONTEXT = (_table(name) for name in ("rescue", "security", "trade", "context"))
ALL: Table = RESCUE | SECURITY | TRADE | CONTEXT
# Apart from the rest: everyday words, of which places are named too.
TALK = _table("talk")


def words_of(tables: Table) -> tuple[frozenset[str], frozenset[str]]:
    """Every single word of the entries that stand by themselves, and of those that need another near."""
    listed = {entry for rows in tables.values() for entries in rows.values() for entry in entries}
    alone, near = (
        frozenset(
            word
            for entry in listed
            if ("/" in entry or entry.startswith("!")) == paired
            for word in re.findall(r"[^\s/+*!]+", entry)
        )
        for paired in (False, True)
    )
    return alone, near


VOCABULARY, NEAR_WORDS = words_of(ALL)

_LANGUAGE = _load("language")
EVERYDAY: dict[str, list[str]] = {lang: entries(text) for lang, text in _LANGUAGE["everyday"].items()}
NEEDS_COMPANY: dict[str, tuple[str, int]] = {
    word: tuple(needed) for word, needed in _LANGUAGE["needs_company"].items()
}
FILLERS = frozenset(entries(_LANGUAGE["fillers"]["any"]))
NOT_YET = frozenset(entries(_LANGUAGE["not_yet"]["any"]))
SPELLINGS: dict[str, str] = {
    wrong: right for right, text in _LANGUAGE["spellings"].items() for wrong in entries(text)
}
# Words that are no misspelling of a keyword one letter away.
REAL_WORDS = frozenset(entries(_LANGUAGE["real_words"]["any"]))
# Word of the tables → the Filipino roots whose verbs mean it.
ROOTS: dict[str, list[str]] = {word: entries(text) for word, text in _LANGUAGE["roots"].items()}
