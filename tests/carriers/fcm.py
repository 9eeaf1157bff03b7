"""Firebase Cloud Messaging as this project meets it: access tokens and the v1 send call."""

import json
import re
from functools import cache
from urllib.parse import parse_qs
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.carriers.journal import Journal
from tests.carriers.server import Answer, Carrier

# What the library writes into its assertion, wherever the token server is.
AUDIENCE = "https://oauth2.googleapis.com/token"
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
MESSAGE_FIELDS = {"data", "notification", "android", "apns", "webpush", "fcm_options"}
TARGETS = {"fid", "token", "topic", "condition"}
LARGEST_PAYLOAD = 4096
# FCM's own error codes: HTTP status, status word, Retry-After in seconds.
REFUSALS = {
    "UNREGISTERED": (404, "NOT_FOUND", None),
    "INVALID_ARGUMENT": (400, "INVALID_ARGUMENT", None),
    "SENDER_ID_MISMATCH": (403, "PERMISSION_DENIED", None),
    "QUOTA_EXCEEDED": (429, "RESOURCE_EXHAUSTED", 60),
    "UNAVAILABLE": (503, "UNAVAILABLE", 30),
    "INTERNAL": (500, "INTERNAL", None),
    "THIRD_PARTY_AUTH_ERROR": (401, "UNAUTHENTICATED", None),
    "APNS_AUTH_ERROR": (401, "UNAUTHENTICATED", None),
}


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class FakeFcm(Carrier):
    """Checks the service account's signed assertion and the access token, then takes or refuses a message.

    `messages`: what was taken, as sent. A target in `unregistered`, `malformed` or `foreign` is refused as FCM does,
    one in `refused` with that error of `REFUSALS`.
    """

    name = "fcm"
    project = "suar-test"
    account = "suar@suar-test.iam.example"

    def __init__(self, *, port: int = 0, journal: Journal | None = None) -> None:
        super().__init__(port=port, journal=journal)
        self.messages: list[dict] = []
        self.access_tokens: set[str] = set()
        self.unregistered: set[str] = set()
        self.malformed: set[str] = set()
        self.foreign: set[str] = set()
        self.refused: dict[str, str] = {}

    def service_account(self) -> dict[str, str]:
        """Return what the file of a service account holds, its token server being this one."""
        pem = _key().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return {
            "type": "service_account",
            "project_id": self.project,
            "private_key_id": "1",
            "private_key": pem.decode(),
            "client_email": self.account,
            "client_id": "1",
            "token_uri": f"{self.origin}/token",
        }

    def kind_of(self, method: str, path: str) -> str:
        return "token" if path == "/token" else "send"

    def respond(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if method == "POST" and path == "/token":
            return self._give_token(parse_qs(body.decode()))
        if method != "POST" or path != f"/v1/projects/{self.project}/messages:send":
            return refuse(404, "NOT_FOUND", "Requested entity was not found.")
        if headers.get("authorization", "").removeprefix("Bearer ") not in self.access_tokens:
            return refuse(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        try:
            message = json.loads(body)["message"]
            fault = self._fault(message)
        except (ValueError, KeyError, TypeError, AttributeError):
            return refuse(400, "INVALID_ARGUMENT", "Invalid JSON payload received.")
        if fault:
            return fault
        name = f"projects/{self.project}/messages/{uuid4().hex}"
        self.write_down("taken", resource={"name": name, "message": message})
        with self.lock:
            self.messages.append(message)
        self.took({"name": name, "message": message})
        return Answer(200, json.dumps({"name": name}).encode())

    def _give_token(self, asked: dict[str, list[str]]) -> Answer:
        try:
            jwt.decode(
                asked["assertion"][0],
                _key().public_key(),
                algorithms=["RS256"],
                audience=AUDIENCE,
                issuer=self.account,
                options={"require": ["exp", "iat", "aud", "iss"]},
            )
        except (KeyError, jwt.InvalidTokenError):
            return Answer(
                400, json.dumps({"error": "invalid_grant", "error_description": "Invalid JWT."}).encode()
            )
        token = uuid4().hex
        with self.lock:
            self.access_tokens.add(token)
        return Answer(
            200, json.dumps({"access_token": token, "expires_in": 3599, "token_type": "Bearer"}).encode()
        )

    def _fault(self, message: dict) -> Answer | None:
        targets = TARGETS & message.keys()
        unknown = message.keys() - TARGETS - MESSAGE_FIELDS
        if len(targets) != 1 or unknown:
            return refuse(
                400, "INVALID_ARGUMENT", f"Unknown or missing fields: {sorted(unknown)}", "INVALID_ARGUMENT"
            )
        kind = targets.pop()
        target = message[kind]
        if target in self.malformed:
            text = "The registration token is not a valid FCM registration token"
            field = {
                "@type": BAD_REQUEST,
                "fieldViolations": [{"field": f"message.{kind}", "description": text}],
            }
            return refuse(400, "INVALID_ARGUMENT", text, "INVALID_ARGUMENT", field)
        if target in self.unregistered:
            return refuse(404, "NOT_FOUND", "Requested entity was not found.", "UNREGISTERED")
        if target in self.refused:
            return refusal(self.refused[target])
        if target in self.foreign:
            return refuse(403, "PERMISSION_DENIED", "SenderId mismatch", "SENDER_ID_MISMATCH")
        android = message.get("android", {})
        strings = [*message.get("data", {}).values(), *message.get("apns", {}).get("headers", {}).values()]
        if not (
            all(isinstance(value, str) for value in strings)
            and re.fullmatch(r"\d+(\.\d{1,9})?s", android.get("ttl", "0s"))
            and android.get("priority", "normal") in ("normal", "high")
        ):
            return refuse(400, "INVALID_ARGUMENT", "Invalid value", "INVALID_ARGUMENT")
        if len(json.dumps([message.get("data"), message.get("notification")]).encode()) > LARGEST_PAYLOAD:
            return refuse(400, "INVALID_ARGUMENT", "Android message is too big", "INVALID_ARGUMENT")
        return None


def refusal(code: str) -> Answer:
    """Return one of `REFUSALS`, with a Retry-After where FCM gives one."""
    status, word, retry_after_s = REFUSALS[code]
    answer = refuse(status, word, "Refused.", code)
    if retry_after_s:
        answer.headers["Retry-After"] = str(retry_after_s)
    return answer


def refuse(status: int, word: str, text: str, code: str = "", *details: dict) -> Answer:
    """Return an error as Google's APIs write it, with FCM's own code if it has one."""
    error = {"code": status, "message": text, "status": word}
    if code:
        error["details"] = [{"@type": FCM_ERROR, "errorCode": code}, *details]
    return Answer(status, json.dumps({"error": error}).encode())
