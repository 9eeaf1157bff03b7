"""The web application; refuses to serve on a configuration that may lose a report."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from config.checks import refuse_to_serve_on_errors

refuse_to_serve_on_errors()
