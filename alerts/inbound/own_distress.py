"""Whether a crew's words tell of its own distress, and not of a boat that it sees. Pure functions.

Only what plainly says so: the unit's tasks go to others. `9` says it in one digit.
"""

import re

from reports.reading import read
from reports.reading.folding import fold
from reports.taxonomy import EmergencyPhase, ResponsePhase

_TROUBLE = (
    r"(?:terbakar|kebakaran|karam|tenggelam|bocor|terbalik|hanyut|diserang|ditembak|lumulubog|nasusunog|tumaob"
    r"|inaatake|sinking|on fire|burning|capsiz\w+|flooding|taking water|leaking|adrift|drifting|under attack"
    r"|chim|chay|bi chim|bi chay)\b"
)
_BETWEEN = r"(?:(?:sudah|dah|telah|tengah|sedang|now|is|are|has|na|dang)\s+)*"
_OWN = (
    # the call alone
    re.compile(r"^\W*(?:(?:sos|mayday|saklolo|kecemasan)\b\W*)+$", re.IGNORECASE),
    # help us, and nothing that we should be helped to do
    re.compile(
        r"\b(?:tolong|bantu|selamatkan|tulungan|tulong|saklolo|sagipin|help|save|rescue|cuu)\s+"
        r"(?:(?:ninyo|niyo|nyo|po)\s+)*(?:kami|kita|saya|aku|ako|us|me|chung toi)\b"
        rf"(?=\s*(?:$|[\d.,;:!?]|(?:kapal|bot|tau|we are|our boat)?\s*{_BETWEEN}{_TROUBLE}))",
        re.IGNORECASE,
    ),
    # we are sinking, our boat burns
    re.compile(
        r"\b(?:(?:bot|kapal|perahu)\s+(?:kami|kita|saya)|bangka\s+namin|(?:our|my)\s+(?:boat|ship|vessel|craft)"
        rf"|we\s+(?:are|re)|we're|kami|kita|tau\s+chung toi|chung toi)\s+{_BETWEEN}{_TROUBLE}"
        rf"|\b{_TROUBLE}\s+(?:na\s+)?kami\b",
        re.IGNORECASE,
    ),
    re.compile(r"ช่วย(?:พวก)?เรา|เรือ(?:ของ)?(?:พวก)?เรา|எங்களை|எங்கள்? (?:படகு|கப்பல்)"),
)


def told_in(text: str) -> bool:
    """Whether a text such as "tolong kami terbakar" or "SOS" is of the crew's own distress; no drill."""
    plain = " ".join(fold(text[:1600]).split())
    if not any(pattern.search(plain) for pattern in _OWN):
        return False
    found = read(text)
    grave = found.emergency_phase == EmergencyPhase.DISTRESS or found.response_phase == ResponsePhase.ATTACK
    return grave and not (found.drill or found.safe_now)
