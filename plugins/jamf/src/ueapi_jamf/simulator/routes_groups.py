"""Groups of devices in the Jamf Pro API, and the little it offers for groups of users.

Source: Jamf Pro API 11.30 schema, `/v2/mobile-device-groups`; version 1 is deprecated and still served.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import define
from starlette.requests import Request
from starlette.responses import Response

from ueapi.rehearsal.simulator import CHANGES, READS
from ueapi_jamf.simulator import rsql
from ueapi_jamf.simulator.answers import Json, Row, answer_json, json_object, not_found, refuse
from ueapi_jamf.simulator.criteria import SEARCH_TYPES, CriterionRow
from ueapi_jamf.simulator.device_fields import SORTS, field_of, user_and_location
from ueapi_jamf.simulator.groups import GroupRow
from ueapi_jamf.simulator.paging import in_order, order, page_of, window
from ueapi_jamf.simulator.server import Server
from ueapi_jamf.simulator.state import NO_SITE, DeviceRow

_FIELDS: Final = frozenset({"groupId", "groupName", "siteId"})
_LONGEST: Final = 255
_MEMBER_COLUMNS: Final = (
    "udid",
    "managementId",
    "displayName",
    "deviceOwnershipType",
    "managed",
    "osVersion",
    "model",
    "modelIdentifier",
    "serialNumber",
    "imei",
    "lastEnrolledDate",
    "lastInventoryUpdateDate",
)


@define
class GroupRoutes:
    """Smart and static groups of devices."""

    server: Server

    def rows(self) -> list[Row]:
        """The routes of both versions."""
        found: list[Row] = []
        for version in ("v2", "v1"):
            base = f"/api/{version}/mobile-device-groups"
            found += self._smart(f"{base}/smart-groups") + self._static(f"{base}/static-groups")
            found += [
                Row("GET", base, self.all, READS, _needs("Read", "Smart")),
                Row(
                    "GET",
                    f"{base}/smart-group-membership/{{id}}",
                    self.smart_members,
                    READS,
                    _needs("Read", "Smart"),
                ),
                Row(
                    "GET",
                    f"{base}/static-group-membership/{{id}}",
                    self.static_members,
                    READS,
                    _needs("Read", "Static"),
                ),
            ]
        return [
            *found,
            Row("GET", "/api/v1/static-user-groups", self.user_groups, READS),
            Row("GET", "/api/v1/static-user-groups/{id}", self.user_group, READS),
        ]

    def _smart(self, base: str) -> list[Row]:
        one = f"{base}/{{id}}"
        return [
            Row("GET", base, self.smart_groups, READS, _needs("Read", "Smart")),
            Row("POST", base, self.create_smart, CHANGES, _needs("Create", "Smart")),
            Row("GET", one, self.smart_group, READS, _needs("Read", "Smart")),
            Row("PUT", one, self.update_smart, CHANGES, _needs("Update", "Smart")),
            Row("DELETE", one, self.delete_smart, CHANGES, _needs("Delete", "Smart")),
        ]

    def _static(self, base: str) -> list[Row]:
        one = f"{base}/{{id}}"
        return [
            Row("GET", base, self.static_groups, READS, _needs("Read", "Static")),
            Row("POST", base, self.create_static, CHANGES, _needs("Create", "Static")),
            Row("GET", one, self.static_group, READS, _needs("Read", "Static")),
            Row("PATCH", one, self.update_static, CHANGES, _needs("Update", "Static")),
            Row("DELETE", one, self.delete_static, CHANGES, _needs("Delete", "Static")),
        ]

    # -- reading -----------------------------------------------------------------------------------

    async def all(self, request: Request) -> Response:
        """Every group, as a bare list. Source: Jamf Pro API 11.30 schema, `MobileDeviceGroup`."""
        rows = self.server.device_groups.rows.values()
        return answer_json(
            [
                {
                    "id": g.id,
                    "name": g.name,
                    "description": g.description,
                    "isSmartGroup": g.is_smart,
                }
                for g in rows
            ]
        )

    async def smart_groups(self, request: Request) -> Response:
        """Smart groups by page. Source: Jamf Pro API 11.30 schema, `SmartGroupSearchResults`."""
        return self._listing(request, is_smart=True)

    async def static_groups(self, request: Request) -> Response:
        """Static groups by page. Source: Jamf Pro API 11.30 schema, `StaticGroupSearchResults`."""
        return self._listing(request, is_smart=False)

    async def smart_group(self, request: Request) -> Response:
        """One smart group with its criteria. Source: Jamf Pro API 11.30 schema, `SmartGroupDetailV2`."""
        return answer_json(_detailed(self._row(request, is_smart=True)))

    async def static_group(self, request: Request) -> Response:
        """One static group. Source: Jamf Pro API 11.30 schema, `StaticGroup`."""
        return answer_json(self._shown(self._row(request, is_smart=False)))

    async def smart_members(self, request: Request) -> Response:
        """Members of a smart group. Source: Jamf Pro API 11.30 schema, `InventoryListMobileDevice`."""
        return self._members(request, is_smart=True)

    async def static_members(self, request: Request) -> Response:
        """Members of a static group. Source: Jamf Pro API 11.30 schema, `InventoryListMobileDevice`."""
        return self._members(request, is_smart=False)

    async def user_groups(self, request: Request) -> Response:
        """Static groups of users; ids are numbers here. Source: Jamf Pro API 11.30 schema, `StaticUserGroup`."""
        rows = self.server.user_groups.rows.values()
        return answer_json([{"id": g.id, "name": g.name} for g in rows if not g.is_smart])

    async def user_group(self, request: Request) -> Response:
        """One static group of users. Source: Jamf Pro API 11.30 schema, `StaticUserGroup`."""
        row = self.server.user_groups.rows.get(_number(request))
        if row is None or row.is_smart:
            not_found()
        return answer_json({"id": row.id, "name": row.name})

    # -- changing ----------------------------------------------------------------------------------

    async def create_smart(self, request: Request) -> Response:
        """A new smart group. Source: Jamf Pro API 11.30 schema; 422 for a name that is taken."""
        name, description, criteria = self._smart_fields(await json_object(request), None)
        row = self.server.device_groups.add(
            name, description=description, is_smart=True, criteria=criteria
        )
        return _made(request, row)

    async def update_smart(self, request: Request) -> Response:
        """Replace a smart group; answers 202. Source: Jamf Pro API 11.30 schema."""
        row = self._row(request, is_smart=True)
        fields = self._smart_fields(await json_object(request), row)
        row.name, row.description, row.criteria = fields
        self._changed(row)
        return answer_json(_detailed(row), status=202)

    async def delete_smart(self, request: Request) -> Response:
        """Delete a smart group; 422 while something is scoped to it. Source: Jamf Pro API 11.30 schema."""
        row = self._row(request, is_smart=True)
        if self._is_used(row):
            refuse(422, "DEPENDENT_OBJECTS", "Something is scoped to this group")
        return self._delete(row)

    async def create_static(self, request: Request) -> Response:
        """A new static group. Source: public clients' observations of 11.32: `assignments` and `siteId` are needed."""
        body = await json_object(request)
        if "assignments" not in body:
            refuse(500, "INTERNAL_ERROR", "Internal server error")
        if "siteId" not in body:
            refuse(403, "INVALID_PRIVILEGE", "Forbidden")
        name = self._name(body, None)
        changes = self._assignments(body)
        row = self.server.device_groups.add(name, description=str(body.get("groupDescription", "")))
        self._assign(row, changes)
        return _made(request, row)

    async def update_static(self, request: Request) -> Response:
        """Change a static group by what is given. Source: public clients' observations of 11.32."""
        row, body = self._row(request, is_smart=False), await json_object(request)
        if "assignments" not in body:
            refuse(500, "INTERNAL_ERROR", "Internal server error")
        for field in ("groupName", "siteId"):
            if field not in body:
                refuse(400, "INVALID_FIELD", "The field is required", field=field)
        changes = self._assignments(body)
        row.name = self._name(body, row)
        row.description = str(body.get("groupDescription", row.description))
        self._assign(row, changes)
        return answer_json(self._shown(row))

    async def delete_static(self, request: Request) -> Response:
        """Delete a static group. Source: Jamf Pro API 11.30 schema."""
        return self._delete(self._row(request, is_smart=False))

    # -- details -----------------------------------------------------------------------------------

    def _listing(self, request: Request, *, is_smart: bool) -> Response:
        asked, wanted = window(request), order(request, "groupId:asc", _FIELDS)
        expression = rsql.parse(request.query_params.get("filter", ""), _FIELDS)
        test = rsql.compiled(expression) if expression else lambda _: True
        groups = [g for g in self.server.device_groups.rows.values() if g.is_smart is is_smart]
        rows = in_order((g for g in groups if test(_getter(g))), wanted, _value, lambda g: g.id)
        return page_of(len(rows), [self._shown(row) for row in asked.cut(rows)])

    def _members(self, request: Request, *, is_smart: bool) -> Response:
        group = self._row(request, is_smart=is_smart)
        wanted = order(request, "mobileDeviceId:asc", SORTS)
        asked, devices = window(request), self.server.devices.rows
        owner_of = self.server.owner_of
        rows = in_order(
            (devices[i] for i in self.server.device_groups.members(group)),
            wanted,
            lambda d, name: field_of(d, owner_of(d), name),
            lambda d: d.id,
        )
        return page_of(len(rows), [self._member(d) for d in asked.cut(rows)])

    def _member(self, device: DeviceRow) -> Json:
        owner = self.server.owner_of(device)
        row: Json = {"mobileDeviceId": str(device.id)}
        row.update((name, field_of(device, owner, name)) for name in _MEMBER_COLUMNS)
        located = user_and_location(device, owner)
        return {
            **row,
            "username": located["username"],
            "fullName": located["realName"],
            "emailAddress": located["emailAddress"],
        }

    def _shown(self, row: GroupRow) -> Json:
        return {
            "groupId": str(row.id),
            "groupName": row.name,
            "groupDescription": row.description,
            "siteId": NO_SITE,
            "count": len(self.server.device_groups.members(row)),
        }

    def _row(self, request: Request, *, is_smart: bool) -> GroupRow:
        row = self.server.device_groups.rows.get(_number(request))
        if row is None or row.is_smart is not is_smart:
            not_found()
        return row

    def _name(self, body: Json, row: GroupRow | None) -> str:
        name = body.get("groupName")
        if not isinstance(name, str) or not 0 < len(name) <= _LONGEST:
            refuse(400, "INVALID_FIELD", "A name is required", field="groupName")
        holder = self.server.device_groups.named(name)
        if holder is not None and holder is not row:
            refuse(422, "DUPLICATE_FIELD", "The name is taken", field="groupName")
        return name

    def _smart_fields(
        self, body: Json, row: GroupRow | None
    ) -> tuple[str, str, tuple[CriterionRow, ...]]:
        rows = body.get("criteria", [])
        if not isinstance(rows, list):
            refuse(400, "INVALID_FIELD", "A list was expected", field="criteria")
        criteria = tuple(_criterion(one) for one in sorted(rows, key=_priority))
        return self._name(body, row), str(body.get("groupDescription") or ""), criteria

    def _assignments(self, body: Json) -> dict[int, bool]:
        found: dict[int, bool] = {}
        rows = body["assignments"]
        for row in rows if isinstance(rows, list) else ():
            text = str(row.get("mobileDeviceId", "")) if isinstance(row, dict) else ""
            device = self.server.devices.rows.get(int(text)) if text.isdecimal() else None
            if device is None or not device.is_managed:
                refuse(400, "INVALID_DEVICE", "Unknown or unmanaged device", field="assignments")
            found[device.id] = row.get("selected") is not False
        return found

    def _assign(self, row: GroupRow, changes: dict[int, bool]) -> None:
        row.members |= {i for i, is_in in changes.items() if is_in}
        row.members -= {i for i, is_in in changes.items() if not is_in}
        self._changed(row)

    def _changed(self, row: GroupRow) -> None:
        self.server.device_groups.changed(row)
        self.server.settle()

    def _delete(self, row: GroupRow) -> Response:
        self.server.device_groups.remove(row)
        self.server.settle()
        return Response(status_code=204)

    def _is_used(self, row: GroupRow) -> bool:
        scopes = [p.scope for p in self.server.profiles.rows.values()]
        scopes += [a.scope for a in self.server.apps.rows.values()]
        return any(row.id in scope.device_groups for scope in scopes)


