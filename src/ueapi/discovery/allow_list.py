"""Who is answered what: a list of digests that names nobody, signed so that nobody else can steer people."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ueapi.apple.enrollment import discovery
from ueapi.errors import InvalidModel
from ueapi.wording import rule_of

if TYPE_CHECKING:
    from cryptography import x509

    from ueapi.apple.profiles.signing import Signer

FORMAT: Final = 1
LARGEST: Final = 16 * 1024 * 1024
"""Bytes of a list; a person takes about eighty."""
_REMEDY: Final = "Make the list again with `ueapi discovery steer`; the list in use stays."


class Answer(BaseModel):
    """Where to enroll: one product's enrollment address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str
    version: discovery.Version = discovery.Version.BYOD

    @field_validator("base_url")
    @classmethod
    def _is_https(cls, value: str) -> str:
        try:
            discovery.document(value)
        except InvalidModel as problem:
            raise ValueError(problem.message) from None
        return value

    @property
    def document(self) -> discovery.Document:
        """The discovery document that says so."""
        return discovery.document(self.base_url, self.version)


class AllowList(BaseModel):
    """Which answer each person gets.

    `answers` are named, for example "old" and "new"; `families` maps a kind of device, such as "Mac", to one of the
    names, whoever it belongs to; `people` maps the digest of a person's address. Everybody else gets `default`, or a
    refusal where that is `None`. `number` grows with each list: a list is never replaced by an earlier one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    number: int = Field(ge=1)
    issued_at: datetime
    salt: str = Field(min_length=16, repr=False)
    answers: Mapping[str, Answer] = Field(min_length=1)
    default: str | None
    people: Mapping[str, str] = Field(default_factory=dict, repr=False)
    families: Mapping[discovery.ModelFamily, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_answers_it_has(self) -> AllowList:
        named = {*self.people.values(), *self.families.values()}
        if self.default is not None:
            named.add(self.default)
        unknown = sorted(named - set(self.answers))
        if unknown:
            raise ValueError(f"no answer is called {', '.join(unknown)}")
        if self.format != FORMAT:
            raise ValueError(f"format {self.format} is not read here")
        return self

    def answer_to(self, address: str, family: str) -> str | None:
        """Name of the answer for a person's device; an empty address is one that wasn't sent."""
        for kind, name in self.families.items():
            if kind.value == family:
                return name
        if not address:
            return self.default
        return self.people.get(digest_of(address, self.salt), self.default)


def digest_of(address: str, salt: str) -> str:
    """What stands for an address in a list; upper and lower case are the same person."""
    return hashlib.sha256(f"{salt}\n{address.strip().casefold()}".encode()).hexdigest()


def write_list(allowed: AllowList, signer: Signer) -> bytes:
    """The list as it is handed over: JSON in a signed message (CMS, DER)."""
    from ueapi.apple.profiles.signing import sign

    return sign(allowed.model_dump_json().encode(), signer=signer)


def read_list(signed: bytes, *, anchors: Sequence[x509.Certificate], at: datetime) -> AllowList:
    """Read a list, and make sure that it is as it was signed by someone trusted.

    Raises:
        InvalidModel: too large, unsigned, altered, signed by somebody else, or no list. Nothing was changed.
    """
    from ueapi.apple.profiles.trust import Trust
    from ueapi.apple.profiles.verification import verify

    if len(signed) > LARGEST:
        raise InvalidModel(f"the list has {len(signed):,} bytes.", remedy=_REMEDY)
    found = verify(signed, anchors=anchors, at=at)
    if found.trust is not Trust.TRUSTED:
        raise InvalidModel(
            f"the list's signer is {found.trust.value}: {'; '.join(found.signers[0].reasons)}.",
            remedy=_REMEDY,
        )
    try:
        return AllowList.model_validate(json.loads(found.content))
    except ValidationError as problem:
        fields = ", ".join(
            ".".join(map(str, e["loc"][:2])) or rule_of(e["msg"])
            for e in problem.errors(include_input=False)[:3]
        )
        raise InvalidModel(f"this is no allow-list ({fields}).", remedy=_REMEDY) from None
    except (ValueError, RecursionError):
        raise InvalidModel("this is no allow-list.", remedy=_REMEDY) from None
