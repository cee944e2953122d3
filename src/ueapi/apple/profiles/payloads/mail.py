"""The mail payload: an IMAP or POP account."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field, SecretStr

from ueapi.apple.profiles.payloads.base import TypedPayload

MailAuthentication: TypeAlias = Literal[
    "EmailAuthNone", "EmailAuthPassword", "EmailAuthCRAMMD5", "EmailAuthNTLM", "EmailAuthHTTPMD5"
]


class Mail(TypedPayload):
    """A mail account. iOS asks the person for what is left out: address, user names, passwords."""

    payload_type: ClassVar[str] = "com.apple.mail.managed"

    account_type: Annotated[
        Literal["EmailTypeIMAP", "EmailTypePOP"], Field(alias="EmailAccountType")
    ]
    description: Annotated[str | None, Field(alias="EmailAccountDescription")] = None
    """The name shown in Mail and Settings."""
    account_name: Annotated[str | None, Field(alias="EmailAccountName", repr=False)] = None
    """The sender's full name."""
    email_address: Annotated[str | None, Field(alias="EmailAddress", repr=False)] = None

    incoming_host: Annotated[str, Field(alias="IncomingMailServerHostName")]
    incoming_authentication: Annotated[
        MailAuthentication, Field(alias="IncomingMailServerAuthentication")
    ]
    incoming_port: Annotated[int | None, Field(alias="IncomingMailServerPortNumber")] = None
    incoming_ssl: Annotated[bool | None, Field(alias="IncomingMailServerUseSSL")] = None
    incoming_user_name: Annotated[
        str | None, Field(alias="IncomingMailServerUsername", repr=False)
    ] = None
    incoming_password: Annotated[SecretStr | None, Field(alias="IncomingPassword")] = None
    imap_path_prefix: Annotated[str | None, Field(alias="IncomingMailServerIMAPPathPrefix")] = None

    outgoing_host: Annotated[str, Field(alias="OutgoingMailServerHostName")]
    outgoing_authentication: Annotated[
        MailAuthentication, Field(alias="OutgoingMailServerAuthentication")
    ]
    outgoing_port: Annotated[int | None, Field(alias="OutgoingMailServerPortNumber")] = None
    outgoing_ssl: Annotated[bool | None, Field(alias="OutgoingMailServerUseSSL")] = None
    outgoing_user_name: Annotated[
        str | None, Field(alias="OutgoingMailServerUsername", repr=False)
    ] = None
    outgoing_password: Annotated[SecretStr | None, Field(alias="OutgoingPassword")] = None
    outgoing_password_same_as_incoming: Annotated[
        bool | None, Field(alias="OutgoingPasswordSameAsIncomingPassword")
    ] = None

    prevent_move: Annotated[bool | None, Field(alias="PreventMove")] = None
    """Whether messages must stay in this account."""
    prevent_app_sheet: Annotated[bool | None, Field(alias="PreventAppSheet")] = None
    """Whether only Mail itself may send from this account."""
    allow_mail_drop: Annotated[bool | None, Field(alias="allowMailDrop")] = None
    disable_recents_syncing: Annotated[bool | None, Field(alias="disableMailRecentsSyncing")] = None
    """Whether addresses written to stay on this phone."""
    vpn_uuid: Annotated[str | None, Field(alias="VPNUUID")] = None
    """The per-app VPN the account uses. Since 14.0."""

    smime_enabled: Annotated[bool | None, Field(alias="SMIMEEnabled")] = None
    smime_signing: Annotated[bool | None, Field(alias="SMIMESigningEnabled")] = None
    smime_signing_certificate_uuid: Annotated[
        str | None, Field(alias="SMIMESigningCertificateUUID")
    ] = None
    """UUID of an identity payload in the same profile."""
    smime_encryption: Annotated[bool | None, Field(alias="SMIMEEncryptionEnabled")] = None
    smime_encryption_certificate_uuid: Annotated[
        str | None, Field(alias="SMIMEEncryptionCertificateUUID")
    ] = None
    """UUID of an identity payload in the same profile."""
    smime_encrypt_by_default: Annotated[bool | None, Field(alias="SMIMEEncryptByDefault")] = None
    smime_per_message_switch: Annotated[
        bool | None, Field(alias="SMIMEEnableEncryptionPerMessageSwitch")
    ] = None
    """Whether the person chooses for each message."""
    smime_signing_overridable: Annotated[
        bool | None, Field(alias="SMIMESigningUserOverrideable")
    ] = None
    smime_signing_certificate_overridable: Annotated[
        bool | None, Field(alias="SMIMESigningCertificateUUIDUserOverrideable")
    ] = None
    smime_encrypt_by_default_overridable: Annotated[
        bool | None, Field(alias="SMIMEEncryptByDefaultUserOverrideable")
    ] = None
    smime_encryption_certificate_overridable: Annotated[
        bool | None, Field(alias="SMIMEEncryptionCertificateUUIDUserOverrideable")
    ] = None
