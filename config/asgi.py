"""The web application as the server of the Procfile runs it."""

from django.db import connection

from communities.database_watch import watch
from config.buffering import Buffered
from config.wsgi import application as django
from reports import known_places
from reports.reading import read

# Names, words and patterns load now (0.7 s), not while the first fisher waits for an answer.
read("bot 4 12.0N 100 27.0E, 5 batu utara Pulau Pangkor")

# A database that is away is known before the next request has to wait for it.
watch.start(connection.get_connection_params())

# Names of places come from the database, in a thread: a text that is faster is read without them.
known_places.keep_fresh()

from alerts.console.stream import Streamed  # here: Django is set up by now
from alerts.single_fixes import ShortWay

# Fewer threads than DB_POOL_MAX, so that no request waits for a connection. Desks that listen take none.
application = Streamed(ShortWay(Buffered(django, threads=8)))
