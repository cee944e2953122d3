"""The Exchange ActiveSync payload: mail, contacts, calendars, reminders and notes of one account."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, SecretBytes, SecretStr

from ueapi.apple.profiles.payloads.base import TypedPayload
from ueapi.apple.profiles.payloads.calls import CommunicationRules
from ueapi.apple.profiles.payloads.values import Whole


class Exchange(TypedPayload):
    """An Exchange account. iOS asks the person for what is left out."""

    payload_type: ClassVar[str] = "com.apple.eas.account"

    host: Annotated[str | None, Field(alias="Host")] = None
    """Without it iOS looks the server up by the address (Autodiscover)."""
    ssl: Annotated[bool | None, Field(alias="SSL")] = None
    email_address: Annotated[str | None, Field(alias="EmailAddress", repr=False)] = None
    user_name: Annotated[str | None, Field(alias="UserName", repr=False)] = None
    password: Annotated[SecretStr | None, Field(alias="Password")] = None
    override_previous_password: Annotated[bool | None, Field(alias="OverridePreviousPassword")] = (
        None
    )
    """Whether `password` replaces the one the phone has. Since 14.0."""
    oauth: Annotated[bool | None, Field(alias="OAuth")] = None
    """Sign-in on a web page; no password is sent. Since 12.0."""
    oauth_sign_in_url: Annotated[str | None, Field(alias="OAuthSignInURL")] = None
    """Since 13.0."""
    oauth_token_request_url: Annotated[str | None, Field(alias="OAuthTokenRequestURL")] = None
    """Since 13.0."""
    certificate: Annotated[SecretBytes | None, Field(alias="Certificate")] = None
    """An identity to sign in with: certificate and private key, PKCS #12."""
    certificate_name: Annotated[str | None, Field(alias="CertificateName")] = None
    certificate_password: Annotated[SecretStr | None, Field(alias="CertificatePassword")] = None
    certificate_uuid: Annotated[str | None, Field(alias="PayloadCertificateUUID")] = None
    """UUID of the identity payload in the same profile, instead of `certificate`."""
    vpn_uuid: Annotated[str | None, Field(alias="VPNUUID")] = None
    """The per-app VPN the account uses. Since 14.0."""

    past_days_of_mail: Annotated[
        Whole[Literal[0, 1, 3, 7, 14, 31]] | None, Field(alias="MailNumberOfPastDaysToSync")
    ] = None
    """Days; 0 means all."""
    prevent_move: Annotated[bool | None, Field(alias="PreventMove")] = None
    """Whether messages must stay in this account."""
    prevent_app_sheet: Annotated[bool | None, Field(alias="PreventAppSheet")] = None
    """Whether only Mail itself may send from this account."""
    allow_mail_drop: Annotated[bool | None, Field(alias="allowMailDrop")] = None
    disable_recents_syncing: Annotated[bool | None, Field(alias="disableMailRecentsSyncing")] = None
    """Whether addresses written to stay on this phone."""
    communication_rules: Annotated[
        CommunicationRules | None, Field(alias="CommunicationServiceRules")
    ] = None

    enable_mail: Annotated[bool | None, Field(alias="EnableMail")] = None
    """This and the switches for the other services since 13.0."""
    enable_contacts: Annotated[bool | None, Field(alias="EnableContacts")] = None
    enable_calendars: Annotated[bool | None, Field(alias="EnableCalendars")] = None
    enable_reminders: Annotated[bool | None, Field(alias="EnableReminders")] = None
    enable_notes: Annotated[bool | None, Field(alias="EnableNotes")] = None
    mail_overridable: Annotated[bool | None, Field(alias="EnableMailUserOverridable")] = None
    """Whether the person may turn the service on and off; likewise the next four."""
    contacts_overridable: Annotated[bool | None, Field(alias="EnableContactsUserOverridable")] = (
        None
    )
    calendars_overridable: Annotated[bool | None, Field(alias="EnableCalendarsUserOverridable")] = (
        None
    )
    reminders_overridable: Annotated[bool | None, Field(alias="EnableRemindersUserOverridable")] = (
        None
    )
    notes_overridable: Annotated[bool | None, Field(alias="EnableNotesUserOverridable")] = None

    smime_signing: Annotated[bool | None, Field(alias="SMIMESigningEnabled")] = None
    smime_signing_certificate_uuid: Annotated[
        str | None, Field(alias="SMIMESigningCertificateUUID")
    ] = None
    """UUID of an identity payload in the same profile."""
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
