"""The second look: reads finished cases as a stranger would, and finds what must not be in them.

It knows nothing of how values were replaced. It takes every text of a case apart through all the encodings a product
may use, and looks for what was replaced, for what was confided, and for whatever is shaped like a person or a secret.
A finding names case and place, and never what was found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from attrs import field, frozen

from ueapi.errors import Rejected
from ueapi.testing.recording.decoding import folded, leaves_of, views
from ueapi.testing.recording.suspicions import suspicions
from ueapi.testing.recording.vocabulary import VERSION_STEP, Vocabulary, plain_name

SHORTEST: Final = 4
"""Characters of a replaced value from which on it is looked for."""
_LONG: Final = 8
"""Characters from which on it is looked for inside of words too."""
_FRAME: Final = frozenset(
    {
        *("format", "operation", "method", "path", "at", "query", "sent", "status", "headers"),
        *("content", "content-type", "backend", "settings"),
    }
)
"""Names of a case's own parts."""
_OWN_WORDS: Final = _FRAME | {
    *("example", "text", "word", "field", "blob", "person", "domain", "tenant", "name", "secret"),
}
"""What a case and its replacements are made of."""
_MEDIA: Final = frozenset(
    kind + charset
    for kind in ("application/json", "application/xml", "text/xml")
    for charset in ("", ";charset=UTF-8", "; charset=utf-8", ";charset=utf-8", "; charset=UTF-8")
)
_OURS: Final = re.compile(
    r"00000000-0000-4000-8000-\d{12}|(?:person|word|domain|org\.example\.app|blob)-\d+(?:@?\.?example\.org)?"
    r"|00:00:5e:00:[0-9a-f:]{5}|\+1 555 \d{7}|192\.0\.2\.\d+",
    re.IGNORECASE,
)
"""The forms of replacements that stand inside of longer texts."""
_ADDRESS: Final = ("path",)
_FRAMED: Final = ((), ("headers",))
_HIDDEN: Final = "…"
_COUNTING: Final = frozenset(
    {
        "count",
        "total",
        "totalcount",
        "size",
        "page",
        "pagesize",
        "perpage",
        "totalpages",
        "limit",
        "offset",
    }
)


@frozen(kw_only=True)
class Forbidden:
    """What must not be found: replaced values, settings and credentials, and names of the tenant's server.

    `issued` are the replacements, which may look like what they stand for. `words` are public.
    """

    originals: frozenset[str] = field(repr=False)
    secrets: frozenset[str] = field(repr=False)
    hosts: frozenset[str] = field(repr=False)
    issued: frozenset[str] = field(repr=False)
    words: Vocabulary = field(repr=False)


@frozen
class Leak:
    """Where something was found, and what kind of thing it is."""

    case: str
    place: str
    kind: str

    def __str__(self) -> str:
        return f"{self.case}, {self.place}: {self.kind}"


def require_clean(texts: Mapping[str, str], forbidden: Forbidden) -> None:
    """Prove finished files clean.

    Raises:
        Rejected: something was found; `problems` has a line for each place. Nothing was written.
    """
    found = leaks(texts, forbidden)
    if found:
        raise Rejected(
            f"the recording can't be proven clean ({len(found)} findings).",
            problems=[str(leak) for leak in found],
            remedy="Take fields out of `keep` or declare fewer values in recording.toml; nothing was written.",
        )


def leaks(texts: Mapping[str, str], forbidden: Forbidden) -> tuple[Leak, ...]:
    """Everything that must not be there, without repetitions."""
    search = _Search(forbidden)
    found = dict.fromkeys(leak for case, text in texts.items() for leak in search.case(case, text))
    return tuple(found)


