"""Deskbridge's settings: one file, safe by default, every choice an environment variable.

The variables are listed in `docs/configuration.md`.
"""

from pathlib import Path
from typing import Any

import environ
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from project import __version__
from project.keys import read_key, state_folder

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
DESK_VAR = state_folder()

# Where it runs --------------------------------------------------------------------------------------------------------
DEBUG = env.bool("DESK_DEBUG", default=False)
SECRET_KEY = read_key("DESK_SECRET_KEY", "secret-key")
DESK_FIELD_KEYS = read_key("DESK_FIELD_KEYS", "field-keys").replace(",", " ").split()
DESK_HOST = env.str("DESK_HOST", default="127.0.0.1")
DESK_PORT = env.int("DESK_PORT", default=8000)
# Brands bring their own host names: apps.brands.middleware refuses every other one.
DESK_ALLOWED_HOSTS = env.list("DESK_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", DESK_HOST])
ALLOWED_HOSTS = ["*"]
DESK_OUTBOUND_ALLOW = env.list("DESK_OUTBOUND_ALLOW", default=[])
DESK_HTTPS = env.bool("DESK_HTTPS", default=False)
DESK_FEEDS_INTERVAL = env.int("DESK_FEEDS_INTERVAL", default=60)
DESK_WEB_PROCESSES = env.int("DESK_WEB_PROCESSES", default=1)
DESK_WEB_THREADS = env.int("DESK_WEB_THREADS", default=8)
DESK_MAX_UPLOAD_MB = env.int("DESK_MAX_UPLOAD_MB", default=32)
DESK_ATTACHMENT_MB = env.int("DESK_ATTACHMENT_MB", default=20)
DESK_ACCESS_LOG = env.bool("DESK_ACCESS_LOG", default=False)
# Only these may say, with X-Forwarded-For and X-Forwarded-Proto, whom they speak for.
DESK_TRUSTED_PROXIES = env.list("DESK_TRUSTED_PROXIES", default=[])

# Applications ---------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "unfold.contrib.import_export",
    "unfold.contrib.reversion",
    "apps.core.apps.ManagementConfig",  # the Django admin with our site in it
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "import_export",
    "reversion",
    "django_rq",
    "axes",
    "apps.core",
    "apps.brands",
    "apps.accounts",
    "apps.notifications",
    "apps.connected_services",
    "apps.feeds",
    "apps.tickets",
    "apps.connections",
    "apps.portal",
    "project",  # its commands
]
MIDDLEWARE = [
    "apps.core.problems.ProblemMiddleware",  # sees what all others answer
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "apps.brands.middleware.BrandMiddleware",  # before whatever redirects: it knows which host names are ours
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.accounts.middleware.LocaleMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
ASGI_APPLICATION = "project.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
# Long lists of plain words (*.jinja): Django's own templates take most of such a page's time.
TEMPLATES.append({"BACKEND": "django.template.backends.jinja2.Jinja2", "DIRS": [BASE_DIR / "templates"]})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Data -----------------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DESK_VAR / 'deskbridge.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

REDIS_URL = env.str("REDIS_URL", default=f"unix://{DESK_VAR / 'valkey.sock'}?db=0")
CACHES = {
    "default": {
        "BACKEND": "apps.core.cache.ForgivingValkeyCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "desk",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    },
    # Rendered fragments, each keyed by what it was made from: local memory needs no round trip.
    "fragments": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 500}},
}
_QUEUE = {"URL": REDIS_URL, "DEFAULT_TIMEOUT": 600, "SERIALIZER": "rq.serializers.JSONSerializer"}
RQ_QUEUES = dict.fromkeys(("high", "default", "low"), _QUEUE)
RQ = {"COMMIT_MODE": "auto", "WORKER_CLASS": "apps.core.worker.DeskWorker"}

# Files ----------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DESK_VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DESK_VAR / "uploads"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "attachments": {"BACKEND": "apps.core.files.PrivateStorage", "OPTIONS": {"location": DESK_VAR / "attachments"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 2000  # too many for a message; refused by its form, which keeps what was typed

