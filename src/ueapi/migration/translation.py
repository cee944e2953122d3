"""What becomes of each profile on the way: Apple's rules first, then the target product's own table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from attrs import evolve, frozen

from ueapi.apple import profiles as apple_profiles
from ueapi.apple import rules
from ueapi.contract import Fate, Translation
from ueapi.migration.digests import digest_of
from ueapi.migration.documents import Loss, Task
from ueapi.model import Profile

Translate = Callable[[bytes], Translation]


@frozen(kw_only=True)
class TranslatedProfile:
    """One source profile, translated."""

    profile: Profile
    losses: tuple[Loss, ...]
    by_api: bytes | None
    """What the target's API can hold, as a configuration profile."""
    by_hand: Task | None
    """What a person makes in the target's console instead, whole."""


def translate_profile(
    profile: Profile, translate: Translate, ios_versions: Iterable[str]
) -> TranslatedProfile:
    """Translate one profile for phones of these iOS versions; the worst verdict of all wins.

    A payload Apple forbids makes iOS refuse the whole profile, so it is taken out before the target is asked.
    Settings the target's API can't hold but its console can go, together with the rest of the profile, into a policy
    made by hand.
    """
    if profile.content is None:
        return _unreadable(profile)
    accepted, losses = _allowed_part(profile, profile.content, sorted(set(ios_versions)))
    if accepted is None:
        return TranslatedProfile(profile=profile, losses=losses, by_api=None, by_hand=None)
    outcome = translate(accepted)
    losses += tuple(
        _loss(profile, f.payload_type, f.key, f.fate, f.reason, f.instead)
        for f in outcome.fates
        if f.fate is not Fate.EXACT
    )
    losses += tuple(
        _loss(
            profile, "", name, Fate.LOST, "the source product's own setting, without an Apple key"
        )
        for name in profile.unmapped
    )
    return TranslatedProfile(
        profile=profile,
        losses=losses,
        by_api=outcome.mappable,
        by_hand=_by_hand(profile, accepted, outcome),
    )


def allowed_part(content: bytes, ios_versions: Iterable[str]) -> bytes | None:
    """The part of a profile that every one of these iOS versions takes under User Enrollment."""
    kept: apple_profiles.ConfigurationProfile | None = apple_profiles.read(content)
    for ios in sorted(set(ios_versions)):
        if kept is None:
            return None
        kept = rules.split(kept, ios=ios).works
    return apple_profiles.write(kept) if kept else None


def _allowed_part(
    profile: Profile, content: bytes, ios_versions: Sequence[str]
) -> tuple[bytes | None, tuple[Loss, ...]]:
    whole = apple_profiles.read(content)
    found: dict[tuple[str, str], Loss] = {}
    for ios in ios_versions:
        for finding in rules.check(whole, ios=ios):
            if not finding.is_loss:
                continue
            place = (finding.payload_type, finding.key or "")
            found.setdefault(place, _refused(profile, finding, ios))
    return allowed_part(content, ios_versions), tuple(found.values())


def _refused(profile: Profile, finding: rules.Finding, ios: str) -> Loss:
    """A setting the phone refuses or ignores; what stays in the profile loses nothing by the move."""
    fate = Fate.DEGRADED if finding.stays else Fate.LOST
    place = (finding.payload_type, finding.key or "")
    reason = f"{finding.reason.rstrip('.')} (iOS {ios})"
    return _loss(
        profile, *place, fate, reason, "Nothing: the phone treats it so on either product."
    )


def _by_hand(profile: Profile, accepted: bytes, outcome: Translation) -> Task | None:
    if not any(f.fate is Fate.HUMAN_ONLY for f in outcome.fates):
        return None
    name = f"{profile.name} (console)"
    return Task(
        id=f"T-{digest_of(['profile', profile.ref.id, name])[:8]}",
        kind="make-profile",
        title=f"Make the policy {name!r} in the console",
        steps=outcome.console_steps,
        subject=name,
        content=accepted,
    )


def _unreadable(profile: Profile) -> TranslatedProfile:
    reason = "the source product's API doesn't show this profile's content"
    instead = "Make it again on the target by hand, as the source's console shows it."
    task = Task(
        id=f"T-{digest_of(['copy', profile.ref.id, profile.name])[:8]}",
        kind="copy-profile",
        title=f"Make {profile.name!r} on the target, as the source's console shows it",
        steps=(
            f"Open {profile.name!r} in the source's console",
            "Make a profile or policy of the same name and settings in the target's console, assigned to nobody",
        ),
        subject=profile.name,
    )
    loss = _loss(profile, "", "", Fate.HUMAN_ONLY, reason, instead)
    return TranslatedProfile(profile=profile, losses=(loss,), by_api=None, by_hand=task)


def joined(contents: Sequence[bytes], name: str) -> bytes | None:
    """One profile with the payloads of all, under a new name; `None` without any."""
    if not contents:
        return None
    found = [apple_profiles.read(content) for content in contents]
    payloads = tuple(payload for profile in found for payload in profile.payloads)
    return apple_profiles.write(evolve(found[0], display_name=name, payloads=payloads))


def _loss(
    profile: Profile, payload: str, key: str, fate: Fate, reason: str, instead: str = ""
) -> Loss:
    return Loss(
        id=f"L-{digest_of([profile.name, payload, key, fate])[:8]}",
        object=profile.name,
        payload=payload,
        key=key,
        fate=fate,
        reason=reason,
        instead=instead,
    )