class _Search:
    """Looks for all of it at once; built once for all cases."""

    def __init__(self, forbidden: Forbidden) -> None:
        self._issued = frozenset(map(folded, forbidden.issued))
        self._words = forbidden.words
        self._kinds = tuple(_kinds(forbidden))

    def case(self, name: str, text: str) -> Iterator[Leak]:
        """Search every leaf and every field's name of one file."""
        for path, is_field, value in leaves_of(json.loads(text)):
            if is_field and value in _FRAME and path in _FRAMED:
                continue
            for kind in self._found(value, path):
                yield Leak(name, self._shown(path, is_field=is_field), kind)

    def _found(self, value: str, path: tuple[str, ...]) -> Iterator[str]:
        if folded(value) in self._issued or self._is_public(value):
            return
        # A number of rows may equal somebody's number.
        if value.isdecimal() and path and plain_name(path[-1]) in _COUNTING:
            return
        bare = _OURS.sub(self._without_ours, value)
        for view in views(bare):
            text = folded(view)
            if text not in self._issued:
                yield from (kind for kind, contains in self._kinds if contains(text))
            # The steps of an address are looked at one by one: together they look like a blob.
            for part in view.split("/") if path == _ADDRESS else (view,):
                yield from suspicions(part, self._issued)

    def _without_ours(self, found: re.Match[str]) -> str:
        """Replacements inside of a longer text say nothing; what only looks like one stays."""
        return " " if folded(found[0]) in self._issued else found[0]

    def _is_public(self, value: str) -> bool:
        """Whether the plugin's own code spells it: a word, a media type, or the steps of an address."""
        if value in _MEDIA or self._words.says(value) or self._words.knows(value):
            return True
        steps = value.split("/")
        return value.startswith("/") and all(map(self._is_step, steps))

    def _is_step(self, step: str) -> bool:
        return (
            not step
            or self._words.knows(step.strip("{}"))
            or VERSION_STEP.fullmatch(step) is not None
        )

    def _shown(self, path: tuple[str, ...], *, is_field: bool) -> str:
        steps = [_HIDDEN if next(self._found(step, ()), None) else step for step in path]
        return ".".join(steps) + (" (a field's name)" if is_field else "")


Contains = Callable[[str], bool]


def _kinds(forbidden: Forbidden) -> Iterator[tuple[str, Contains]]:
    secrets = {folded(s) for s in forbidden.secrets if len(s) >= SHORTEST} - {"true", "false"}
    hosts = {folded(h) for h in forbidden.hosts if h and h != "localhost"} | _tenants(
        forbidden.hosts
    )
    # What the settings say in words that the plugin's code spells too, such as a kind of grant, is public.
    yield "a setting or credential", _any_of(s for s in secrets if not forbidden.words.knows(s))
    yield "the name of the tenant's server", _any_of(hosts)
    yield "a value that was replaced elsewhere", _any_of(_sought(forbidden))


def _tenants(hosts: Iterable[str]) -> set[str]:
    """What comes first in a server's name is often the customer's; reserved names are nobody's."""
    return {
        folded(host.partition(".")[0])
        for host in hosts
        if not host.endswith("example.org")
        and len(host.partition(".")[0]) >= SHORTEST
        and "." in host
    }


def _sought(forbidden: Forbidden) -> Iterator[str]:
    """Replaced values, their parts that name someone, and days; without what is public or our own."""
    public = forbidden.words.names | {plain_name(value) for value in forbidden.words.values}
    for original in forbidden.originals:
        for part in _parts(original):
            text = folded(part)
            if len(text) >= SHORTEST and text not in _OWN_WORDS and plain_name(text) not in public:
                yield text


def _parts(original: str) -> Iterator[str]:
    yield original
    local, at, domain = original.rpartition("@")
    if at and " " not in original:
        yield local
        yield from re.findall(r"[^\W\d_]{4,}", local)
        if not domain.casefold().endswith("example.org"):
            yield domain
    if re.match(r"\d{4}-\d\d-\d\d[T ]", original):
        yield original[:10]
    if " " in original:
        yield from (
            w for w in re.findall(r"[^\W\d_]{4,}", original) if w[0].isupper() and w != "iPhone"
        )


def _any_of(sought: Iterable[str]) -> Contains:
    """Whether a text has one of these: long ones anywhere, short ones as words, numbers as numbers."""
    wanted = frozenset(sought)
    long = tuple(w for w in wanted if len(w) >= _LONG and not w.isdecimal())
    short = wanted.difference(long)

    def contains(text: str) -> bool:
        if len(text) < SHORTEST or not wanted:
            return False
        if text in wanted or any(run in short for run in _runs(text)):
            return True
        return any(one in text for one in long if len(one) <= len(text))

    # Values with spaces or signs are no single run, and are looked for between borders of words.
    signed = tuple(
        re.compile(rf"(?<!\w){re.escape(w)}(?!\w)")
        for w in short
        if not re.fullmatch(r"[^\W_]+", w)
    )
    return lambda text: contains(text) or any(p.search(text) for p in signed)


def _runs(text: str) -> Iterator[str]:
    """Letters and digits in a row, and each kind by itself."""
    for run in re.findall(r"[^\W_]+", text):
        yield run
        yield from re.findall(r"\d+|[^\W\d_]+", run)