# People ---------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "apps.accounts.backends.NameOrEmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "portal:login"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "portal:home"
AXES_HANDLER = "apps.accounts.guard.Guard"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 5 / 60  # hours: ten failures, then five minutes of rest
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_USERNAME_CALLABLE = "apps.accounts.backends.attempted_account"
AXES_CLIENT_IP_CALLABLE = "apps.accounts.backends.client_address"
AXES_LOCKOUT_CALLABLE = "apps.accounts.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

# E-mail: to a folder of files until a server is named (smtp+tls://user:password@host:587)
_mail = env.email("DESK_EMAIL_URL", default="filemail://")
MAILERS: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": _mail["EMAIL_BACKEND"],
        "OPTIONS": {
            "host": _mail["EMAIL_HOST"],
            "port": _mail["EMAIL_PORT"] or 25,
            "username": _mail["EMAIL_HOST_USER"] or "",
            "password": _mail["EMAIL_HOST_PASSWORD"] or "",
            "use_tls": _mail.get("EMAIL_USE_TLS", False),
            "use_ssl": _mail.get("EMAIL_USE_SSL", False),
            "timeout": 20,
        },
    }
}
if "smtp" not in _mail["EMAIL_BACKEND"]:
    MAILERS["default"]["OPTIONS"] = (
        {"file_path": str(DESK_VAR / "mail")} if "filebased" in _mail["EMAIL_BACKEND"] else {}
    )
DEFAULT_FROM_EMAIL = env.str("DESK_EMAIL_FROM", default="Deskbridge <support@localhost>")

# Languages and time ---------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# Security -------------------------------------------------------------------------------------------------------------
SESSION_COOKIE_NAME = "desk_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = DESK_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if DESK_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = DESK_HTTPS
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "apps.portal.views.csrf_failure"
# The portal's policy; the management interface widens it for Alpine (apps.core.sites).
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "frame-src": [CSP.SELF],  # messages in HTML, each in a sandbox
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}

# Import and export ----------------------------------------------------------------------------------------------------
# Files with more rows are checked and imported by a worker.
DESK_IMPORT_JOB_ROWS = env.int("DESK_IMPORT_JOB_ROWS", default=2000)
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "add"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"

# The management interface's look --------------------------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": "Deskbridge",
    "SITE_HEADER": "Deskbridge",
    "SITE_SUBHEADER": _("Management interface"),
    "SITE_SYMBOL": "support_agent",
    "SITE_VERSION": __version__,
    "SITE_URL": None,
    "SHOW_LANGUAGES": True,
    "LANGUAGES": {"navigation": [{"code": code, "name_local": name} for code, name in LANGUAGES]},
    "SHOW_BACK_BUTTON": True,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "project.dashboard.dashboard",
    "ACCOUNT": {"navigation": "project.navigation.account_links"},
    "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": "project.navigation.sidebar"},
    "TABS": "project.navigation.tabs",
    "COMMAND": {"search_models": [], "search_callback": "project.navigation.search", "show_history": False},
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.6)",
            "100": "oklch(93.2% .032 255.6)",
            "200": "oklch(88.2% .059 254.1)",
            "300": "oklch(80.9% .105 251.8)",
            "400": "oklch(70.7% .165 254.6)",
            "500": "oklch(62.3% .19 259.8)",
            "600": "oklch(54.6% .215 262.9)",
            "700": "oklch(48.8% .217 264.4)",
            "800": "oklch(42.4% .18 265.6)",
            "900": "oklch(37.9% .138 265.5)",
            "950": "oklch(28.2% .091 267.9)",
        }
    },
    "STYLES": ["project.navigation.management_style"],
    "SCRIPTS": ["project.navigation.management_script"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "apps": {"level": "INFO"},
        "project": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # anybody may knock under a wrong name
        # Anybody may send too much; it is refused with a page of its own.
        "django.security.RequestDataTooBig": {"level": "CRITICAL"},
        "django.security.TooManyFieldsSent": {"level": "CRITICAL"},
        "django.security.TooManyFilesSent": {"level": "CRITICAL"},
        "rq": {"level": "WARNING"},
    },
}
