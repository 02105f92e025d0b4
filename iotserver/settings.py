"""Settings, all from the environment or an optional `.env`. `.env.example` explains each."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import environ
from tzlocal import get_localzone_name

from iotserver.first_run import read_or_create
from iotserver.log_formats import logging_config
from stations.peers import parse_proxies

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if (BASE_DIR / ".env").exists():  # else a line in the log, though nothing is amiss
    environ.Env.read_env(BASE_DIR / ".env")

# --- the household ---------------------------------------------------------

DATA_DIR = Path(env.str("DATA_DIR", default="data"))
if not DATA_DIR.is_absolute():
    DATA_DIR = BASE_DIR / DATA_DIR
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
BACKUP_DIR = BASE_DIR / (env.str("BACKUP_DIR", default="") or DATA_DIR / "backups")

TIME_ZONE = env.str("TIME_ZONE", default="") or get_localzone_name() or "UTC"
DEFAULT_TEMPERATURE_UNIT = env.str("TEMPERATURE_UNIT", default="C")
PUBLIC_DASHBOARD = env.bool("PUBLIC_DASHBOARD", default=False)
MAX_SENSORS_PER_STATION = env.int("MAX_SENSORS_PER_STATION", default=16)
MAX_READING_AGE_DAYS = env.int("MAX_READING_AGE_DAYS", default=366)
IMPORT_MAX_MB = env.int("IMPORT_MAX_MB", default=1_000)  # handed in through the browser
# Readings of a station, and refused requests of an address: a minute, and at one go.
STATION_RATE_LIMIT = env.float("STATION_RATE_LIMIT", default=1_200)
STATION_RATE_BURST = env.int("STATION_RATE_BURST", default=1_000_000)
REFUSAL_RATE_LIMIT = env.float("REFUSAL_RATE_LIMIT", default=60)
REFUSAL_RATE_BURST = env.int("REFUSAL_RATE_BURST", default=1_000)

# --- where and how it is served -------------------------------------------

HOST = env.str("HOST", default="0.0.0.0")
PORT = env.int("PORT", default=8000)
HTTPS = env.bool("HTTPS", default=False)
DEBUG = env.bool("DEBUG", default=False)
# Whose X-Forwarded-For and X-Forwarded-Proto are believed: nobody's, unless pages come
# through a proxy. Without one they are what anybody writes.
_PROXIES = env.str("FORWARDED_ALLOW_IPS", default="127.0.0.1,::1" if HTTPS else "")
TRUSTED_PROXIES = parse_proxies(_PROXIES.split(","))
# Names of this house's network always work (iotserver.middleware); these are more.
EXTRA_HOSTS = env.list("ALLOWED_HOSTS", default=[])
ALLOWED_HOSTS = ["*"]  # iotserver.middleware.HouseholdHostMiddleware decides

SECRET_KEY = env.str("SECRET_KEY", default="") or read_or_create(DATA_DIR / "secret_key", 48)
ADMIN_PASSWORD_FILE = DATA_DIR / "admin_password"

WSGI_APPLICATION = "iotserver.wsgi.application"
ASGI_APPLICATION = "iotserver.asgi.application"
ROOT_URLCONF = "iotserver.urls"
# A board's old HTTP client raises on a redirect and leaks a socket each time.
APPEND_SLASH = False

INSTALLED_APPS = [
    "iotserver",
    "dashboard",
    "alerts",
    "history",
    "upkeep",
    "firmware",
    "viewers",
    "readings",
    "stations",
    "rest_framework",
    "drf_spectacular",
    "axes",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "iotserver.middleware.CoreMiddleware",
    "iotserver.middleware.ProxyMiddleware",
    "iotserver.middleware.HouseholdHostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "iotserver.middleware.PolicyHeadersMiddleware",
    "iotserver.middleware.CookieMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "viewers.middleware.LanguageMiddleware",
    "viewers.middleware.LinkUseMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
if DEBUG:
    MIDDLEWARE.insert(0, "iotserver.middleware.RedactDebugPagesMiddleware")

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- database --------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR}/db.sqlite3")}
# Under ASGI each request has a thread of its own, so a connection kept open
# would never be used again. The ingest front keeps its one connection itself.
DATABASES["default"]["CONN_MAX_AGE"] = 0
# One transaction around each request would hold the only write lock while pages
# render: 32 to 57 % of writes failed.
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL: a Pi loses power, and what was acknowledged must be on the card.
        # A checkpoint after 3,500 pages of the WAL file (14 MB) in place of 1,000: commits touch
        # the same pages again and again, and all writers wait meanwhile. A long reader, such as
        # a backup, lets the file grow; it shrinks back to 16 MB.
        "init_command": (
            "PRAGMA wal_autocheckpoint=3500; PRAGMA journal_size_limit=16000000;"
            " PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            " PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;"
        ),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- signing in --------------------------------------------------------------

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = "sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it may say no
    "django.contrib.auth.backends.ModelBackend",
]
# One name from one address: whoever tries out passwords locks nobody else out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "iotserver.sign_in.client_address"
AXES_USERNAME_CALLABLE = "iotserver.sign_in.counted_name"
AXES_CLIENT_STR_CALLABLE = "iotserver.sign_in.client_text"
AXES_LOCKOUT_CALLABLE = "iotserver.sign_in.locked_out"
AXES_SENSITIVE_PARAMETERS = ["username", "password", "csrfmiddlewaretoken", "next"]
AXES_DISABLE_ACCESS_LOG = True  # nobody would ever tidy it
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SESSION_COOKIE_AGE = 365 * 86_400  # a phone on the kitchen table stays signed in

# --- security ---------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
# Browsers take such a cookie from this very host over HTTPS alone: no neighbour plants one.
_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_PREFIX}sessionid", f"{_PREFIX}csrftoken"
LINK_COOKIE_NAME = f"{_PREFIX}household_link"
SECURE_REDIRECT_EXEMPT = [
    r"^/*(update(/|\Z)|[Aa][Pp][Ii]_[Kk][Ee][Yy]=)",
    r"^api/v1/readings/?\Z",
    r"^firmware/(report|manifest|files/)",
    r"^healthz$",
]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# iotserver.middleware.ProxyMiddleware takes it away where it does not come from a proxy.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Not "no-referrer": browsers then send "Origin: null" with forms, which CSRF refuses.
# Device URLs, whose address carries a key, send "no-referrer" themselves.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- language and files ------------------------------------------------------

# Each viewer's own comes first (viewers.middleware). HOUSE_LANGUAGE, since desktops set LANGUAGE.
LANGUAGE_CODE = env.str("HOUSE_LANGUAGE", default="") or "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("es", "Español"), ("fr", "Français")]
# Compiled by `serve` from locale/, which holds what translators write.
LOCALE_PATHS = [DATA_DIR / "locale"]
FORMAT_MODULE_PATH = ["iotserver.formats"]
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "servestatic.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# --- API ----------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["viewers.permissions.MayView"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "iotserver",
    "DESCRIPTION": "The household's weather stations and what they measured.",
    "VERSION": "1",
    "SERVE_PERMISSIONS": ["viewers.permissions.MayView"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "readings.batch_schema.add_batch",
    ],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

# --- logs -----------------------------------------------------------------------

LOGGING = logging_config(
    env.str("LOG_LEVEL", default="INFO"), env.str("LOG_FORMAT", default="line")
)
