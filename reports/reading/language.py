"""Which language a text is in: the setting, else script, words, the usual one, country, else ""."""

import re

from .words import Words

LANGUAGES = ("ms", "id", "en", "fil", "vi", "th", "ta")  # of those that a text may be in the first
CALLING_CODES = {"60": "ms", "62": "id", "63": "fil", "84": "vi", "66": "th", "65": "en", "91": "ta"}
COUNTRIES = {"MY": "60", "ID": "62", "PH": "63", "VN": "84", "TH": "66", "SG": "65", "IN": "91"}
SISTERS = frozenset(("ms", "id"))
CLEARLY = 8  # two words that one language alone has, or one and two everyday ones
# đ ă ơ ư and every vowel with a hook, a dot below or two marks: no other language of these seas writes them
_VIETNAMESE = re.compile("[đĐăĂơƠưƯ\u1ea0-\u1ef9]")
_THAI = re.compile("[\u0e01-\u0e2e]")
_TAMIL = re.compile("[\u0b85-\u0bb9]")


def calling_code(sender_country: str | None) -> str:
    """ "60" of "+60123456789", "60", "+60" or "MY"; "" where it is none of ours."""
    if not isinstance(sender_country, str):
        return ""
    sender = sender_country.strip().removeprefix("whatsapp:")
    if sender.upper() in COUNTRIES:
        return COUNTRIES[sender.upper()]
    digits = sender.lstrip("+").removeprefix("00")
    code = digits[:2]
    international = sender.startswith(("+", "00")) or digits == code
    return code if international and code in CALLING_CODES else ""


def tell(
    text: str,
    words: Words,
    *,
    setting: str | None = None,
    usual: str | None = None,
    sender_country: str | None = None,
    lean: str = "",
) -> str:
    """Tell the language of the unfolded `text`; `setting` wins where it is one of ours.

    `usual` is what this sender wrote before: it stands unless the text is clearly in another language.
    Between languages whose words tell no difference the sender's country decides, then `lean`; between
    Malay and Indonesian unless the words are clearly of the other.
    """
    if setting in LANGUAGES:
        return setting
    if _THAI.search(text):
        return "th"
    if _TAMIL.search(text):
        return "ta"
    home = CALLING_CODES.get(calling_code(sender_country), "")
    scores = {language: 2 * count for language, count in words.everyday.items()}
    own = set()  # languages of words that no other has
    for hit in words.hits:
        if hit.concept in ("maritime", "ashore", "contrast", "still"):
            continue
        named = [language for language in hit.languages if language != "any"]
        own.update(named if len(named) == 1 else ())
        for language in named:
            scores[language] = scores.get(language, 0) + (4 if len(named) == 1 else 2)
    if _VIETNAMESE.search(text):
        scores["vi"] = scores.get("vi", 0) + 6
    best = max(scores.values(), default=0)
    if usual in LANGUAGES and (best < CLEARLY or best < 3 * scores.get(usual, 0)):
        return usual
    if not best:
        return home
    # Much Malay is good Indonesian: the country tells them apart unless the text clearly does.
    of_sisters = home in SISTERS and any(scores.get(language) == best for language in SISTERS)
    if of_sisters and best < scores.get(home, 0) + CLEARLY:
        return home
    tied = [language for language in LANGUAGES if scores.get(language) == best]
    # Everybody borrows from English: it gives way to one that has a word of its own.
    guesses = (home, lean, *(language for language in tied if language in own - {"en"}), tied[0])
    return next(language for language in guesses if language in tied)
