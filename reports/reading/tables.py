"""The tables of words, out of data/*.toml: concept, then language, then entries.

Folded spelling: lower case, no Latin accents. A comma parts entries; an entry of several words must stand in
that order; a trailing * takes any ending. "a/b + c/d" is one of each side near one another in either order;
"a/b + !c/d" only where the second is denied ("enjin + !hidup": the engine will not start). Thai and Chinese
entries match anywhere, Tamil ones at the beginning of a word. `any` holds what all languages use. Concepts
named like an incident type mean that type.
"""

import tomllib
from pathlib import Path

Table = dict[str, dict[str, list[str]]]


def entries(text: str) -> list[str]:
    return [entry for part in text.split(",") if (entry := " ".join(part.split()))]


def _load(name: str) -> dict:
    with open(Path(__file__).parent / "data" / f"{name}.toml", "rb") as file:
        return tomllib.load(file)


def _table(name: str) -> Table:
    return {
        concept: {language: entries(text) for language, text in rows.items()}
        for concept, rows in _load(name).items()
    }


RESCUE, SECURITY, TRADE, CONTEXT = (_table(name) for name in ("rescue", "security", "trade", "context"))
ALL: Table = RESCUE | SECURITY | TRADE | CONTEXT

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
