"""Finds backends: hooks, guarded and lazy loading, look-up by name.

A plugin is a module (or any object) with hook functions, named by an entry point of the group `ueapi`. Importing
`ueapi` loads none of them; the first look-up in a `Registry` does, each under its own guard. A broken plugin is kept
with its traceback, listed, and raised only when its backend is asked for.
"""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property
from importlib.metadata import Distribution, entry_points
from typing import Final, Protocol, Self, cast

import pluggy
from attrs import field, frozen

from ueapi.contract import (
    GROUP,
    Backend,
    BackendManifest,
    CapabilitySheet,
    Context,
    Settings,
    Translation,
    not_implemented,
)
from ueapi.contract.capability import ADDED
from ueapi.errors import CapabilityUnsupported, IncompatiblePlugin, UnknownBackend
from ueapi.plugin_failures import LoadFailure, clash_of, distribution_of, failure_of, summary_of

ONLY: Final = "UEAPI_BACKENDS"
"""Environment variable: names of the only plugins to load, separated by commas."""

hookspec = pluggy.HookspecMarker(GROUP)

_log: Final = logging.getLogger("ueapi")

Build = Callable[[Settings, Context], Backend]


class Hooks:
    """The hooks a plugin may implement."""

    @hookspec
    def ueapi_backend(self) -> BackendManifest:  # type: ignore[empty-body]  # a specification
        """Announce a backend."""

    @hookspec
    def ueapi_on_event(self, event: object) -> None:
        """Watch what the runtime does; the classes are in `ueapi.runtime.events`."""


class EntryPoint(Protocol):
    """What is used of an entry point; tests pass their own."""

    @property
    def name(self) -> str:
        """Its name, by custom the backend's."""
        ...

    @property
    def dist(self) -> Distribution | None:
        """The distribution that holds it."""
        ...

    def load(self) -> object:
        """Import the plugin."""
        ...


@frozen
class ByHand:
    """An entry point for a plugin object at hand, for tests and programs without installed plugins."""

    name: str
    plugin: object = field(repr=False)
    dist: None = None

    def load(self) -> object:
        """The object itself."""
        return self.plugin


@frozen(kw_only=True)
class Installed:
    """A loaded plugin and the backend it announces."""

    manifest: BackendManifest
    distribution: str


@frozen(kw_only=True)
class _Loaded:
    manager: pluggy.PluginManager = field(repr=False)
    backends: Mapping[str, Installed]
    failures: Mapping[str, LoadFailure]


