"""Profile files as they come: XML, binary or signed, opened and saved without ever dropping a signature in silence."""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Final

from attrs import field, frozen

from ueapi.apple.plist_binary import MAGIC
from ueapi.apple.profiles.cms import refuse, take_apart
from ueapi.apple.profiles.document import ConfigurationProfile, is_signed, read, write
from ueapi.apple.profiles.signing import Signer, sign
from ueapi.errors import UsageError

_CHANGED_REMEDY: Final = (
    "Sign it anew by passing a Signer, or give the signature up with Signature.STRIP."
)


class Form(StrEnum):
    """How a property list is written."""

    XML = "xml"
    BINARY = "binary"


class Signature(Enum):
    """What becomes of a file's signature when it is saved; a `Signer` instead signs anew."""

    KEEP = "keep"
    """The original bytes are returned; possible only for an unchanged profile."""
    STRIP = "strip"
    """The profile is written unsigned, in canonical XML."""


@frozen(kw_only=True)
class ProfileDocument:
    """A profile with the file it came from.

    `content` is the property list, without a signature around it, and `original` the file. That `is_signed` says
    nothing of the signature being right: `verify(document.original, ...)` tells.
    """

    profile: ConfigurationProfile
    content: bytes = field(repr=False)
    original: bytes = field(repr=False)
    form: Form
    is_signed: bool


def open_document(content: bytes) -> ProfileDocument:
    """Open a profile file: XML, binary, or either of them signed. The signature is not verified.

    Raises:
        InvalidModel: none of these, encrypted, or signed around something else than a profile.
    """
    wrapped = is_signed(content)
    inside = take_apart(content).content if wrapped else content
    if is_signed(inside):
        refuse("what is signed is itself a signed message")
    return ProfileDocument(
        profile=read(inside),
        content=inside,
        original=content,
        form=Form.BINARY if inside.startswith(MAGIC) else Form.XML,
        is_signed=wrapped,
    )


def save_document(
    document: ProfileDocument, profile: ConfigurationProfile, *, signature: Signature | Signer
) -> bytes:
    """Write a profile that came from a document, and say what becomes of the signature.

    Args:
        document: where the profile came from.
        profile: the profile now, changed or not.
        signature: `KEEP` the original bytes, `STRIP` to canonical XML, or a signer to sign that anew.

    Raises:
        UsageError: `KEEP`, and the profile was changed.
        InvalidModel: a value that no property list can hold.
    """
    canonical = write(profile)
    match signature:
        case Signer():
            return sign(canonical, signer=signature)
        case Signature.STRIP:
            return canonical
        case Signature.KEEP:
            # Compared as written, since Python takes 1 and True for equal.
            if canonical != write(document.profile):
                raise UsageError(
                    "the profile was changed, so the original bytes and their signature can't be kept.",
                    remedy=_CHANGED_REMEDY,
                )
            return document.original
