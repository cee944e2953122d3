"""The restrictions payload, with the few keys that are left of it on a personal phone."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from ueapi.apple.profiles.payloads.base import TypedPayload

RatingRegion: TypeAlias = Literal["us", "au", "ca", "de", "fr", "ie", "jp", "nz", "gb"]


class Restrictions(TypedPayload):
    """What a user-enrolled iPhone can be kept from doing.

    The fields are exactly the keys Apple allows under User Enrollment; every other restriction lands in `further`, and
    `ueapi.apple.rules` says what iOS makes of it. "Since" names the first iOS. The `allow` fields take something away
    when they are false, the `force` and `require` fields demand something when they are true.
    """

    payload_type: ClassVar[str] = "com.apple.applicationaccess"

    allow_siri: Annotated[bool | None, Field(alias="allowAssistant")] = None
    """Siri. Since 5.0; Apple advises against it from 26.4 on."""
    allow_siri_while_locked: Annotated[bool | None, Field(alias="allowAssistantWhileLocked")] = None
    """Siri on a locked phone that has a passcode. Since 5.1; Apple advises against it from 26.4 on."""
    allow_siri_ai: Annotated[bool | None, Field(alias="allowSiriAI")] = None
    """Siri's generative features. Since 27.0, where Apple already advises against it."""
    allow_external_intelligence: Annotated[
        bool | None, Field(alias="allowExternalIntelligenceIntegrations")
    ] = None
    """Asking outside services through Siri. Since 18.2; Apple advises against it from 26.4 on."""
    allow_external_intelligence_sign_in: Annotated[
        bool | None, Field(alias="allowExternalIntelligenceIntegrationsSignIn")
    ] = None
    """Signing in to these services. Since 18.2; Apple advises against it from 26.4 on."""
    allow_diagnostic_submission: Annotated[
        bool | None, Field(alias="allowDiagnosticSubmission")
    ] = None
    """Sending diagnostic reports to Apple. Since 6.0."""
    allow_enterprise_book_backup: Annotated[
        bool | None, Field(alias="allowEnterpriseBookBackup")
    ] = None
    """Backups of books from work. Since 8.0."""
    allow_enterprise_book_metadata_sync: Annotated[
        bool | None, Field(alias="allowEnterpriseBookMetadataSync")
    ] = None
    """Syncing notes and highlights in books from work. Since 8.0."""
    allow_lock_screen_control_center: Annotated[
        bool | None, Field(alias="allowLockScreenControlCenter")
    ] = None
    """Control Center on the lock screen. Since 7.0."""
    allow_lock_screen_notifications_view: Annotated[
        bool | None, Field(alias="allowLockScreenNotificationsView")
    ] = None
    """Past notifications on the lock screen; new ones are shown all the same. Since 7.0."""
    allow_lock_screen_today_view: Annotated[
        bool | None, Field(alias="allowLockScreenTodayView")
    ] = None
    """The Today view on the lock screen. Since 7.0."""
    allow_managed_apps_cloud_sync: Annotated[
        bool | None, Field(alias="allowManagedAppsCloudSync")
    ] = None
    """iCloud in work apps. Since 8.0."""
    allow_open_from_managed_to_unmanaged: Annotated[
        bool | None, Field(alias="allowOpenFromManagedToUnmanaged")
    ] = None
    """Opening work documents in personal apps. Since 7.0."""
    allow_open_from_unmanaged_to_managed: Annotated[
        bool | None, Field(alias="allowOpenFromUnmanagedToManaged")
    ] = None
    """Opening personal documents in work apps. Since 7.0."""
    allow_unmanaged_to_read_managed_contacts: Annotated[
        bool | None, Field(alias="allowUnmanagedToReadManagedContacts")
    ] = None
    """Work contacts in personal apps, where work documents may not go there. Since 12.0."""
    require_managed_pasteboard: Annotated[bool | None, Field(alias="requireManagedPasteboard")] = (
        None
    )
    """Copy and paste follow the two rules on opening documents. Since 15.0."""
    force_airdrop_unmanaged: Annotated[bool | None, Field(alias="forceAirDropUnmanaged")] = None
    """AirDrop counts as a personal app. Since 9.0."""
    allow_screenshot: Annotated[bool | None, Field(alias="allowScreenShot")] = None
    """Screenshots and screen recordings. Since 4.0."""
    allow_remote_screen_observation: Annotated[
        bool | None, Field(alias="allowRemoteScreenObservation")
    ] = None
    """Classroom looking at the screen, where screenshots are allowed. Since 9.3."""
    force_airplay_outgoing_password: Annotated[
        bool | None, Field(alias="forceAirPlayOutgoingRequestsPairingPassword")
    ] = None
    """A password for pairing when the phone plays to an AirPlay receiver. Since 7.1."""
    force_encrypted_backup: Annotated[bool | None, Field(alias="forceEncryptedBackup")] = None
    """Backups on a computer are encrypted. Since 4.0."""
    force_on_device_only_dictation: Annotated[
        bool | None, Field(alias="forceOnDeviceOnlyDictation")
    ] = None
    """Dictation without Siri's servers. Since 14.5; Apple advises against it from 26.4 on."""
    force_on_device_only_translation: Annotated[
        bool | None, Field(alias="forceOnDeviceOnlyTranslation")
    ] = None
    """Translation without Siri's servers. Since 15.0; Apple advises against it from 26.4 on."""
    force_watch_wrist_detection: Annotated[bool | None, Field(alias="forceWatchWristDetection")] = (
        None
    )
    """A paired watch knows whether it is worn. Since 8.2."""
    safari_force_fraud_warning: Annotated[bool | None, Field(alias="safariForceFraudWarning")] = (
        None
    )
    """Safari warns of fraudulent sites. Since 4.0."""
    rating_region: Annotated[RatingRegion | None, Field(alias="ratingRegion")] = None
    """The country whose ratings a profile editor shows; the phone takes no notice. Since 4.0."""
