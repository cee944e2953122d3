"""A move on virtual phones: the one place where migration meets rehearsal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from attrs import define, field

from ueapi import migration
from ueapi.apple.profiles.signing import Signer
from ueapi.client import Tenant
from ueapi.contract import Capability, Fate, Level
from ueapi.discovery import Responder, Shelf
from ueapi.discovery.publishing import Addresses, Publisher
from ueapi.migration.documents import Plan, PlannedPerson, Policy, Task
from ueapi.migration.engine import DOUBTFUL, PASSING, SHORT_PAUSE
from ueapi.migration.ledger import Ledger
from ueapi.migration.outbox import ASKS, MESSAGES, Outbox
from ueapi.migration.reporting import Report
from ueapi.migration.sightings import DomainLookout
from ueapi.migration.snapshots import write_private
from ueapi.migration.steering import Event, Question, Signpost, View
from ueapi.model import EnrollmentKind, Snapshot
from ueapi.plugins import Registry
from ueapi.rehearsal import scenarios
from ueapi.rehearsal.administrator import Chore, VirtualAdministrator, revealing
from ueapi.rehearsal.enrolling.authority import Authority
from ueapi.rehearsal.enrolling.domain import Handover
from ueapi.rehearsal.enrolling.service import BYOD
from ueapi.rehearsal.fleet import OLD_WAYS, Mix
from ueapi.rehearsal.habits import VirtualPerson
from ueapi.rehearsal.memory import uncollected
from ueapi.rehearsal.world import Place, World
from ueapi.runtime.probing import Over, Seen, Trouble, Unseen

PILOT: Final = 5
OPERATOR: Final = 2 * 3600.0
"""Seconds until the operator looks into a pause."""
MOST_PAUSES: Final = 20
"""Pauses an operator looks into before the trouble is too much."""
MOST_READINGS: Final = 20
"""Snapshots tried before the trouble is too much."""
LEDGER_FILE: Final = "move.db"
LIST_FILE: Final = "discovery.list"


@define(kw_only=True, eq=False)
class Rehearsal:
    """A world, two tenants in it, and the messenger between the move and the virtual people."""

    world: World
    source: Place
    target: Place
    old: Tenant
    new: Tenant
    registry: Registry
    administrator: VirtualAdministrator
    stage: scenarios.Stage
    signer: Signer = field(init=False, repr=False)
    """Who signs the list of who is led where, and whom the responder trusts."""
    _people: Mapping[str, VirtualPerson] = field(factory=dict)
    _reported: set[str] = field(factory=set)
    outbox: Outbox | None = None
    """Where the messages are written down that people get; nowhere if not set."""

    def __attrs_post_init__(self) -> None:
        organization = Authority("Simulated organization", self.world.clock.now())
        self.signer = organization.signer("Service discovery")

    @classmethod
    def of(
        cls,
        registry: Registry,
        *,
        source: str,
        target: str,
        users: int,
        seed: int,
        scenario: str | None = None,
        mix: Mix | None = None,
    ) -> Rehearsal:
        """Build the world: the fleet enrolled at the source, the target new and empty.

        A `scenario` adds its trouble once everyone is enrolled; a `mix` says how people behave.

        Raises:
            UsageError: there is no scenario of that name.
        """
        trouble = scenarios.scenario(scenario) if scenario else scenarios.CALM
        world = World.empty(users=users, seed=seed, mix=mix)
        old_place = world.open_installed(registry, source, "source", trouble.source_skew)
        new_place = world.open_installed(registry, target, "target", trouble.target_skew)
        world.settle(old_place, lambda: new_place.server)
        stage = scenarios.Stage(world=world, source=old_place, target=new_place)
        trouble.play(stage)
        reported: set[str] = set()
        return cls(
            world=world,
            source=old_place,
            target=new_place,
            old=world.tenant(registry, old_place, "old", trouble.page_rows),
            new=world.tenant(registry, new_place, "new", trouble.page_rows),
            registry=registry,
            administrator=VirtualAdministrator(
                console=new_place.simulator.console,
                clock=world.clock,
                rng=world.stream("administrator"),
                on_done=reported.add,
                reveal=revealing(p.content for p in world.fleet.profiles),
                original=old_place.simulator.console.profile_content,
            ),
            reported=reported,
            stage=stage,
        )

    @classmethod
    def within(
        cls,
        registry: Registry,
        *,
        backend: str,
        users: int,
        seed: int,
        scenario: str | None = None,
        mix: Mix = OLD_WAYS,
    ) -> Rehearsal:
        """Build a world with one product, most of whose phones were enrolled by a profile and are enrolled anew.

        Raises:
            UsageError: there is no scenario of that name.
        """
        trouble = scenarios.scenario(scenario) if scenario else scenarios.CALM
        world = World.empty(users=users, seed=seed, mix=mix)
        place = world.open_installed(registry, backend, "source", trouble.source_skew)
        world.settle(place)
        stage = scenarios.Stage(world=world, source=place, target=place)
        trouble.play(stage)
        tenant = world.tenant(registry, place, "fleet", trouble.page_rows)
        old_ways = {EnrollmentKind.PROFILE_DRIVEN_USER}
        if _hides_ways(tenant):
            old_ways.add(EnrollmentKind.ACCOUNT_DRIVEN_USER)
        for person in world.people.values():
            person.old_ways = frozenset(old_ways)
        reported: set[str] = set()
        return cls(
            world=world,
            source=place,
            target=place,
            old=tenant,
            new=tenant,
            registry=registry,
            administrator=VirtualAdministrator(
                console=place.simulator.console,
                clock=world.clock,
                rng=world.stream("administrator"),
                on_done=reported.add,
            ),
            reported=reported,
            stage=stage,
        )

    def described(self) -> str:
        """What is in the world, for a line of text."""
        if self.old is self.new:
            product = self.registry.manifest(self.source.simulator.backend).product
            people, phones = len(self.world.fleet.people), self.world.phones.values()
            old = sum(1 for p in phones if p.seed.enrollment is EnrollmentKind.PROFILE_DRIVEN_USER)
            return f"{people} people with {len(phones)} virtual iPhones on {product}, {old} enrolled by a profile"
        names = [
            self.registry.manifest(p.simulator.backend).product for p in (self.source, self.target)
        ]
        return (
            f"{len(self.world.fleet.people)} people with {len(self.world.phones)} virtual iPhones on {names[0]}, "
            f"and an empty {names[1]}"
        )

    # -- the steps ---------------------------------------------------------------------------------

    def snapshots(self) -> tuple[Snapshot, Snapshot]:
        """Read both tenants; a reading that a trouble spoils is begun again, as an operator would."""
        taken = self._taken(self.old)
        return taken, taken if self.old is self.new else self._taken(self.new)

    def _taken(self, tenant: Tenant) -> Snapshot:
        for _ in range(MOST_READINGS):
            try:
                return migration.snapshot(tenant)
            except (*PASSING, *DOUBTFUL):
                self.world.clock.sleep(SHORT_PAUSE.total_seconds())
        return migration.snapshot(tenant)

    def plan(self, source: Snapshot, target: Snapshot, policy: Policy | None = None) -> Plan:
        """Plan, accepting every loss; without a policy, with one that suits the fleet's size."""
        sizes, is_within = wave_sizes(len(source.users)), self.old is self.new
        rules = policy or Policy(
            wave_sizes=sizes,
            wave_gap=24,
            reenroll_unclear=is_within and _hides_ways(self.old),
            hidden_scope="everyone",
        )
        if is_within:
            return migration.plan_reenrollment(source, policy=rules, registry=self.registry)
        plan = migration.plan(source, target, policy=rules, registry=self.registry)
        lost = frozenset(loss.id for loss in plan.losses if loss.fate is Fate.LOST)
        return plan.accepting(lost)

    def signpost(self, folder: Path) -> Publisher:
        """Keep the list of who is led where in this folder, and have the people's domain answer from it.

        It answers once the administrator has handed the domain over, where the target demands that; until then it
        leads to where everybody was. Who was not asked to move yet is refused.
        """
        clock = self.world.clock
        made = Publisher(
            path=folder / LIST_FILE,
            addresses=self._addresses(),
            signer=self.signer,
            now=clock.now,
        )
        if not made.path.exists():
            made.publish(())
        shelf = Shelf(
            path=made.path,
            anchors=[self.signer.certificate],
            now=clock.now,
            monotonic=clock.monotonic,
        )
        self._answered_by(Responder(shelf))
        return made

    def lookout(self) -> DomainLookout:
        """Look whether the people's domain leads to the target, as a phone of this world would."""
        addresses = self._addresses()
        return DomainLookout(look=self._look, new=addresses.new, refusal=View.MISLED)

    def _look(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        over: Over = Over.ANY,
    ) -> Seen | Unseen:
        del over
        try:
            reply = self.world.network.ask(method, url, headers or {}, body)
        except ConnectionError as problem:
            return Unseen(Trouble.NO_CONNECTION, str(problem))
        return Seen(status=reply.status, headers=dict(reply.headers), body=reply.body)

    def _answered_by(self, responder: Responder) -> None:
        """Have it answer as soon as the administrator hands the domain over, or at once if that was done."""
        known = self.world.domain
        if isinstance(known, Handover):
            known.after = responder
            return
        handover = Handover(before=known, after=responder)
        self.world.hand_over(handover)
        self.administrator.on_discovery = handover.do
        if self.new.sheet[Capability.ENROLLMENTS_DISCOVERY].level is Level.NATIVE:
            handover.do()

    def _addresses(self) -> Addresses:
        new, old = (f"https://{p.server.host}{BYOD}" for p in (self.target, self.source))
        return Addresses(new=new, old=old, refuses_others=self.old is not self.new)

    def apply(self, plan: Plan, out: Path) -> Iterator[Event]:
        """Write the plan, then apply it until every wave is closed; a pause is looked into as an operator would."""
        plan.write(out / "plan.json")
        ledger = out / LEDGER_FILE
        for old_file in out.glob(f"{LEDGER_FILE}*"):
            old_file.unlink()
        (out / LIST_FILE).unlink(missing_ok=True)
        signpost = self.signpost(out)
        self._people = people_by_key(plan, self.world)
        with uncollected(), Ledger(f"sqlite:///{ledger}") as opened:
            opened.hurry()
            yield from self._applied(plan, opened, signpost)
            for _ in range(MOST_PAUSES):
                if opened.paused() is None:
                    return
                self.world.clock.sleep(OPERATOR)
                self.stage.mend()
                migration.resume(f"sqlite:///{ledger}")
                yield from self._applied(plan, opened, signpost)

    def _applied(self, plan: Plan, ledger: Ledger, signpost: Signpost) -> Iterator[Event]:
        return migration.apply(
            plan,
            source=self.old,
            target=self.new,
            ledger=ledger,
            clock=self.world.clock,
            steering=self,
            signpost=signpost,
            lookout=self.lookout(),
            follow=True,
        )

    def write_letters(self, plan: Plan, out: Path) -> None:
        """From now on write down, in the folder of a real move's name, what each person gets to read.

        Raises:
            UsageError: the plan's policy names a language there is no text for.
        """
        # Texts need more than the rehearsal itself.
        from ueapi.migration.letters import Letters

        folder = (out / LEDGER_FILE).with_suffix(".outbox")
        for old_file in (folder / ASKS, *(folder / MESSAGES).glob("*")):
            old_file.unlink(missing_ok=True)
        letters = Letters.of(plan, self.registry)
        self.outbox = Outbox(folder, self.world.clock.now, letters=letters)

    def report(self, out: Path) -> Report:
        """Write report.json and report.html."""
        found = migration.status(f"sqlite:///{out / LEDGER_FILE}", seed=self.world.seed)
        write_private(out / "report.json", found.model_dump_json(indent=1) + "\n")
        migration.write_html(found, out / "report.html")
        return found

    # -- the messenger -----------------------------------------------------------------------------

    def ask(self, people: Sequence[PlannedPerson], question: Question) -> None:
        """Pass a question on to virtual people, and write it down where that is wanted."""
        if self.outbox is not None:
            self.outbox.ask(people, question)
        for planned in people:
            person = self._people[planned.key]
            match question:
                case Question.MOVE:
                    person.asked_to_move()
                case Question.REMIND:
                    person.reminded()
                case Question.SIGN_IN:
                    person.asked_to_sign_in()
                case Question.WRONG_ENROLLMENT:
                    person.asked_to_repeat()
                case Question.ACCEPT_APP:
                    person.asked_to_accept()
                case Question.ESCALATE:
                    person.called_by_help_desk()
                case Question.STAY:
                    person.told_to_stay()
                case Question.WHICH_PHONE:
                    pass

    def task(self, task: Task, remark: str) -> None:
        """Pass a task on to the virtual administrator."""
        self._reported.discard(task.id)
        chore = Chore(id=task.id, kind=task.kind, subject=task.subject, content=task.content)
        self.administrator.take(chore, remark)

    def reported(self) -> frozenset[str]:
        """Tasks the virtual administrator says are done."""
        return frozenset(self._reported)


def _hides_ways(tenant: Tenant) -> bool:
    return tenant.sheet[Capability.DEVICES_ENROLLMENT_KIND].level is not Level.NATIVE


def wave_sizes(users: int) -> tuple[int, ...]:
    """A pilot, then waves that let a fleet of this size move in about four."""
    return (min(PILOT, users), max(PILOT, users // 4), max(PILOT, users // 3))


def people_by_key(plan: Plan, world: World) -> dict[str, VirtualPerson]:
    """Which virtual person a planned one is, by Managed Apple ID; of two records of one person, the one with phones."""
    by_account = {
        p.person.managed_apple_id.casefold(): p
        for p in sorted(world.people.values(), key=lambda p: len(p.phones))
        if p.person.managed_apple_id
    }
    return {
        p.key: by_account[p.managed_apple_id.key]
        for p in plan.people
        if p.exclusion is None and p.managed_apple_id
    }
