"""The database backend that settings name: Django's own, with `communities.database_watch` before it."""

import psycopg
from django.contrib.gis.db.backends.postgis import base

from communities.database_watch import Away, PatientConnection, watch


class DatabaseWrapper(base.DatabaseWrapper):
    """Connections that end their waits, and that are refused at once while the database is away."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        pool = self.settings_dict["OPTIONS"].get("pool")
        if isinstance(pool, dict):
            pool.setdefault("connection_class", PatientConnection)

    def get_new_connection(self, conn_params):
        if watch.away:
            raise Away("the database is away")
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            watch.doubt()
            raise
