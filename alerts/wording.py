"""The words of templates/alerts/, a file a language, and how they are fitted into one SMS."""

import configparser
import re
from functools import cache
from pathlib import Path

from alerts.gsm7 import fits

LANGUAGES = ("en", "ms", "id", "fil", "vi", "th", "ta")
BILINGUAL = "ms-en"
FOLDER = Path(__file__).parent / "templates" / "alerts"

_ALIASES = {"tl": "fil", "in": "id"}


@cache
def words(language: str) -> configparser.ConfigParser:
    """All entries of one of `LANGUAGES` or `BILINGUAL`, by section and name."""
    parser = configparser.ConfigParser(delimiters=("=",), comment_prefixes=("#",), interpolation=None)
    parser.read_string((FOLDER / f"{language}.txt").read_text(encoding="utf-8"))
    return parser


def known(language: str, otherwise: str) -> str:
    """The one of `LANGUAGES` that a BCP 47 tag asks for, or `otherwise`."""
    tag = language.strip().replace("_", "-").lower()
    primary = tag.partition("-")[0]
    primary = _ALIASES.get(primary, primary)
    return primary if primary in LANGUAGES and tag != BILINGUAL else otherwise


def for_reporter(language: str) -> str:
    """An unknown language gets Malay and English in one text."""
    return known(language, BILINGUAL)


def for_crew(language: str) -> str:
    return known(language, "en")


def entry(language: str, section: str, name: str, **values) -> str:
    """One template with its slots filled; "" if the language has no such entry."""
    return tidy(words(language)[section].get(name, "").format(**values))


def drill_mark(language: str, drill: bool) -> str:
    return entry(language, "common", "drill") if drill else ""


def sms(language: str, section: str, name: str, *, drill: bool = False, dropped=(), **values) -> str:
    """One template as an SMS; empties the slots named in `dropped`, in that order, until it fits."""
    template = words(language)[section][name]
    for count in range(len(dropped) + 1):
        kept = values | dict.fromkeys(dropped[:count], "")
        text = tidy(f"{drill_mark(language, drill)} {template.format(**kept)}")
        if fits(text):
            break
    return text


def tidy(text: str) -> str:
    """Close the gaps that empty slots leave."""
    return re.sub(r" +(?=[.,:]( |$))", "", " ".join(text.split()))
