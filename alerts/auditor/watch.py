"""Which copy of the auditor is at work: whoever holds one lock in the database; the others stand by.

The lock belongs to a connection of its own. A copy that is killed loses it at once; one that is stopped or
hangs loses it when PostgreSQL ends the idle session.
"""

import logging

import psycopg
from django.conf import settings
from django.db import connection

log = logging.getLogger(__name__)

LOCK = 0x5355415241554449  # "SUARAUDI"
#: Periods without a word after which PostgreSQL ends the session of a copy that hangs.
IDLE_PERIODS = 3
TIMEOUT_MS = 3000


class Watch:
    """This copy's claim to be the one at work. For one thread."""

    def __init__(self) -> None:
        self.session: psycopg.Connection | None = None
        self.held = False

    def hold(self) -> bool:
        """Whether this copy is at work now; takes the watch if nobody has it. Raises psycopg.Error."""
        try:
            return self._hold()
        except psycopg.OperationalError:  # the session was ended, or the server restarted
            self.let_go()
            return self._hold()

    def _hold(self) -> bool:
        if self.session is None:
            self.session = self._connect()
        asked = "SELECT true" if self.held else f"SELECT pg_try_advisory_lock({LOCK})"
        held = self.session.execute(asked).fetchone()[0]
        if held and not self.held:
            log.info("this auditor is at work")
        self.held = held
        return held

    def let_go(self) -> None:
        """Give the watch to whoever stands by."""
        self.held = False
        if self.session is not None:
            self.session.close()
            self.session = None

    @staticmethod
    def _connect() -> psycopg.Connection:
        given = connection.get_connection_params()
        names = ("dbname", "user", "password", "host", "port", "service", "sslmode", "sslrootcert")
        params = {name: given[name] for name in names if name in given}
        return psycopg.connect(
            **params,
            autocommit=True,
            connect_timeout=3,
            tcp_user_timeout=2 * TIMEOUT_MS,
            application_name="suar auditor",
            options=f"-c statement_timeout={TIMEOUT_MS} "
            f"-c idle_session_timeout={int(1000 * IDLE_PERIODS * settings.AUDITOR_PERIOD_S)}",
        )
