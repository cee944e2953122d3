"""What every backend promises about signing in."""

from __future__ import annotations

from pydantic import SecretStr

from ueapi.contract import Settings
from ueapi.errors import AccessError, CapabilityUnsupported
from ueapi.testing.harness import Harness
from ueapi.testing.promises import promise
from ueapi.testing.tiers import Topic

WRONG = "wrong-0123456789abcdef"


class ConnectionConformance:
    """From settings to the first answer."""

    facet = "connection"

    @promise(
        "connection.build.asks-nothing",
        Topic.CONNECTS,
        fix="Let `build` put objects together only; ask in the facets' flows and in `auth.sign_in`.",
    )
    def test_building_asks_nothing(self, harness: Harness) -> None:
        """Connecting sends no request."""
        harness.connect()

        assert harness.simulator.log.entries == []

    @promise(
        "connection.check.answers",
        Topic.CONNECTS,
        fix="Implement `auth.sign_in`, and one listing of users, devices, groups, profiles or apps.",
    )
    def test_checking_signs_in_and_reads(self, harness: Harness) -> None:
        """Good credentials get one cheap answer; a backend that lists nothing says so."""
        try:
            found = harness.tenant.check()
        except CapabilityUnsupported:
            assert not any(
                harness.can(c) for c in harness.tenant.sheet if c.value.endswith(".list")
            )
            return
        assert found.operation.endswith(".list")
        assert harness.simulator.log.changing() == []

    @promise(
        "connection.sign-in.wrong-secret",
        Topic.CONNECTS,
        fix="Have `fault` (or `disguised`, behind status 200) map the refusal to CredentialsRejected, with a remedy.",
    )
    def test_a_wrong_secret_is_told(self, harness: Harness) -> None:
        """A wrong secret raises AccessError with a remedy, and the secret isn't in it."""
        if not any(harness.can(c) for c in harness.tenant.sheet):
            return
        for name in secret_settings(harness):
            tenant = harness.connect_with({name: WRONG})
            try:
                tenant.check()
            except AccessError as problem:
                assert problem.remedy, f"{name}: no remedy"
                assert WRONG not in f"{problem} {problem!r}", f"{name}: the error tells the secret"
                continue
            raise AssertionError(f"a wrong {name} was accepted")

    @promise(
        "connection.settings.secrets-are-hidden",
        Topic.PRIVACY,
        fix="Make settings that grant access `SecretStr`, and derive the model from `ueapi.contract.Settings`.",
    )
    def test_settings_hide_their_secrets(self, harness: Harness) -> None:
        """Neither the settings nor the tenant nor the backend shows a value of a secret setting."""
        checked = _settings(harness)
        secrets = [harness.place.settings[name] for name in secret_settings(harness)]
        shown = " ".join(repr(each) for each in (checked, harness.tenant, harness.backend))
        shown += str(checked) + repr(harness.backend.auth) + repr(harness.backend.native)

        assert not any(secret and secret in shown for secret in secrets)
        assert secrets or not any(harness.can(c) for c in harness.tenant.sheet)


def secret_settings(harness: Harness) -> list[str]:
    """Names of the settings that are secret, as far as they are given."""
    checked = _settings(harness)
    return [
        name
        for name in type(checked).model_fields
        if isinstance(getattr(checked, name), SecretStr) and name in harness.place.settings
    ]


def _settings(harness: Harness) -> Settings:
    model = harness.registry.settings_type(harness.tenant.backend)
    return model.model_validate(dict(harness.place.settings))
