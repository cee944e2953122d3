"""The moment before enrollment: answering a person's phone when it asks where to enroll.

`AllowList` says who is answered what, signed so that nobody else can steer people; `Responder` answers, as an ASGI
application; `export` writes files for a plain web server.
"""

from ueapi.discovery.allow_list import AllowList, digest_of, read_list, write_list
from ueapi.discovery.export import export
from ueapi.discovery.responder import Responder
from ueapi.discovery.shelf import Shelf

__all__ = [
    "AllowList",
    "Responder",
    "Shelf",
    "digest_of",
    "export",
    "read_list",
    "write_list",
]
