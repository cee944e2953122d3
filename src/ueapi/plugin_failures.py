"""Plugins that can't be used: why, for whoever asks for their backend, and what to do about it."""

from __future__ import annotations

import traceback
from importlib.metadata import Distribution
from typing import Final, Protocol

from attrs import field, frozen

from ueapi.contract import CONTRACT, BackendManifest
from ueapi.errors import IncompatiblePlugin, UeapiError

_CORE: Final = "ueapi"
_REINSTALL: Final = "Update or reinstall it; `ueapi backends --tracebacks` shows where it breaks."
_TOO_NEW: Final = (
    "It asks for what this ueapi (contract {}.{}) doesn't have: update ueapi, or install an earlier version"
    " of the plugin."
)


class Origin(Protocol):
    """What is used of an entry point to say whose plugin it is."""

    @property
    def name(self) -> str:
        """Its name, by custom the backend's."""
        ...

    @property
    def dist(self) -> Distribution | None:
        """The distribution that holds it."""
        ...


@frozen(kw_only=True)
class LoadFailure:
    """A plugin that can't be used: why, what to do, and the traceback for its author."""

    name: str
    distribution: str
    summary: str
    remedy: str = _REINSTALL
    traceback: str = field(default="", repr=False)

    def error(self) -> IncompatiblePlugin:
        """The error to raise when its backend is asked for."""
        return IncompatiblePlugin(
            f"the plugin ({self.distribution}) can't be used: {self.summary}.",
            remedy=self.remedy,
            backend=self.name,
        )


def failure_of(point: Origin, problem: BaseException) -> LoadFailure:
    """Keep what went wrong; a manifest that was read gives the backend its name."""
    backend = problem.backend if isinstance(problem, UeapiError) else None
    return LoadFailure(
        name=backend or point.name,
        distribution=distribution_of(point),
        summary=summary_of(problem),
        remedy=_remedy(problem),
        traceback="".join(traceback.format_exception(problem)),
    )


def clash_of(name: str, distributions: tuple[str, ...]) -> LoadFailure:
    """The failure of several plugins that announce the same backend."""
    who = " and ".join(distributions)
    return LoadFailure(
        name=name,
        distribution=who,
        summary=f"more than one plugin claims the name {name!r}: {who}",
        remedy="Uninstall one of them.",
    )


def distribution_of(point: Origin) -> str:
    """Whose plugin it is, with its version."""
    return "by hand" if point.dist is None else f"{point.dist.name} {point.dist.version}"


def summary_of(problem: BaseException) -> str:
    """What happened, in one line; errors of ours need no class name to be understood."""
    text = problem.message if isinstance(problem, UeapiError) else str(problem)
    if not isinstance(problem, UeapiError):
        text = f"{type(problem).__name__}: {text}"
    return text.partition("\n")[0].rstrip(". :")


def _remedy(problem: BaseException) -> str:
    if isinstance(problem, UeapiError) and problem.remedy:
        return problem.remedy
    return _TOO_NEW.format(*CONTRACT) if _asks_for_more(problem) else _REINSTALL


def _asks_for_more(problem: BaseException) -> bool:
    """Whether the plugin wants a name or an argument that this core lacks, as one made for a later contract does."""
    match problem:
        case ImportError(name=str(module)):
            return module.partition(".")[0] == _CORE
        case TypeError():
            return str(problem).startswith(f"{BackendManifest.__name__}.__init__()")
        case AttributeError(obj=owner):
            holder = getattr(owner, "__module__", None) or getattr(owner, "__name__", "")
            return str(holder).partition(".")[0] == _CORE
        case _:
            return False
