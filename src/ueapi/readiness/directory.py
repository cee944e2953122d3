"""The people of a tenant, found by any of their names, with their phones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import Factory, field, frozen

from ueapi.model import Device, EnrollmentState, User

_PHONES: Final = ("iphone", "ipad", "ipod")
Index = Mapping[str, tuple[User, ...]]


def _indexes(directory: Directory) -> tuple[Index, ...]:
    """By Managed Apple ID, then by mail address, then by user name: the surer one first."""
    kinds: tuple[defaultdict[str, list[User]], ...] = tuple(defaultdict(list) for _ in range(3))
    for user in directory.users:
        account = user.managed_apple_id
        keys = (account.key if account else None, _key(user.email), _key(user.username))
        for kind, key in zip(kinds, keys, strict=True):
            if key:
                kind[key].append(user)
    return tuple({key: tuple(found) for key, found in kind.items()} for kind in kinds)


def _owned(directory: Directory) -> Mapping[str, tuple[Device, ...]]:
    by_id = {u.id: u.id for u in directory.users}
    by_name = {u.username: u.id for u in directory.users if u.username}
    owned: defaultdict[str, list[Device]] = defaultdict(list)
    for device in filter(_is_phone, directory.devices or ()):
        link = device.user
        owner = link and (by_id.get(link.id or "") or by_name.get(link.username or ""))
        if owner:
            owned[owner].append(device)
    return {owner: tuple(found) for owner, found in owned.items()}


def _is_phone(device: Device) -> bool:
    """Whether it is a phone or tablet under management now: a record of an ended enrollment may be of an old phone."""
    model = (device.model or "").casefold()
    is_enrolled = device.enrollment.state is EnrollmentState.ENROLLED
    return is_enrolled and (not model or model.startswith(_PHONES))


@frozen(kw_only=True)
class Directory:
    """What was read of a tenant; `None` for a part nobody could read, with the reason in `missing`."""

    tenant: str
    users: tuple[User, ...] = field(repr=False)
    devices: tuple[Device, ...] | None = field(default=None, repr=False)
    missing: Mapping[str, str] = field(factory=dict)
    """`users` or `devices` → why it could not be read."""
    _indexes: tuple[Index, ...] = field(
        init=False, repr=False, eq=False, default=Factory(_indexes, takes_self=True)
    )
    _owned: Mapping[str, tuple[Device, ...]] = field(
        init=False, repr=False, eq=False, default=Factory(_owned, takes_self=True)
    )

    def records(self, address: str) -> tuple[User, ...]:
        """Every record of a person; upper and lower case are alike."""
        key = _key(address)
        return next((found[key] for found in self._indexes if key in found), ())

    def phones(self, users: Iterable[User]) -> Iterator[Device]:
        """The enrolled phones and tablets of these records."""
        for user in users:
            yield from self._owned.get(user.id, ())


def _key(text: str | None) -> str:
    return (text or "").strip().casefold()
