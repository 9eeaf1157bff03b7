"""Is the database set so that what it has committed survives a power cut?"""

from django.db import connections

#: Settings of PostgreSQL that must hold, and the values that keep a committed report safe.
DURABLE = {
    "fsync": {"on"},
    "full_page_writes": {"on"},
    "synchronous_commit": {"on", "remote_apply", "remote_write", "local"},
}


def unsafe_settings(alias: str = "default") -> dict[str, str]:
    """The settings of DURABLE that this database has otherwise, with their values; empty is good.

    Asks over one of our own connections, since synchronous_commit may differ by role or database.
    """
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(DURABLE)])
        found = dict(cursor.fetchall())
    return {name: found.get(name, "unknown") for name, good in DURABLE.items() if found.get(name) not in good}