def _needs(verb: str, kind: str) -> str:
    return f"{verb} {kind} Mobile Device Groups"


def _made(request: Request, row: GroupRow) -> Response:
    href = f"{request.url.scheme}://{request.url.netloc}{request.url.path}/{row.id}"
    return answer_json({"id": str(row.id), "href": href}, status=201)


def _number(request: Request) -> int:
    text: str = request.path_params["id"]
    return int(text) if text.isdecimal() else 0


def _value(row: GroupRow, name: str) -> object:
    return {"groupId": row.id, "groupName": row.name, "siteId": NO_SITE}[name]


def _getter(row: GroupRow) -> Callable[[str], object]:
    return lambda name: _value(row, name)


def _detailed(row: GroupRow) -> Json:
    return {
        "groupId": str(row.id),
        "groupName": row.name,
        "groupDescription": row.description,
        "siteId": NO_SITE,
        "criteria": [
            {
                "name": c.name,
                "priority": place,
                "andOr": c.and_or,
                "searchType": c.search_type,
                "value": c.value,
                "openingParen": c.opens,
                "closingParen": c.closes,
            }
            for place, c in enumerate(row.criteria)
        ],
    }


def _priority(row: object) -> int:
    value = row.get("priority") if isinstance(row, dict) else None
    return value if isinstance(value, int) else 0


def _criterion(row: object) -> CriterionRow:
    if not isinstance(row, dict) or not row.get("name"):
        refuse(400, "INVALID_FIELD", "A criterion needs a name", field="criteria")
    joint = str(row.get("andOr", "and")).casefold()
    kind = str(row.get("searchType", "is"))
    if joint not in {"and", "or"} or kind not in SEARCH_TYPES:
        refuse(400, "INVALID_FIELD", "Unknown andOr or searchType", field="criteria")
    value = str(row.get("value") or "")
    if len(value) > _LONGEST:
        refuse(400, "INVALID_FIELD", "The value is too long", field="value")
    return CriterionRow(
        name=str(row["name"]),
        and_or=joint,
        search_type=kind,
        value=value,
        opens=row.get("openingParen") is True,
        closes=row.get("closingParen") is True,
    )
