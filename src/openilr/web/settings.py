"""Django's settings, from the environment, with safe defaults. ``openilr.web.service`` sets what a store needs.

OPENILR_STORE          the folder of the store; needed
OPENILR_DATABASE_URL   postgresql://user:password@host:port/name for the service's own tables; else SQLite in the store
OPENILR_SECRET_KEY     the signing key; if unset it is made once and kept in a private file in the store
OPENILR_HOSTS          host names that the service answers to, with commas; the loopback names if unset
OPENILR_HTTPS          1 where people reach it over HTTPS (as they must outside one machine): secure cookies, HSTS
OPENILR_PROXY          with OPENILR_HTTPS, the address of the server in front if it is not 127.0.0.1
OPENILR_CLOSE_AFTER    days after their end on which projects are closed by themselves; unset: stewards close them
OPENILR_SECURITY_TXT   where to report a weakness, such as mailto:security@example.org
"""

from __future__ import annotations

import os
from pathlib import Path

from openilr.web import areas, secret
from openilr.web.database import database

STORE = Path(os.environ["OPENILR_STORE"])
PRIVATE = secret.private_folder(STORE)
UPLOADS = PRIVATE / "uploads"

SECRET_KEY = os.environ.get("OPENILR_SECRET_KEY") or secret.signing_key(PRIVATE)
DEBUG = False
CLOSE_AFTER = os.environ.get("OPENILR_CLOSE_AFTER")
SECURITY_TXT = os.environ.get("OPENILR_SECURITY_TXT", "").partition("\n")[0].strip()
HTTPS = os.environ.get("OPENILR_HTTPS") == "1"
ALLOWED_HOSTS = [h for h in os.environ.get("OPENILR_HOSTS", "").split(",") if h] or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    *areas.apps(),
]
MIDDLEWARE = [
    "openilr.web.middleware.security_headers",
    "openilr.web.middleware.one_spelling_of_the_api",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "openilr.web.middleware.plain_faults",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "openilr.web.middleware.session_limits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "openilr.web.urls"
WSGI_APPLICATION = "openilr.web.service.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [],
        "OPTIONS": {
            "environment": "openilr.web.pages.environment",
            "context_processors": ["openilr.web.pages.every_page"],
        },
    },
]

DATABASES = {"default": database(PRIVATE / "service.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "accounts:home"
LOGOUT_REDIRECT_URL = "public:home"

#: Five wrong passwords for a name from one address, and the pair waits for a quarter of an hour.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_CALLABLE = "openilr.web.accounts.views.locked_out"
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["axes.W003", "security.W004", "security.W008", "security.W012", "security.W016"]
OTP_TOTP_ISSUER = "OpenILR"

#: A session ends after half an hour of nothing, and after ten hours in any case (``middleware.session_limits``).
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_LONGEST = 10 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "openilr.web.errors.refused_form"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
FILE_UPLOAD_TEMP_DIR = secret.private_folder(STORE, "incoming")
FILE_UPLOAD_PERMISSIONS = 0o600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

STATIC_URL = "/static/"
STATICFILES_DIRS = [Path(__file__).parent / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

#: Requests are not logged: addresses may hold what somebody looked for. Faults say where they are, not with what data.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "plain"},
        "nobody": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django.request": {"handlers": ["nobody"], "propagate": False},
        "django.security.DisallowedHost": {"handlers": ["nobody"], "propagate": False},
        "django.security.csrf": {"handlers": ["nobody"], "propagate": False},
        "axes": {"handlers": ["nobody"], "propagate": False},
    },
}
