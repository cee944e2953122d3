"""An application's answer as a value, to be changed or given again."""

from __future__ import annotations

from attrs import define, evolve, field

from ueapi.rehearsal.wire import Application, Message, Receive, Send


@define
class Recorded:
    """One answer."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(factory=list)
    body: bytes = b""

    def saying(self, body: bytes) -> Recorded:
        """The same answer with another body."""
        headers = [(k, v) for k, v in self.headers if k.lower() != b"content-length"]
        return evolve(self, headers=headers, body=body)

    @property
    def media_type(self) -> str:
        """The type of the body, without parameters."""
        found = next((v for k, v in self.headers if k.lower() == b"content-type"), b"")
        return found.decode("latin-1").partition(";")[0].strip().casefold()


async def recorded(application: Application, scope: Message, receive: Receive) -> Recorded:
    """Have the application answer, and keep what it says."""
    answer = Recorded()

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = list(message.get("headers", []))
        elif message["type"] == "http.response.body":
            answer.body += message.get("body", b"")

    await application(scope, receive, keep)
    return answer


async def replay(answer: Recorded, send: Send) -> None:
    """Give an answer."""
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body})
