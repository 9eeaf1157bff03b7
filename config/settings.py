"""Settings of Suar. Values come from the environment; .env.example tells what each is for.

Precedence: real environment, then `.env`, then `var/env` (written by config.localservices).
Mistakes between values are system checks, in config/checks.py.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF

from config import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
env.load_files(BASE_DIR)

# --- The service and its address ---
DEBUG = env.flag("DEBUG")
SECRET_KEY = env.text("SECRET_KEY", "django-insecure-only-for-development")
PORT = env.integer("PORT", 8000, least=1, most=65535)
#: The one origin that phones and carriers call; webhooks are signed over it, whatever Host says.
PUBLIC_ORIGIN = env.origin("PUBLIC_ORIGIN", f"http://127.0.0.1:{PORT}")
HTTPS = PUBLIC_ORIGIN.startswith("https://")
# Loopback names besides, so that probes and the supervisor on the same machine are answered.
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS", [urlsplit(PUBLIC_ORIGIN).hostname, "127.0.0.1", "localhost", "[::1]"]
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_ORIGIN]
#: True where a proxy ends TLS and sets X-Forwarded-Proto itself.
BEHIND_PROXY = env.flag("BEHIND_PROXY")
METRICS_TOKEN = env.secret("METRICS_TOKEN")

# --- Database, broker, cache ---
#: 0 opens a connection for each request, for use behind an outside pooler.
DB_POOL_MAX = env.integer("DB_POOL_MAX", 12, least=0, most=200)
DATABASES = {
    "default": env.database("DATABASE_URL")
    or {"ENGINE": "django.contrib.gis.db.backends.postgis", "NAME": "suar"}
}
# Django's own, with a watch before it: nobody waits for a database that is known to be away.
DATABASES["default"]["ENGINE"] = "config.postgis"
# A new PostGIS connection costs the server about 29 ms of CPU: always pool.
DATABASES["default"]["CONN_MAX_AGE"] = 0
# Asks each connection before it is used: after a restart of PostgreSQL none fails the request that gets it.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 2)
if DB_POOL_MAX:
    # Statements prepared on their second use and kept with the pooled connection: half the server's CPU
    # (docs/decisions/0004). Not behind an outside pooler, which hands connections from one to another.
    DATABASES["default"]["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 1}
    # In an outage 2 s are waited; the pool tries anew when it is asked, not after a pause that grows.
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": DB_POOL_MAX,
        "timeout": 2,
        "reconnect_timeout": 1,
    }
ATOMIC_REQUESTS = False
#: Where requests are kept, encrypted, while the database is away: a folder on this machine's own disk.
SPOOL_ROOT = Path(env.text("SPOOL_ROOT", str(BASE_DIR / "var" / "spool")))
#: No more than this is kept there, in MiB; a quarter of it is for what carriers bring alone.
SPOOL_MOST_MB = env.integer("SPOOL_MOST_MB", 1024, least=1, most=1_000_000)
#: Only the tests' own cluster sets this; a service on such a database may lose a distress call.
ALLOW_NON_DURABLE_DATABASE = env.flag("ALLOW_NON_DURABLE_DATABASE")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Empty: no broker. What a life hangs on never needs one.
REDIS_URL = env.address("REDIS_URL", env.REDIS_SCHEMES)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- Who reported is a secret ---
#: The first key encrypts, all decrypt.
IDENTITY_KEYS = env.fernet_keys("IDENTITY_KEYS")
#: Keyed hash of phone numbers; references are derived with it too.
IDENTITY_HASH_KEY = env.secret("IDENTITY_HASH_KEY")

# --- Carriers ---
TWILIO_ACCOUNT_SID = env.pattern("TWILIO_ACCOUNT_SID", "", r"AC[0-9a-fA-F]{32}", "AC and 32 hex digits")
TWILIO_AUTH_TOKEN = env.secret("TWILIO_AUTH_TOKEN")
TWILIO_FROM = env.pattern(
    "TWILIO_FROM",
    "",
    r"\+[0-9]{6,15}|MG[0-9a-fA-F]{32}|[A-Za-z0-9]{3,11}",
    "a number with +, a short code or a service id",
)
#: Key name to secret, for webhooks signed with HMAC_SHA256.
TWILIO_SIGNING_KEYS = env.mapping("TWILIO_SIGNING_KEYS")
TWILIO_API_BASE = env.origin("TWILIO_API_BASE")
FIREBASE_CREDENTIALS = env.file("FIREBASE_CREDENTIALS")
FCM_BASE = env.origin("FCM_BASE")
CARRIER_CONNECT_TIMEOUT_S = env.number("CARRIER_CONNECT_TIMEOUT_S", 3, most=30)
CARRIER_TOTAL_TIMEOUT_S = env.number("CARRIER_TOTAL_TIMEOUT_S", 8, most=60)

SIMULATED_CARRIERS = not TWILIO_ACCOUNT_SID
_RECORDER = "alerts.transports.memory.Recorder"
TRANSPORTS = {
    "push": "alerts.transports.push.Fcm" if FIREBASE_CREDENTIALS else _RECORDER,
    "sms": _RECORDER if SIMULATED_CARRIERS else "alerts.transports.sms.TwilioSms",
    "voice": _RECORDER if SIMULATED_CARRIERS else "alerts.transports.voice.TwilioVoice",
}
#: Who may use the simulated phones: nobody, staff, or whoever opens the page.
PHONES = env.choice("PHONES", "staff" if SIMULATED_CARRIERS else "off", ("off", "staff", "open"))

# --- Dispatch ---
#: Multiplies every time of the escalation ladder; below 1 only in a demo or a drill.
LADDER_SCALE = env.number("LADDER_SCALE", 1, most=1)
#: Silent for longer, and last seen at sea: no rule sends that unit.
OLDEST_FIX = timedelta(hours=env.integer("OLDEST_FIX_H", 24, least=1, most=8760))
DISPATCHER_POLL_S = env.number("DISPATCHER_POLL_S", 0.5, most=60)
DISPATCHER_LEASE_S = env.number("DISPATCHER_LEASE_S", 12, most=3600)
DISPATCHER_THREADS = env.integer("DISPATCHER_THREADS", 8, least=1, most=64)
#: How long every fix of every unit is kept for the audit.
UNIT_TRACK_DAYS = env.integer("UNIT_TRACK_DAYS", 180, least=1, most=3660)
#: How long after its last word on AIS a vessel is forgotten.
VESSEL_HOURS = env.integer("VESSEL_HOURS", 24, least=1, most=720)
#: Receivers that run_ais listens to; empty: no such process.
AIS_SOURCE = env.endpoints("AIS_SOURCE", {"tcp", "tcp-listen", "udp"})
#: Seconds between two rounds of the auditor, and between two signs of life of a process.
AUDITOR_PERIOD_S = env.number("AUDITOR_PERIOD_S", 15, most=300)
PULSE_S = env.number("PULSE_S", 5, most=60)
#: An outside watch that alarms when this address is no longer asked for.
HEARTBEAT_URL = env.address("HEARTBEAT_URL", {"https", "http"})
#: Kinds of process that must always give a sign of life.
AUDITOR_EXPECTS = env.words(
    "AUDITOR_EXPECTS",
    [
        "web",
        "dispatcher",
        "spool",
        *(["worker", "beat"] if REDIS_URL else []),
        *(["ais"] if AIS_SOURCE else []),
    ],
)
#: Where the auditor asks the web processes whether they answer.
AUDITOR_WEB_URLS = env.words("AUDITOR_WEB_URLS", [f"http://127.0.0.1:{PORT}/readyz"])
#: Told to reporters so that they can call, and texted when the service itself is in trouble; may be empty.
OPERATIONS_NUMBER = env.pattern("OPERATIONS_NUMBER", "", r"\+?[0-9][0-9 -]{1,17}", "a phone number, or empty")
#: For numbers written without a country code.
DEFAULT_COUNTRY = env.pattern(
    "DEFAULT_COUNTRY", "MY", r"[A-Z]{2}", "two capital letters such as PH (ISO 3166)"
)

#: Of the logins that load_demo_data makes; without one it makes one up and prints it once.
DEMO_PASSWORD = env.text("DEMO_PASSWORD")

# --- Applications ---
AUTH_USER_MODEL = "communities.User"
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
INSTALLED_APPS = [
    "config.apps.WiringConfig",
    "communities.apps.CommunitiesConfig",
    "reports.apps.ReportsConfig",
    "alerts.apps.AlertsConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "leaflet",
    "axes",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.language.LanguageOfPages",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",  # last, as django-axes asks
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ]
        },
    }
]

# --- Logging in ---
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "admin:login"
# By name and address together: a stranger who guesses cannot lock a duty officer out of the desk.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "config.proxy.client_address"

# --- API ---
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "communities.authentication.DeviceAuthentication",
        "communities.authentication.StaffTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    # A view that names no permission of its own is shut to all but staff.
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    # JSON alone: other body types found their way to a 500 in serializers (uploads ask for multipart).
    "DEFAULT_PARSER_CLASSES": ["communities.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.problems.exception_handler",
    "UNICODE_JSON": True,
}
REST_KNOX = {"TOKEN_TTL": timedelta(days=90)}
SPECTACULAR_SETTINGS = {
    "TITLE": "Suar",
    "DESCRIPTION": "Carries a fisher's word from any phone to the patrol unit that can act on it, and back.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "ENUM_NAME_OVERRIDES": {
        "IncidentStatus": "reports.models.Incident.Status",
        "DispatchStatus": "alerts.models.Dispatch.Status",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- Limits on what comes in ---
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes of a body without its files
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes; a larger photo waits on disk
FILE_UPLOAD_PERMISSIONS = 0o600

# --- Chart ---
#: Pictures below the chart's names, {z}, {x} and {y} for the tile; empty: the shipped land alone, which needs
#: no internet. Whoever serves them learns what the desk looks at.
MAP_TILES = env.pattern(
    "MAP_TILES",
    "",
    r"(?=.*\{z\})(?=.*\{x\})(?=.*\{y\})https?://[A-Za-z0-9.:-]+/[^\s\"'<>;,]+",
    "an address such as https://tiles.example.org/{z}/{x}/{y}.png",
)
MAP_TILES_CREDIT = env.text("MAP_TILES_CREDIT")
tile_origin = [f"{tiles.scheme}://{tiles.netloc}" for tiles in [urlsplit(MAP_TILES)] if tiles.netloc]

# --- Browser security ---
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT = (
    HTTPS and not DEBUG
)
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS and not DEBUG else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = bool(SECURE_HSTS_SECONDS)
# Probes on the machine itself speak plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 12 * 3600  # one watch
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE, LANGUAGE_COOKIE_AGE = True, "Lax", 365 * 24 * 3600
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:", *tile_origin],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Files ---
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(BASE_DIR / "var" / "media")))
#: Names with a hash in them, served for ever; needs `manage.py collectstatic`.
HASHED_STATIC = not DEBUG and env.flag("HASHED_STATIC", True)
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not HASHED_STATIC
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if HASHED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- Language, time ---
LANGUAGE_CODE = env.choice("LANGUAGE_CODE", "en", ("en", "ms", "id", "fil", "vi", "th", "ta"))
#: In which an officer may read the pages, each named in itself; locale/ has the words.
PAGE_LANGUAGES = [
    ("en", "English"),
    ("ms", "Bahasa Melayu"),
    ("id", "Bahasa Indonesia"),
    ("fil", "Filipino"),
]
LANGUAGES = PAGE_LANGUAGES + [(LANGUAGE_CODE, LANGUAGE_CODE)] * (LANGUAGE_CODE not in dict(PAGE_LANGUAGES))
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True  # UTC in the database; TIME_ZONE is what people read
TIME_ZONE = env.time_zone("TIME_ZONE", "Asia/Kuala_Lumpur")

# --- Checks ---
# gis.W001: GDAL before 3.12 may fetch a URL given as a spatial reference. Debian 12 and 13 ship such
# a GDAL, so no text from outside may reach SpatialReference, `srid`, GEOSGeometry(str) or a lookup.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]

# --- Celery: what may wait ---
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A publisher gives up at once: a web request never waits for Redis.
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 1, "socket_timeout": 5, "max_retries": 0}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_POOL = "threads"  # 70 MB against 198 MB for two processes; the work waits on disk and network
CELERY_WORKER_CONCURRENCY = 4
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
# Every minute what is fresh; every hour far enough back for a carrier or a service that was away.
_FRESH = {"schedule": timedelta(seconds=60), "kwargs": {"hours": 2}, "options": {"expires": 55}}
_OF_DAYS = {"schedule": timedelta(hours=1), "kwargs": {"hours": 72}, "options": {"expires": 3000}}
# Nothing a life hangs on belongs here: deadlines are rows, and the dispatcher reads them.
CELERY_BEAT_SCHEDULE = {
    "shrink-waiting-photos": {
        "task": "reports.tasks.shrink_waiting_photos",
        "schedule": timedelta(minutes=5),
    },
    "import-missed-messages": {"task": "alerts.tasks.import_missed_messages", **_FRESH},
    "import-messages-missed-for-days": {"task": "alerts.tasks.import_missed_messages", **_OF_DAYS},
    "fetch-photos": {"task": "alerts.tasks.fetch_photos", **_FRESH},
    "fetch-photos-of-days": {"task": "alerts.tasks.fetch_photos", **_OF_DAYS},
    # Shows that beat, the broker and a worker hear each other.
    "pulse": {
        "task": "alerts.tasks.pulse",
        "schedule": timedelta(seconds=3 * PULSE_S),
        "options": {"expires": 6 * PULSE_S},
    },
    "keep-tracks": {
        "task": "alerts.tasks.keep_tracks",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3000},
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(BASE_DIR / "var" / "beat-schedule")

# --- Logs ---
LOG_JSON = env.flag("LOG_JSON")
LOG_LEVEL = env.choice("LOG_LEVEL", "info", ("debug", "info", "warning", "error")).upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "config.logs.LineFormatter"},
        "json": {"()": "config.logs.JsonFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json" if LOG_JSON else "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Django's own handlers would print a record a second time, with its numbers unmasked.
    "loggers": {
        "django": {"handlers": [], "propagate": True, "level": "INFO"},
        "django.server": {"handlers": [], "propagate": True, "level": "INFO"},
        "axes": {"level": "WARNING"},
        # Scanners knock with any name; each is answered 400, and fills no log with a traceback.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "celery.redirected": {"level": "WARNING"},
    },
}
