"""The web application as the server of the Procfile runs it."""

from config.buffering import Buffered
from config.wsgi import application as django

# Fewer threads than DB_POOL_MAX, so that no request waits for a connection.
application = Buffered(django, threads=8)
