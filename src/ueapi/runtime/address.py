"""Where a tenant answers, and the address of one call."""

from __future__ import annotations

import ipaddress
import logging
import warnings
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from ueapi.errors import InvalidSettings, UsageError
from ueapi.flow import Call

_log: Final = logging.getLogger("ueapi")


class InsecureWarning(UserWarning):
    """Credentials and personal data travel unencrypted."""


def checked_base(url: str, *, insecure: bool) -> str:
    """Return the tenant's base address without a trailing slash.

    Plain http is fine for a simulator on this machine and nowhere else, unless `insecure` says so.

    Raises:
        InvalidSettings: not an http(s) address, or it holds credentials, or it is unencrypted; write it as
            `https://host`.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment:
        raise InvalidSettings(
            "`url` is not the address of a server.",
            remedy="Write it as https://host; nothing was sent.",
        )
    if parts.username is not None or parts.password is not None:
        raise InvalidSettings(
            "`url` holds credentials.",
            remedy="Pass them as settings of their own; nothing was sent.",
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        _require_insecure(parts.hostname, insecure=insecure)
    return url.strip().rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether that host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def address_of(base: str, call: Call) -> str:
    """The full address of a call.

    Raises:
        UsageError: a value in the path is empty or a path step, which would address something else.
    """
    for name, value in call.at.items():
        if value.strip() in ("", ".", ".."):
            raise UsageError(
                f"the {name} is empty or no id.",
                remedy="Pass an id as the product wrote it; nothing was sent.",
                operation=call.operation,
            )
    if not call.path.startswith("/"):
        raise UsageError(
            "the call's path doesn't start with a slash.",
            remedy="Report it to the plugin's author; nothing was sent.",
            operation=call.operation,
        )
    query = f"?{urlencode(call.query, quote_via=quote)}" if call.query else ""
    return f"{base}{call.target}{query}"


def _require_insecure(host: str, *, insecure: bool) -> None:
    if not insecure:
        raise InvalidSettings(
            f"`url` is plain http to {host}, so credentials would travel unencrypted.",
            remedy="Use https, or pass insecure=True if you accept that; nothing was sent.",
        )
    text = f"connecting to {host} WITHOUT encryption: credentials and personal data can be read on the way"
    _log.warning(text)
    warnings.warn(text, InsecureWarning, stacklevel=5)
