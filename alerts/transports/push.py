"""Push messages through Firebase Cloud Messaging (FCM)."""

import itertools
import json
from collections.abc import Collection
from datetime import datetime, timedelta
from time import time

import requests
from django.conf import settings

from alerts.transports import wire
from alerts.transports.base import Message, TransportError
from alerts.transports.outcomes import FCM, FCM_BY_STATUS, Outcome

API = "https://fcm.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
# FCM keeps a message for at most four weeks; APNs takes a collapse id of at most 64 bytes.
LONGEST_TTL_S = 28 * 24 * 3600
LONGEST_COLLAPSE_ID = 64
# As for Twilio: behind these the message may have been taken all the same.
MAYBE_TAKEN = {500, 502, 504}

_serial = itertools.count(1)


class Fcm:
    """Sends with the service account in `FIREBASE_CREDENTIALS`, one message a call."""

    def __init__(self) -> None:
        import firebase_admin
        from firebase_admin import messaging

        with open(settings.FIREBASE_CREDENTIALS, encoding="utf-8") as file:
            account = json.load(file)
        self.messaging = messaging
        self.app = firebase_admin.initialize_app(
            _make_credential(account),
            {"projectId": account["project_id"], "httpTimeout": settings.CARRIER_TOTAL_TIMEOUT_S},
            name=f"suar-{next(_serial)}",
        )
        # The library has no public way to turn its retries off or to name another host (checked in 7.7).
        service = messaging._get_messaging_service(self.app)
        wire.mount(service._client.session)
        if settings.FCM_BASE:
            service._fcm_url = service._fcm_url.replace(API, settings.FCM_BASE.rstrip("/"))

    def send(self, message: Message) -> str:
        """Hand `message` to FCM; return the name FCM gives it. Raises TransportError."""
        return wire.within(settings.CARRIER_TOTAL_TIMEOUT_S, lambda: self._send(message))

    def find(self, message: Message, since: datetime, *, known: Collection[str] = ()) -> str | None:
        """FCM tells nobody what it has taken: None. A repeat replaces the first one by its collapse key."""
        return None

    def _send(self, message: Message) -> str:
        from firebase_admin.exceptions import FirebaseError
        from google.auth.exceptions import RefreshError

        try:
            return self.messaging.send(self._payload(message), app=self.app)
        except FirebaseError as exc:
            if exc.http_response is None:
                raise  # no answer came: `within` knows whether the message left us
            raise refusal(exc.http_response) from exc
        except RefreshError as exc:
            raise TransportError(
                "the service account got no access token",
                permanent=not exc.retryable,
                code="access_token",
                ours=not exc.retryable,
            ) from exc

    def _payload(self, message: Message):
        fcm = self.messaging
        ttl_s = LONGEST_TTL_S
        if message.valid_for_s is not None:
            ttl_s = min(max(int(message.valid_for_s), 0), LONGEST_TTL_S)
        collapse_key = message.collapse_key[:LONGEST_COLLAPSE_ID]
        apns_headers = {
            "apns-push-type": "alert",
            "apns-priority": "10",
            "apns-expiration": str(int(time()) + ttl_s),
        }
        if collapse_key:
            apns_headers["apns-collapse-id"] = collapse_key
        payload = fcm.Message(
            # What the app acts on; the words are in the notification, which shows even if the app is dead.
            data={
                "notification": message.id,
                "reference": message.reference,
                "priority": str(message.priority),
                "language": message.language,
            },
            notification=fcm.Notification(title=message.title or None, body=message.text),
            android=fcm.AndroidConfig(
                priority="high",
                ttl=timedelta(seconds=ttl_s),
                collapse_key=collapse_key or None,
                notification=fcm.AndroidNotification(priority="max", default_sound=True),
            ),
            apns=fcm.APNSConfig(
                headers=apns_headers,
                payload=fcm.APNSPayload(
                    aps=fcm.Aps(sound="default", custom_data={"interruption-level": "time-sensitive"})
                ),
            ),
        )
        # Set afterwards: the constructor warns about tokens, which older phones still have.
        if message.to_kind == "token":
            payload.token = message.to
        elif message.to_kind == "fid":
            payload.fid = message.to
        else:
            raise TransportError(f"a {message.to_kind} is no push target", permanent=True, code="unusable")
        return payload


def refusal(answer: requests.Response) -> TransportError:
    """Turn an answer that is no 2xx into what it means for us: by FCM's code, else by the HTTP status."""
    status = answer.status_code
    code, blames_address = _read(answer.content)
    known = FCM.get(code) or FCM_BY_STATUS.get(status) or Outcome(status < 500, "refused by FCM")
    return TransportError(
        known.meaning,
        permanent=known.permanent,
        code=(code or str(status))[:40],
        retry_after_s=wire.retry_after_s(answer.headers.get("Retry-After")),
        ambiguous=status in MAYBE_TAKEN,
        retires_address=known.retires_address or (status == 400 and blames_address),
        ours=known.ours,
    )


def _read(body: bytes) -> tuple[str, bool]:
    """Return FCM's error code, "" if there is none to read, and whether it blames the target field."""
    try:
        error = json.loads(body)["error"]
        details = [detail for detail in error.get("details", []) if isinstance(detail, dict)]
        code = next((detail["errorCode"] for detail in details if "errorCode" in detail), error.get("status"))
        fields = {
            violation.get("field") for detail in details for violation in detail.get("fieldViolations", [])
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", False
    return (code if isinstance(code, str) else ""), bool(fields & {"message.token", "message.fid"})


def _make_credential(account: dict):
    from google.auth.exceptions import TransportError as TokenServerError
    from google.auth.transport.requests import Request
    from google.oauth2 import service_account

    class TokenRequest(Request):
        """Stops the library from asking a failing token server again and again while an alert waits."""

        def __call__(self, *args, **kwargs):
            answer = super().__call__(*args, **kwargs)
            if answer.status >= 500 or answer.status in (408, 429):
                raise TokenServerError(f"the token server answered {answer.status}")
            return answer

    class Credential(service_account.Credentials):
        """A service account that asks only for tokens, over a bounded session.

        The library's own would also look up a regional boundary in the background, at yet another host.
        """

        token_request = TokenRequest(wire.mount(requests.Session(), carries_message=False))

        def refresh(self, request) -> None:
            super().refresh(self.token_request)

        def before_request(self, request, method, url, headers) -> None:
            if not self.valid:
                self.refresh(request)
            self.apply(headers)

    return Credential.from_service_account_info(account, scopes=[SCOPE])
