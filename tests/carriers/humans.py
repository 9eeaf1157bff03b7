"""Those who hold the telephones: they answer, decline, sleep, press keys, let it ring."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.etree import ElementTree

from tests.carriers.twilio_webhooks import TwilioWebhooks

REFERENCE = re.compile(r"\b(?=[2-9CFGHJKMNPQRTVWXZ]*[A-Z])[2-9CFGHJKMNPQRTVWXZ]{5}\b")
ANSWERS = {
    "acknowledge": "1 {reference}",
    "decline": "2 {reference}",
    "wrong": "8 {reference}",
    "stop": "STOP",
}
UNANSWERED = {"ring": ("ringing", "no-answer"), "busy": ("busy",), "fail": ("failed",)}
MOST_REQUESTS = 20  # of one call


@dataclass
class Human:
    """One person and what they do with each text and call, in turn; the last act is repeated for ever.

    `texts`: "sleep", a word of `ANSWERS`, or any text, `{reference}` filled in. `calls`: a word of `UNANSWERED`,
    "voicemail", "hang up", or "press" and keys, one a question ("press 5 1"; "-" waits in vain).
    `after_s`: how long they take.
    """

    number: str = ""
    texts: list[str] = field(default_factory=lambda: ["sleep"])
    calls: list[str] = field(default_factory=lambda: ["ring"])
    after_s: float = 0.0

    def next_act(self, voice: bool) -> str:
        acts = self.calls if voice else self.texts
        return acts.pop(0) if len(acts) > 1 else acts[0]


def answer_text(twilio: TwilioWebhooks, act: str, message: dict) -> str | None:
    """Do to one text what `act` says; return the answer that came back, None where none was sent."""
    if act == "sleep":
        return None
    found = REFERENCE.search(message["body"])
    words = ANSWERS.get(act, act).format(reference=found.group() if found else "")
    origin = urlsplit(message["request"]["StatusCallback"])._replace(path="/webhooks/twilio/sms/", query="")
    status, twiml = twilio.text(origin.geturl(), message["to"], words.strip())
    return "".join(ElementTree.fromstring(twiml).itertext()) if status == 200 else f"refused: {status}"


def answer_call(twilio: TwilioWebhooks, act: str, call: dict) -> list[str]:
    """Do with one call what `act` says; return what was heard, in turn."""
    sid = call["sid"]
    if act in UNANSWERED:
        twilio.report_call(sid, *UNANSWERED[act])
        return []
    more = {"AnsweredBy": "machine_start"} if act == "voicemail" else {}
    twilio.report_call(sid, "ringing", "in-progress", **more)
    keys = iter(act.split()[1:]) if act.startswith("press") else iter(())
    heard = list(play(twilio, sid, keys, stays=act != "hang up", **more))
    twilio.report_call(sid, "completed", **more)
    return heard


def play(
    twilio: TwilioWebhooks, sid: str, keys: Iterator[str], *, stays: bool = True, **more: str
) -> Iterator[str]:
    """Carry a call through as Twilio does: say what is to be said, bring the keys, follow what the TwiML asks.

    A key "-" is silence until the Gather's time is up. Without a key left nobody answers; where not `stays` they
    hang up at the first question.
    """
    status, twiml = twilio.answer(sid, **more)
    for _ in range(MOST_REQUESTS):
        if status != 200:
            yield f"refused: {status}"
            return
        for verb in ElementTree.fromstring(twiml):
            if verb.tag == "Say":
                yield "".join(verb.itertext())
            elif verb.tag == "Gather":
                yield from ("".join(said.itertext()) for said in verb.iter("Say"))
                if not stays:
                    return
                if (key := next(keys, "-")) != "-":
                    status, twiml = twilio.press(sid, verb.attrib["action"], key, **more)
                    break
            elif verb.tag == "Redirect":
                status, twiml = twilio.webhook(
                    verb.text or "", twilio._call_fields(sid, "in-progress") | more
                )
                break
            elif verb.tag == "Hangup":
                return
        else:
            return
    yield "never ends"
