"""Intake when it cannot be worked on now: the request is kept in the spool, and answered all the same.

A view that mixes this in says how its request is kept and what is answered. Whatever keeps the request from
becoming a row counts: a database that is away, slow, full or lost in the middle of a commit, and a fault of
our own. A replay finds by the key what was committed after all.
"""

import logging

from django.db import InterfaceError, InternalError, OperationalError
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from reports import spool

log = logging.getLogger(__name__)

#: Set by a replay: the time at which the request came first, and its key. No header can have such a name.
RECEIVED_AT = "suar.received_at"
KEY = "suar.key"
AWAY = (OperationalError, InterfaceError, InternalError)


class NothingKept(APIException):
    """Neither database nor spool: whoever sent it has to send it again."""

    status_code = 503
    default_detail = "This cannot be taken now. Send it again."
    wait = 10  # seconds, as Retry-After


class SpooledView:
    """Mix into an APIView, before it: a POST of which no row can be made is kept.

    `signed`: nobody but a carrier comes as far as the spool.
    """

    signed = False

    def to_keep(self, request: Request) -> spool.Kept:
        """What to keep of a request; raises what the request would be refused with (400, 413)."""
        raise NotImplementedError

    def kept_answer(self, request: Request, kept: spool.Kept) -> HttpResponseBase:
        """The answer to a request that is kept: what can be known without a database, and nothing else."""
        raise NotImplementedError

    def dispatch(self, request, *args, **kwargs):
        self.is_replay = RECEIVED_AT in request.META
        self.received_at = request.META.get(RECEIVED_AT) or timezone.now()
        return super().dispatch(request, *args, **kwargs)

    def handle_exception(self, exc: Exception):
        if self.is_replay and isinstance(exc, AWAY):
            raise exc
        if self.request.method != "POST" or self.is_replay:
            return super().handle_exception(exc)
        if not isinstance(exc, AWAY):
            try:
                return super().handle_exception(exc)  # a refusal with a meaning of its own
            except Exception:
                log.exception("intake failed; the request goes to the spool")
        try:
            kept = self.to_keep(self.request)
        except Exception as refusal:
            return super().handle_exception(refusal)
        try:
            kept = spool.append(kept, signed=self.signed)
        except spool.SpoolClosed as closed:
            log.critical("A REQUEST IS NOT KEPT, AND ANSWERED 503: %s", closed)
            return super().handle_exception(NothingKept())
        log.warning("%s request kept in the spool as %s: %s", kept.kind, kept.name, type(exc).__name__)
        return self.kept_answer(self.request, kept)
