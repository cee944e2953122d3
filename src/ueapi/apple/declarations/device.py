"""Passcode, certificates and identities as payloads and as declarations. Source: Apple's schema."""

from __future__ import annotations

from typing import Final

from ueapi.apple.declarations.equals import CONTENT, Asset, Equal, Form, Loss, Row, Slot, Turn

_CREDENTIAL: Final = "CredentialAssetReference"
_MAC_ONLY: Final = "iOS has no such key."

PASSCODE: Final = Equal(
    payload_type="com.apple.mobiledevice.passwordpolicy",
    declaration="com.apple.configuration.passcode.settings",
    rows=(
        Row("forcePIN", "RequirePasscode"),
        Row("allowSimple", "RequireComplexPasscode", Turn.NOT),
        Row("requireAlphanumeric", "RequireAlphanumericPasscode"),
        Row("minLength", "MinimumLength"),
        Row("minComplexChars", "MinimumComplexCharacters"),
        Row("maxFailedAttempts", "MaximumFailedAttempts"),
        Row("maxGracePeriod", "MaximumGracePeriodInMinutes"),
        Row("maxInactivity", "MaximumInactivityInMinutes"),
        Row("maxPINAgeInDays", "MaximumPasscodeAgeInDays"),
        Row("pinHistory", "PasscodeReuseLimit"),
    ),
    lost_back={
        "FailedAttemptsResetInMinutes": _MAC_ONLY,
        "ChangeAtNextAuth": _MAC_ONLY,
        "CustomRegex": _MAC_ONLY,
    },
)

CERTIFICATE_ASSET: Final = Asset(type="com.apple.asset.credential.certificate", form=Form.RAW)
_FILE_NAME: Final = Loss(
    key="PayloadCertificateFileName", reason="It only names the file the content came from."
)


def _certificate(payload_type: str, turn: Turn) -> Equal:
    return Equal(
        payload_type=payload_type,
        declaration="com.apple.configuration.security.certificate",
        rows=(Row("PayloadContent", CONTENT, turn, slot=_CREDENTIAL, must=True),),
        slots=(Slot(reference=_CREDENTIAL, asset=CERTIFICATE_ASSET),),
        lost=(_FILE_NAME,),
    )


ROOT: Final = _certificate("com.apple.security.root", Turn.DER_ROOT)
PKCS1: Final = _certificate("com.apple.security.pkcs1", Turn.DER)
PEM: Final = _certificate("com.apple.security.pem", Turn.PEM)


def _identity(
    payload_type: str, asset: Asset, rows: tuple[Row, ...], lost: tuple[Loss, ...]
) -> Equal:
    return Equal(
        payload_type=payload_type,
        declaration="com.apple.configuration.security.identity",
        rows=rows,
        slots=(Slot(reference=_CREDENTIAL, asset=asset),),
        lost=lost,
        lost_back={"AllowAllAppsAccess": _MAC_ONLY, "KeyIsExtractable": _MAC_ONLY},
    )


def _key_use(above: str) -> tuple[Loss, ...]:
    reason = "On iOS a declaration can't say who may use or export the private key."
    return (
        Loss(key=f"{above}KeyIsExtractable", reason=reason),
        Loss(key=f"{above}AllowAllAppsAccess", reason=reason, harmless=False),
    )


PKCS12: Final = _identity(
    "com.apple.security.pkcs12",
    Asset(
        type="com.apple.asset.credential.identity",
        form=Form.JSON,
        needs=("Password", "Identity"),
    ),
    (
        Row("PayloadContent", "Identity", Turn.DATA, slot=_CREDENTIAL, must=True),
        Row("Password", "Password", slot=_CREDENTIAL),
    ),
    (_FILE_NAME, *_key_use("")),
)

_SCEP_KEYS: Final = (
    "Name", "Subject", "Challenge", "Keysize", "Key Type", "Key Usage", "Retries", "RetryDelay", "SubjectAltName",
)  # fmt: skip

SCEP: Final = _identity(
    "com.apple.security.scep",
    Asset(type="com.apple.asset.credential.scep", form=Form.JSON, needs=("URL",)),
    (
        Row("PayloadContent.URL", "URL", slot=_CREDENTIAL, must=True),
        *(Row(f"PayloadContent.{key}", key, slot=_CREDENTIAL) for key in _SCEP_KEYS),
        Row("PayloadContent.CAFingerprint", "CAFingerprint", Turn.DATA, slot=_CREDENTIAL),
    ),
    _key_use("PayloadContent."),
)

_ACME_NEEDS: Final = (
    "DirectoryURL", "ClientIdentifier", "KeySize", "KeyType", "HardwareBound", "Subject",
)  # fmt: skip
_ACME_KEYS: Final = (*_ACME_NEEDS, "SubjectAltName", "UsageFlags", "ExtendedKeyUsage", "Attest")

ACME: Final = _identity(
    "com.apple.security.acme",
    Asset(type="com.apple.asset.credential.acme", form=Form.JSON, needs=_ACME_NEEDS),
    tuple(Row(key, key, slot=_CREDENTIAL, must=key in _ACME_NEEDS) for key in _ACME_KEYS),
    _key_use(""),
)
