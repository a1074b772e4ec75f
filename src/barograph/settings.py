"""Django's settings. What an operator sets comes from base/environment.py."""

import sys
from zoneinfo import available_timezones

from barograph.base import environment, logs, modes

try:
    ENVIRONMENT = environment.read()
    _database = environment.database(ENVIRONMENT.database_url)
except environment.EnvironmentProblem as problem:
    sys.stderr.write(f"{problem}\n")
    raise SystemExit(1) from None

DATA = ENVIRONMENT.data
DATABASE_FILES = environment.database_files(ENVIRONMENT.database_url)
modes.close(DATA, *DATABASE_FILES)
BASE_URL = ENVIRONMENT.base_url
SECRET_KEY = ENVIRONMENT.secret_key
ADDRESS_KEY = ENVIRONMENT.address_key
LATER_ADDRESS_KEYS = ENVIRONMENT.later_address_keys
ADDRESS_KEY_IS_KEPT = ENVIRONMENT.address_key_is_kept
ADDRESS_KEY_IS_NEW = ENVIRONMENT.address_key_is_new
SECRET_KEY_IS_NEW = ENVIRONMENT.secret_key_is_new
SMTP = ENVIRONMENT.smtp
DEMO = ENVIRONMENT.demo
ONION_URL = ENVIRONMENT.onion_url
WEBSUB_URL = ENVIRONMENT.websub_url
BOUNCES = ENVIRONMENT.bounces
MAIL_PROVIDER = ENVIRONMENT.provider
MAIL_RULES = ENVIRONMENT.mail_rules
MACHINE_TRANSLATION = ENVIRONMENT.machine_translation
SECOND_FACTOR = ENVIRONMENT.second_factor
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies
DEBUG = False
# Links are made from BASE_URL, never from the request. On this machine alone, as in a demo, only its own names are
# answered: a page of somebody else's in the operator's browser could lead its name here (DNS rebinding).
_HOST = environment.urlsplit(BASE_URL).hostname or ""
ALLOWED_HOSTS = [*sorted(environment.LOOPBACK), "[::1]", "testserver"] if _HOST in environment.LOOPBACK else ["*"]
HTTPS = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "barograph.demo",
    "barograph.publishing",
    "barograph.api",
    "barograph.desk",
    "barograph.interchange",
    "barograph.website",
    "barograph.feeds",
    "barograph.search",
    "barograph.newsletter",
    "barograph.delivery",
    "barograph.subscribers",
    "barograph.editions",
    "barograph.commentaries",
    "barograph.scenarios",
    "barograph.panel",
    "barograph.issues",
    "barograph.people",
    "barograph.machines",
    "barograph.base",
    "barograph.desk.snippets.SnippetsConfig",
    "barograph.desk.users.UsersConfig",
    "wagtail.images",
    "wagtail.documents",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp_webauthn",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "barograph.website.headers.PublicHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "barograph.desk.gate.SecondFactorGate",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "barograph.urls"
ASGI_APPLICATION = "barograph.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": {**_database, "CONN_MAX_AGE": 0}}
AUTH_USER_MODEL = "people.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "barograph.people.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "mail", "site"]}}

LANGUAGE_CODE = "en"
LANGUAGES = [("be", "Беларуская"), ("ru", "Русский"), ("en", "English")]
_HERE = environment.Path(__file__).parent
LOCALE_PATHS = [str(_HERE / "locale"), str(_HERE / "desk/wagtail_locale")]  # the first that knows a string says it
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = ["barograph.base.formats"]

STATIC_URL = "/desk/static/"
STATIC_ROOT = DATA / "static"
MEDIA_URL = "/desk/media/"
MEDIA_ROOT = DATA / "media"

SESSION_ENGINE = "barograph.people.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_PATH = "/desk/"
CSRF_COOKIE_PATH = "/desk/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
#: With https browsers take such cookies from https alone (RFC 6265bis, 4.1.3). Not __Host-, which would send them along
#: with every public page: it asks for the path /.
COOKIE_PREFIX = "__Secure-" if HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_AGE = None  # until the browser is closed: nothing of the desk stays in it for a year
# An open page goes on saving after a sign-in in another window: it reads the new token. A script of the page could read
# the token in its forms as well, so hiding the cookie would protect nothing.
CSRF_COOKIE_HTTPONLY = False
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # its cookie would go to public pages
CSRF_FAILURE_VIEW = "barograph.desk.once_more.csrf_failure"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"  # the desk: its forms need their origin; public pages say no-referrer
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "SAMEORIGIN"  # the desk's own preview panel frames the preview

FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700  # Django would open them to all accounts

WAGTAIL_SITE_NAME = "Barograph"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAIL_I18N_ENABLED = False
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
# Those that browsers know too: a system's folder of zones also has files like "localtime", which break a script.
WAGTAIL_USER_TIME_ZONES = sorted(name for name in available_timezones() if "/" in name or name == "UTC")
WAGTAILADMIN_USER_LOGIN_FORM = "barograph.desk.sign_in.SignInForm"
WAGTAILADMIN_USER_PASSWORD_RESET_FORM = "barograph.desk.password_reset.DeferredPasswordResetForm"  # noqa: S105
OTP_TOTP_ISSUER = OTP_WEBAUTHN_RP_NAME = "Barograph"
# A passkey belongs to a domain, which an address of figures is not: on this machine alone it is localhost.
OTP_WEBAUTHN_ALLOWED_ORIGINS = [BASE_URL.replace("//127.0.0.1", "//localhost")]
OTP_WEBAUTHN_RP_ID = environment.urlsplit(OTP_WEBAUTHN_ALLOWED_ORIGINS[0]).hostname
OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN = False
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = False
WAGTAILADMIN_RICH_TEXT_EDITORS = {"default": {"WIDGET": "barograph.desk.rich_text.CheckedTextArea"}}
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000
WAGTAILIMAGES_IMAGE_FORM_BASE = "barograph.desk.pictures.BareImageForm"

# The API's document (api/document.py); everything else about the API stands at its views.
REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Barograph",
    "DESCRIPTION": "Drafts, ratings and translations, for people who bring their own tools.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/desk/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "COMPONENT_SPLIT_REQUEST": True,
}

# In which languages a form asks for names and texts: set here, because the fields lie below what knows them.
BAROGRAPH_LANGUAGES = "barograph.issues.services.languages"

# How a draft is shown: set here, because the layer that renders pages lies above the one that holds drafts.
BAROGRAPH_PREVIEW = "barograph.website.preview.render_commentary"

EMAIL_BACKEND = "barograph.delivery.backend.EmailBackend"  # Django's mails go the way all others go
PROVIDER_BACKEND = ""
if MAIL_PROVIDER:
    PROVIDER_BACKEND = f"anymail.backends.{MAIL_PROVIDER.name}.EmailBackend"
    ANYMAIL = MAIL_PROVIDER.settings
    BAROGRAPH_TRANSPORT = "barograph.delivery.transports.anymail.AnymailTransport"
EMAIL_TIMEOUT = 30
MAIL_FROM_NAME, DEFAULT_FROM_EMAIL = ENVIRONMENT.mail_from
DEFAULT_FROM_EMAIL = DEFAULT_FROM_EMAIL or f"bulletin@{environment.urlsplit(BASE_URL).hostname}"
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_REPLY_TO = ENVIRONMENT.mail_reply_to

logs.install()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"barograph": {"level": "INFO"}, "django_tasks_db": {"level": "WARNING"}},
}
