"""What of a product's own words may stand in an error: its plain ones, since any other can be somebody's name."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final

LONGEST: Final = 160
"""Characters of a sentence that are kept."""
HIDDEN: Final = "…"

_SCANNED: Final = 2000
_TOKEN: Final = re.compile(r"[\w'@.+%-]*\w|[^\w\s]", re.UNICODE)
_MARK: Final = re.compile(r"[.,;:!?()/]")
_NUMBER: Final = re.compile(r"[0-9]{1,3}")
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PLAIN: Final = _words("""
    a able about accept accepted access account accounts action actions active add added address addresses admin
    administrator after again all allowed already an and another any api app apple application applications apps are
    as assigned at authentication authorized available be because been before being blank bundle business but by
    call calls can cannot catalog certificate change changed character characters check choice code command commands
    company complete completed configuration configured conflict connected content control could created credentials
    current custom customer data date day days deleted delivered denied department description device devices
    dictionary different directory disabled disenrolled distributed distribution do document does domain don't
    duplicate duplicated each either email empty enabled end ended enough enrolled enrolling enrollment ensure enter
    error errors every exceeded executed execution exist exists expected expired failed failure feature few field
    fields file find for forbidden form format found from given group groups had has have id identifier identity ids
    if in inactive incorrect input install installed integer internal invalid ios ipad iphone is it item items its
    key large later least length less letters license licensed licenses limit limits linked list locked long longer
    made mail managed management many maximum maybe member members message method minimum missing mode model more
    most must name names needed never new no none not nothing now null number object objects of off on once one only
    open operation or order os other out own owned owner page parameter parameters parse part passcode password
    payload pending perform permission permissions permitted personal phone place platform please policies policy
    portal positive present privilege processed product profile profiles provided query queue queued ranges reached
    read reason record refused registered remove removed request requested requests required resource response
    restricted result retry right rights role row rule same saved scope search seconds select selected sent serial
    server service set setting settings short should sign signed since size some state static status stopped store
    string such supervised supported syntax system taken target targets tenant than that the their them then there
    these they thing this those throttled time times to token tokens too try type unable unauthorized unavailable
    under unique unknown unsupported until update updated upload url use used user username users valid value values
    version was web were what when where which while who will wipe wiped with within without wrong xml you your zero
""")


def nameless(text: str) -> str:
    """A product's sentence with each word that isn't one of plain refusals replaced by `…`.

    Products repeat what they refuse, in quotation marks or not: names, addresses, numbers. No pattern knows a name, so
    only words that are known to be none are kept, with marks and numbers of up to three digits. `LONGEST` bounds it.
    New in contract 1.1.
    """
    tokens = (match[0] for match in _TOKEN.finditer(text[:_SCANNED]))
    parts = [
        (HIDDEN,) if is_hidden else tuple(run)
        for is_hidden, run in groupby(tokens, key=lambda token: not _is_plain(token))
    ]
    said = " ".join(token for part in parts for token in part)
    return re.sub(r" (?=[.,;:!?)])|(?<=[(/]) | (?=/)", "", said)[:LONGEST].rstrip(". ")


def field_name(text: str) -> str:
    """The name of a field that a product complains about; `…` for what doesn't look like one (contract 1.1)."""
    return text if _CODE.fullmatch(text) else HIDDEN


def _is_plain(token: str) -> bool:
    if _MARK.fullmatch(token) or _NUMBER.fullmatch(token):
        return True
    return token.casefold() in _PLAIN and token.isascii()
