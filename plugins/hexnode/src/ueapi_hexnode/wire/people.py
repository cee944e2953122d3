"""Users as the product gives them; phone numbers and location history are dropped on reading."""

from __future__ import annotations

from ueapi_hexnode.wire.base import Row, Text


class UserRow(Row):
    """A user in a listing, in detail, or just created."""

    id: int
    name: Text = None
    email: Text = None
    domain: Text = None
    upn: Text = None