class Registry:
    """The backends at hand. Loads plugins at the first look-up, once."""

    def __init__(
        self, points: Iterable[EntryPoint] = (), *, only: Iterable[str] | None = None
    ) -> None:
        """Hold entry points, or only those named in `only`."""
        wanted = None if only is None else frozenset(only)
        self._points = sorted(
            (p for p in points if wanted is None or p.name in wanted), key=lambda p: p.name
        )

    @classmethod
    def installed(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """All installed plugins, or those named in the environment variable `UEAPI_BACKENDS`."""
        named = [name.strip() for name in environ.get(ONLY, "").split(",") if name.strip()]
        return cls(entry_points(group=GROUP), only=named or None)

    @classmethod
    def of(cls, **plugins: object) -> Self:
        """Plugins at hand, by name."""
        return cls(ByHand(name, plugin) for name, plugin in plugins.items())

    # -- what there is -----------------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the backends that can be used, sorted."""
        return tuple(sorted(self._loaded.backends))

    @property
    def backends(self) -> tuple[Installed, ...]:
        """The backends that can be used, sorted by name."""
        return tuple(self._loaded.backends[name] for name in self.names)

    @property
    def failures(self) -> tuple[LoadFailure, ...]:
        """The plugins that can't be used, and why."""
        return tuple(self._loaded.failures.values())

    def observers(self) -> tuple[Callable[[object], object], ...]:
        """The plugins' `ueapi_on_event`, one by one."""
        manager = self._loaded.manager
        plugins = manager.get_plugins()
        return tuple(
            _caller(manager.subset_hook_caller("ueapi_on_event", plugins - {plugin}))
            for _, plugin in manager.list_name_plugin()
            if hasattr(plugin, "ueapi_on_event")
        )

    # -- one backend -------------------------------------------------------------------------------

    def manifest(self, name: str) -> BackendManifest:
        """What the backend announces.

        Raises:
            UnknownBackend: no plugin has that name; the message lists those there are.
            IncompatiblePlugin: the plugin is broken, is made for another contract, or two claim the name; the
                message says which side to update.
        """
        if (failure := self._loaded.failures.get(name)) is not None:
            raise failure.error()
        if (found := self._loaded.backends.get(name)) is None:
            raise self._unknown(name)
        return found.manifest

    def settings_type(self, name: str) -> type[Settings]:
        """The model of the backend's connection settings."""
        found = self.resolve(name, self.manifest(name).settings)
        if not (isinstance(found, type) and issubclass(found, Settings)):
            raise _wrong(name, "settings", "a subclass of Settings")
        return found

    def sheet(self, name: str) -> CapabilitySheet:
        """The backend's capability sheet; what came after the contract it was made for counts as not implemented."""
        manifest = self.manifest(name)
        found = self.resolve(name, manifest.sheet)
        if not isinstance(found, CapabilitySheet):
            raise _wrong(name, "sheet", "a CapabilitySheet")
        return _as_made(found, manifest)

    def build(self, name: str) -> Build:
        """The function that builds the backend from settings and context."""
        found = self.resolve(name, self.manifest(name).build)
        if not callable(found):
            raise _wrong(name, "build", "a function")
        return cast("Build", found)

    def translator(self, name: str) -> Callable[[bytes], Translation]:
        """The function that says what becomes of each setting of a profile in that product."""
        reference = self.manifest(name).translate
        if reference is None:
            return Translation.whole
        found = self.resolve(name, reference)
        if not callable(found):
            raise _wrong(name, "translate", "a function")
        return cast("Callable[[bytes], Translation]", found)

    def enrollment_address(self, name: str, url: str) -> str | None:
        """The address at which people's own devices enroll with a tenant; `None` where only its console tells.

        Raises:
            UnknownBackend: there is no such backend.
            IncompatiblePlugin: what its manifest names is no function, or doesn't return an address.
        """
        reference = self.manifest(name).discovery
        if reference is None:
            return None
        found = self.resolve(name, reference)
        address = found(url) if callable(found) else None
        if not isinstance(address, str):
            raise _wrong(name, "discovery", "a function that returns an address")
        return address

    def simulator(self, name: str) -> Callable[..., object]:
        """The function that makes the product's simulator.

        Raises:
            CapabilityUnsupported: the plugin ships none.
        """
        reference = self.manifest(name).simulator
        if reference is None:
            raise CapabilityUnsupported(
                "the plugin ships no simulator.",
                remedy="Choose a backend that does.",
                backend=name,
                operation="simulate",
            )
        found = self.resolve(name, reference)
        if not callable(found):
            raise _wrong(name, "simulator", "a function")
        return found

    def resolve(self, name: str, reference: str) -> object:
        """Import what a reference `package.module:name` of that backend's manifest names.

        Raises:
            IncompatiblePlugin: it can't be imported, or there is no such name in the module.
        """
        module, colon, attribute = reference.partition(":")
        if not (module and colon and attribute):
            raise IncompatiblePlugin(
                f"the reference {reference!r} is not of the form package.module:name.",
                remedy="Report it to the plugin's author.",
                backend=name,
            )
        try:
            return getattr(importlib.import_module(module), attribute)
        except Exception as problem:  # foreign code; whatever it is, this backend can't be used
            raise IncompatiblePlugin(
                f"{reference} can't be loaded: {summary_of(problem)}.",
                remedy="Update or reinstall the plugin, with its extras if it is a simulator.",
                backend=name,
            ) from problem

    # -- loading -----------------------------------------------------------------------------------

    @cached_property
    def _loaded(self) -> _Loaded:
        manager = _new_manager()
        claims: dict[str, list[Installed]] = {}
        failures: dict[str, LoadFailure] = {}
        for point in self._points:
            try:
                plugin = point.load()
                found = _tried(point.name, plugin)
                if manager.get_plugin(point.name) is None and not manager.is_registered(plugin):
                    manager.register(plugin, name=point.name)
            except (Exception, SystemExit) as problem:  # noqa: BLE001 - foreign code; kept and listed
                failure = failure_of(point, problem)
                failures[failure.name] = failure
                # No warning: whoever doesn't ask for that backend need not hear of it with each command.
                _log.info("plugin %s can't be used: %s", point.name, failure.summary)
                continue
            for manifest in found:
                claim = Installed(manifest=manifest, distribution=distribution_of(point))
                claims.setdefault(manifest.name, []).append(claim)
        failures |= {
            name: clash_of(name, tuple(claim.distribution for claim in who))
            for name, who in claims.items()
            if len(who) > 1
        }
        backends = {name: who[0] for name, who in claims.items() if name not in failures}
        return _Loaded(manager=manager, backends=backends, failures=failures)

    def _unknown(self, name: str) -> UnknownBackend:
        near = get_close_matches(name, self.names, n=1)
        start = f"Did you mean {near[0]!r}? Otherwise install" if near else "Install"
        have = ", ".join(self.names) or "none"
        if self._loaded.failures:
            have += f"; broken: {', '.join(sorted(self._loaded.failures))}"
        return UnknownBackend(
            f"no backend {name!r} is installed (installed: {have}).",
            remedy=f"{start} its plugin, usually `pip install ueapi-{name}`.",
        )


def _new_manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(Hooks)
    return manager


def _tried(name: str, plugin: object) -> list[BackendManifest]:
    """Register it with nobody else around, so that a misspelled hook or a broken one is its own problem."""
    trial = _new_manager()
    trial.register(plugin, name=name)
    trial.check_pending()
    found = [_checked(manifest) for manifest in trial.hook.ueapi_backend()]
    if not found and not hasattr(plugin, "ueapi_on_event"):
        raise IncompatiblePlugin("it implements no hook of ueapi.")
    return found


def _checked(manifest: object) -> BackendManifest:
    if not isinstance(manifest, BackendManifest):
        raise IncompatiblePlugin(f"ueapi_backend returned {type(manifest).__name__}, no manifest.")
    manifest.require_compatible()
    return manifest


def _as_made(sheet: CapabilitySheet, manifest: BackendManifest) -> CapabilitySheet:
    """Fill the rows a plugin for an earlier contract couldn't have; what it says there by accident doesn't count."""
    young = [capability for capability, when in ADDED.items() if when > manifest.made_for]
    if not young:
        return sheet
    row = not_implemented(f"made for contract {manifest.contract}, which had no such ability")
    return CapabilitySheet.of({**sheet.rows, **dict.fromkeys(young, row)})


def _caller(hook: pluggy.HookCaller) -> Callable[[object], object]:
    return lambda event: hook(event=event)


def _wrong(name: str, what: str, wanted: str) -> IncompatiblePlugin:
    return IncompatiblePlugin(
        f"the manifest's `{what}` is not {wanted}.",
        remedy="Report it to the plugin's author.",
        backend=name,
    )
