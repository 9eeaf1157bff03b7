"""Readers of environment variables: each returns a clean value or stops and names the variable.

A secret's value never appears in a message. An empty variable counts as one that is not set.
"""

import base64
import binascii
import json
import os
import re
import zoneinfo
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
DATABASE_SCHEMES = {"postgis", "postgres", "postgresql"}
REDIS_SCHEMES = {"redis", "rediss", "unix"}

#: Every name that a reader was asked for, so that a test can hold .env.example to it.
names_read: set[str] = set()


def refuse(name: str, wanted: str) -> ImproperlyConfigured:
    """The error for a variable whose value is nonsense: `wanted` says what would be right."""
    return ImproperlyConfigured(f"{name} must be {wanted}. Correct it in the environment or in .env.")


def load_files(root: Path) -> None:
    """Take variables from `.env`, then `var/env`, where the environment has none of that name yet.

    SUAR_ENV_FILES replaces this list (file names relative to `root`, by comma; empty: no file).
    """
    names_read.add("SUAR_ENV_FILES")
    for name in os.environ.get("SUAR_ENV_FILES", ".env,var/env").split(","):
        path = root / name.strip()
        if path.is_file():
            for known in re.findall(r"(?m)^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=", path.read_text()):
                if os.environ.get(known) == "":
                    del os.environ[known]
            environ.Env.read_env(path)


def text(name: str, default: str = "") -> str:
    names_read.add(name)
    return os.environ.get(name, "").strip() or default


def secret(name: str) -> str:
    """A text without white space inside, or empty."""
    value = text(name)
    if re.search(r"\s", value):
        raise refuse(name, "one word without spaces")
    return value


def flag(name: str, default: bool = False) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value not in TRUE | FALSE:
        raise refuse(name, "1 or 0 (also true, false, yes, no, on, off)")
    return value in TRUE


def integer(name: str, default: int, *, least: int, most: int) -> int:
    value = text(name, str(default))
    if not re.fullmatch(r"-?[0-9]{1,9}", value) or not least <= int(value) <= most:
        raise refuse(name, f"a whole number from {least} to {most}")
    return int(value)


def number(name: str, default: float, *, above: float = 0.0, most: float) -> float:
    """A decimal number greater than `above` and no greater than `most`."""
    value = text(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value) or not above < float(value) <= most:
        raise refuse(name, f"a number above {above:g} and at most {most:g}")
    return float(value)


def choice(name: str, default: str, options: tuple[str, ...]) -> str:
    value = text(name, default).lower()
    if value not in options:
        raise refuse(name, "one of " + ", ".join(options))
    return value


def pattern(name: str, default: str, regex: str, wanted: str) -> str:
    """A text that the whole of `regex` matches, or `default` where the variable is not set."""
    value = text(name)
    if value and not re.fullmatch(regex, value):
        raise refuse(name, wanted)
    return value or default


def words(name: str, default: list[str] | None = None) -> list[str]:
    """A list written with commas; empty parts are left out."""
    parts = [part.strip() for part in text(name).split(",")]
    return [part for part in parts if part] or list(default or [])


def origin(name: str, default: str = "") -> str:
    """Scheme, host and port, such as https://suar.example.org, without a path or a last slash."""
    value = text(name, default).rstrip("/")
    if not value:
        return ""
    wanted = "an origin such as https://suar.example.org, without a path"
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as exc:
        raise refuse(name, wanted) from exc
    exact = f"{parts.scheme}://{parts.netloc}" == value and "@" not in value and port != 0
    if parts.scheme not in {"http", "https"} or not parts.hostname or not exact:
        raise refuse(name, wanted)
    return value


def address(name: str, schemes: set[str], default: str = "") -> str:
    """The URL of a server, with one of `schemes`."""
    value = text(name, default)
    if value and (value.partition("://")[0] not in schemes or not value.partition("://")[2]):
        raise refuse(name, "a URL that begins with one of " + ", ".join(f"{s}://" for s in sorted(schemes)))
    return value


def endpoints(name: str, schemes: set[str]) -> list[str]:
    """Sockets by comma, each as scheme://host:port with one of `schemes`."""
    wanted = "by comma, each like " + " or ".join(f"{scheme}://host:port" for scheme in sorted(schemes))
    for value in words(name):
        try:
            parts = urlsplit(value)
            exact = value == f"{parts.scheme}://{parts.netloc}" and "@" not in value and parts.port
        except ValueError as exc:
            raise refuse(name, wanted) from exc
        if parts.scheme not in schemes or not parts.hostname or not exact:
            raise refuse(name, wanted)
    return words(name)


def database(name: str) -> dict:
    """One entry of DATABASES for a postgis:// URL; an empty dict where it is not set."""
    value = address(name, DATABASE_SCHEMES)
    if not value:
        return {}
    try:
        parsed = environ.Env.db_url_config(value)
    except (ValueError, ImproperlyConfigured) as exc:
        raise refuse(name, "a URL like postgis://user:password@host:5432/name") from exc
    if not parsed.get("NAME"):
        raise refuse(name, "a URL that names a database, like postgis://user:password@host:5432/name")
    return {**parsed, "ENGINE": "django.contrib.gis.db.backends.postgis"}


def fernet_keys(name: str) -> list[str]:
    """Keys as `Fernet.generate_key()` makes them, by comma: the first encrypts, all decrypt."""
    keys = words(name)
    for key in keys:
        if not is_fernet_key(key):
            raise refuse(name, "a list by comma of Fernet keys (44 characters each, url-safe base64)")
    return keys


def is_fernet_key(key: str) -> bool:
    try:
        return len(key) == 44 and len(base64.urlsafe_b64decode(key.encode("ascii", "replace"))) == 32
    except (binascii.Error, ValueError):
        return False


def mapping(name: str) -> dict[str, str]:
    """Pairs written as JSON, {"name": "value"}, or as name=value by comma."""
    value = text(name)
    wanted = 'pairs like {"name": "value"} or name=value,name=value'
    if value.startswith("{"):
        try:
            pairs = json.loads(value)
        except ValueError as exc:
            raise refuse(name, wanted) from exc
    else:
        pairs = {key.strip(): rest.strip() for key, _, rest in (part.partition("=") for part in words(name))}
    if not all(key and isinstance(item, str) and item for key, item in pairs.items()):
        raise refuse(name, wanted)
    return pairs


def file(name: str) -> str:
    """The path of a file that is there, or empty."""
    value = text(name)
    if value and not Path(value).is_file():
        raise refuse(name, "the path of a file that exists")
    return value


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise refuse(name, "the name of a time zone such as Asia/Manila") from exc
    return value
