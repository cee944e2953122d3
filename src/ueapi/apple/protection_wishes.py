"""The settings behind `ueapi.apple.protection`, and the wishes Apple doesn't allow. Source: Apple's schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from ueapi.apple.rules import RuleKind

RESTRICTIONS: Final = "com.apple.applicationaccess"
_NOTIFICATIONS: Final = "com.apple.notificationsettings"
_DOMAINS: Final = "com.apple.domains"


@frozen(kw_only=True)
class Setting:
    """One of Apple's keys: its default, the value that protects more, and what the person notices for each value.

    `moot_while`: while all of these fields are true, the key does nothing.
    """

    key: str
    default: bool
    strict: bool
    when_true: str
    when_false: str
    moot_while: tuple[str, ...] = ()


SETTINGS: Final[Mapping[str, Setting]] = {
    "open_from_work_to_personal": Setting(
        key="allowOpenFromManagedToUnmanaged",
        default=True,
        strict=False,
        when_true="Work documents can be opened in any app.",
        when_false="The share sheet of a work document offers work apps only.",
    ),
    "open_from_personal_to_work": Setting(
        key="allowOpenFromUnmanagedToManaged",
        default=True,
        strict=False,
        when_true="Personal documents and photos can be opened in work apps.",
        when_false="A personal photo or file can't be shared into a work app, such as work mail.",
    ),
    "pasteboard_follows_open_in": Setting(
        key="requireManagedPasteboard",
        default=False,
        strict=True,
        when_true="Pasting across the border that open-in closes is refused, with a notice.",
        when_false="Text and pictures can be copied from work to personal apps and back.",
        moot_while=("open_from_work_to_personal", "open_from_personal_to_work"),
    ),
    "airdrop_counts_as_personal": Setting(
        key="forceAirDropUnmanaged",
        default=False,
        strict=True,
        when_true="Work documents can't be sent by AirDrop; personal ones can.",
        when_false="Work documents can be sent by AirDrop.",
        moot_while=("open_from_work_to_personal",),
    ),
    "screen_capture": Setting(
        key="allowScreenShot",
        default=True,
        strict=False,
        when_true="Screenshots and screen recordings work everywhere.",
        when_false="No screenshot and no screen recording works on the whole phone, in personal apps as well.",
    ),
    "remote_screen_observation": Setting(
        key="allowRemoteScreenObservation",
        default=True,
        strict=False,
        when_true="In a class, the teacher's Classroom app can see the screen.",
        when_false="The Classroom app can't see the screen.",
    ),
    "notification_history_on_lock_screen": Setting(
        key="allowLockScreenNotificationsView",
        default=True,
        strict=False,
        when_true="Swiping up on the locked phone shows earlier notifications.",
        when_false="Earlier notifications of all apps are hidden while the phone is locked; new ones still show.",
    ),
    "today_view_on_lock_screen": Setting(
        key="allowLockScreenTodayView",
        default=True,
        strict=False,
        when_true="Swiping right on the locked phone shows widgets.",
        when_false="Widgets of all apps are out of reach while the phone is locked.",
    ),
    "control_center_on_lock_screen": Setting(
        key="allowLockScreenControlCenter",
        default=True,
        strict=False,
        when_true="Control Center opens on the locked phone.",
        when_false="Flashlight, music and other controls need the phone unlocked.",
    ),
    "work_apps_sync_to_icloud": Setting(
        key="allowManagedAppsCloudSync",
        default=True,
        strict=False,
        when_true="Work apps sync through the iCloud of the Managed Apple Account.",
        when_false="What is done in a work app stays on this phone or on the app's own servers.",
    ),
    "work_books_in_backup": Setting(
        key="allowEnterpriseBookBackup",
        default=True,
        strict=False,
        when_true="Books from work are in backups of the phone.",
        when_false="Books from work are missing after restoring a backup, until work gives them again.",
    ),
    "work_book_notes_sync": Setting(
        key="allowEnterpriseBookMetadataSync",
        default=True,
        strict=False,
        when_true="Notes and highlights in books from work appear on the person's other devices.",
        when_false="Notes and highlights in books from work stay on this phone.",
    ),
    "personal_apps_read_work_contacts": Setting(
        key="allowUnmanagedToReadManagedContacts",
        default=False,
        strict=False,
        when_true="Personal apps, messengers for example, see names and numbers of work contacts.",
        when_false="Personal apps don't see work contacts while work documents stay with work apps.",
        moot_while=("open_from_work_to_personal",),
    ),
}
"""By field of `DataProtection`."""


@frozen(kw_only=True)
class Impossible:
    """A wish that User Enrollment has nothing for.

    `item` is what would do it elsewhere, `kind` and `rule` how the rules know that. `why` is empty where the rule
    itself is the reason.
    """

    name: str
    item: str
    notices: str
    instead: str
    why: str = ""
    kind: RuleKind | None = None
    rule: str = ""


IMPOSSIBLE: Final = (
    Impossible(
        name="airdrop_off",
        item="allowAirDrop",
        kind=RuleKind.KEY,
        rule=f"{RESTRICTIONS}:allowAirDrop",
        notices="AirDrop would be gone, for personal things too.",
        instead="airdrop_counts_as_personal with open_from_work_to_personal off keeps work documents out of AirDrop.",
    ),
    Impossible(
        name="notification_previews_off",
        item=_NOTIFICATIONS,
        kind=RuleKind.PAYLOAD,
        rule=_NOTIFICATIONS,
        notices="Notifications on the locked phone would show no content.",
        instead="notification_history_on_lock_screen off hides earlier ones; the person can turn off previews in "
        "Settings, and many work apps have a setting of their own.",
    ),
    Impossible(
        name="screen_capture_off_in_work_apps_only",
        item="",
        notices="Screenshots would fail in work apps and work elsewhere.",
        why="Apple has no such key: screen capture is off for the whole phone or not at all.",
        instead="screen_capture off, which covers personal apps too; or an app that hides its own content.",
    ),
    Impossible(
        name="copy_and_paste_off_alone",
        item="requireManagedPasteboard",
        notices="Pasting between work and personal apps would fail while documents still open across.",
        why="The pasteboard only follows the open-in rules; it has none of its own.",
        instead="pasteboard_follows_open_in with open_from_work_to_personal or open_from_personal_to_work off.",
    ),
    Impossible(
        name="work_apps_write_personal_contacts",
        item="allowManagedToWriteUnmanagedContacts",
        kind=RuleKind.KEY,
        rule=f"{RESTRICTIONS}:allowManagedToWriteUnmanagedContacts",
        notices="Work apps could save contacts among the personal ones.",
        instead="Let people use the contacts of the work account; personal_apps_read_work_contacts shows their names "
        "in personal apps.",
    ),
    Impossible(
        name="work_websites_as_work_documents",
        item=_DOMAINS,
        kind=RuleKind.PAYLOAD,
        rule=_DOMAINS,
        notices="Downloads from named websites would count as work documents, in Safari too.",
        instead="A work browser, given as a managed app: what it downloads is a work document.",
    ),
    Impossible(
        name="camera_off",
        item="allowCamera",
        kind=RuleKind.KEY,
        rule=f"{RESTRICTIONS}:allowCamera",
        notices="The camera would be gone from the whole phone.",
        instead="open_from_personal_to_work off keeps personal photos out of work apps.",
    ),
)
