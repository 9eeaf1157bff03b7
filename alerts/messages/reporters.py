"""What a reporter is told and asked. A text carries the reference of the report."""

from collections.abc import Sequence

from alerts.gsm7 import fits
from alerts.messages.values import label_of, latin, position_sms, rounded
from alerts.wording import BILINGUAL, entry, for_reporter, sms

# What the answer to a report with a position can ask besides.
ASKABLE = {("full", "how_many"), ("full", "what"), ("received", "what")}


def received(
    mode: str,
    *,
    language: str,
    reference: str,
    position: tuple[float, float] | None = None,
    persons_on_board: int | None = None,
    ask: str = "",
    place: str = "",
    drill: bool = False,
) -> str:
    """Answer a report as its reply mode allows; "" for NONE.

    FULL reads the position (lon, lat) back and may `ask` "how_many" or "what"; without one, or asking "where"
    of one too rough to search, it asks where and, if not known, how many. RECEIVED promises no rescue and may
    ask "what". `place` is named instead of a position that is not to be told, if there is room. QUIET is `OK`
    and the reference of the report and nothing else, in a drill too: a phone in wrong hands must not betray
    its owner. "" or an unknown language: Malay and English.
    """
    if mode == "NONE":
        return ""
    if mode == "QUIET":
        return f"OK {reference}"
    language = for_reporter(language)
    kind = "full" if mode == "FULL" else "received"
    values = {"reference": reference, "drill": drill}
    how_many = entry(language, "reporter", "how_many") if persons_on_board is None else ""
    if position is not None and (kind, ask) == ("full", "where"):
        values |= {"position": position_sms(*position, language, decimals=0), "how_many": how_many}
        return sms(language, "reporter", "full_near", dropped=("how_many",), **values)
    if position is not None:
        if (kind, ask) in ASKABLE:
            values |= {"position": position_sms(*position, language)}
            return sms(language, "reporter", f"{kind}_{ask}", **values)
        more = entry(language, "reporter", f"{kind}_more")
        place = position_sms(*position, language)  # the two-language text takes N and E
        values |= {"position": place, "more": more, "dropped": ("more",)}
        return sms(language, "reporter", f"{kind}_position", **values)
    values |= {"how_many": how_many, "dropped": ("how_many",)}
    if place and kind == "full":
        text = sms(language, "reporter", "full_near", position=place, **values)
        if fits(text):
            return text
    return sms(language, "reporter", f"{kind}_where", **values)


def help_coming(
    *, language: str, reference: str, call_sign: str, eta_s: float | None, drill: bool = False
) -> str:
    """Tell the reporter of a distress who comes and when, no finer than ten minutes. FULL reports only."""
    language = for_reporter(language)
    values = {"reference": reference, "call_sign": latin(call_sign), "drill": drill}
    values |= {"more": entry(language, "reporter", "help_coming_more"), "dropped": ("more",)}
    if eta_s is None:
        return sms(language, "reporter", "help_coming_no_time", **values)
    return sms(language, "reporter", "help_coming", eta=rounded(language, eta_s), **values)


def reporter_question(kind: str, *, language: str, reference: str, drill: bool = False) -> str:
    """Ask "where", "how_many", "both" or "what". Never for a QUIET report: there an officer asks."""
    return sms(for_reporter(language), "reporter", f"question_{kind}", reference=reference, drill=drill)


def which_report(
    *, language: str, references: Sequence[str], types: Sequence[str] = (), drill: bool = False
) -> str:
    """Ask a phone with several open reports, four at most, which of them its text is about.

    Each is named by its reference and, as far as there is room, by its kind (`types`).
    """
    language = for_reporter(language)
    values = {"n": len(references)}
    kinds = [label_of("ms" if language == BILINGUAL else language, type) for type in types]
    named = [" ".join(one) for one in zip(references, kinds, strict=True)] if kinds else references
    apart = kinds if len(set(kinds)) == len(references) else references
    for names in (named, apart, references):
        choices = " ".join(f"{number}={name}" for number, name in enumerate(names, 1))
        text = sms(language, "reporter", "which_report", drill=drill, choices=choices, **values)
        if fits(text):
            break
    return text
