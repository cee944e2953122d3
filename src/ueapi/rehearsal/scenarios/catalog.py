"""The scenarios by name: what happens, what the operator sees, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from ueapi.errors import UsageError
from ueapi.rehearsal.faults import FaultRates, Oddity
from ueapi.rehearsal.scenarios.plays import (
    ALL_HINTS,
    Scenario,
    bad_line,
    hand_edits,
    lagging,
    odd_answers,
    outages,
    revoked_tokens,
    short_tokens,
    storm,
)

FEW_ROWS: Final = 7
"""Rows of a page where pages are small."""

_ALL: Final = (
    Scenario(
        name="rate-limits",
        happens="Both products refuse one call in eight with status 429. They say when to come back as seconds, as a "
        "date, in rate limit headers, or not at all.",
        sees="The move takes a little longer. Nothing is asked twice, nobody waits for an answer.",
        do="Nothing. If it stays so for days, lower the pace in the connection settings.",
        play=bad_line(FaultRates(too_many=0.125, hint=15, hints=ALL_HINTS)),
    ),
    Scenario(
        name="outage",
        happens="Each product answers 503 to everything for 25 minutes, several times, one after the other.",
        sees="Events called `postponed`, then the move goes on where it was.",
        do="Nothing while `apply --follow` runs. Without it, run `apply` again when the product is back.",
        play=outages(2, 9, 27, 51, 75, minutes=25),
    ),
    Scenario(
        name="lost-replies",
        happens="Two writes in a hundred are carried out, and the connection breaks before the answer.",
        sees="Such writes are resolved by reading back; those that can't be read are listed in the report.",
        do="Look at the listed ones, if there are any.",
        play=bad_line(FaultRates(dropped_reply=0.02)),
    ),
    Scenario(
        name="resets",
        happens="Four connections in a hundred break before the product sees the request.",
        sees="Calls are repeated. The move takes a little longer.",
        do="Nothing.",
        play=bad_line(FaultRates(reset=0.04)),
    ),
    Scenario(
        name="slow-answers",
        happens="Four writes in a hundred are carried out, and the answer doesn't come in time.",
        sees="As with lost replies: read back, or listed.",
        do="Nothing.",
        play=bad_line(FaultRates(slow=0.04)),
    ),
    Scenario(
        name="broken-answers",
        happens="A proxy's error page, a network's sign-in page, or half of an answer comes in place of the answer.",
        sees="Events called `postponed` where repeating at once doesn't help.",
        do="Nothing. If the sign-in page stays, let ueapi run in a network that reaches the product directly.",
        play=bad_line(FaultRates(page=0.03, portal=0.01, truncated=0.01)),
    ),
    Scenario(
        name="short-tokens",
        happens="Credentials live 60 seconds.",
        sees="More sign-ins in the count of calls, and nothing else.",
        do="Nothing; a longer life saves calls.",
        play=short_tokens,
    ),
    Scenario(
        name="revoked-tokens",
        happens="Twice a day every credential ends at once, as after a restart of the product.",
        sees="One more sign-in each time.",
        do="Nothing.",
        play=revoked_tokens,
    ),
    Scenario(
        name="shrinking-pages",
        happens="Devices are deleted while they are listed, so that a later page begins one row further on.",
        sees="Events called `postponed`: the listing is begun again, since a row may be missing from it.",
        do="Nothing. A snapshot that ends with this error is taken again.",
        play=odd_answers({Oddity.SHRUNK_PAGE: 0.05}),
        page_rows=FEW_ROWS,
    ),
    Scenario(
        name="duplicate-rows",
        happens="A row comes twice, at the end of one page and at the beginning of the next.",
        sees="Nothing; the repetition is dropped and counted.",
        do="Nothing.",
        play=odd_answers({Oddity.DUPLICATE_ROW: 0.5}),
        page_rows=FEW_ROWS,
    ),
    Scenario(
        name="repeated-pages",
        happens="Now and then a product gives the page before once more, so that a listing would never end.",
        sees="Events called `postponed`; the listing is begun again.",
        do="If it stays so, tell the plugin's author.",
        play=odd_answers({Oddity.REPEATED_PAGE: 0.03}),
        page_rows=FEW_ROWS,
    ),
    Scenario(
        name="new-values",
        happens="A field with few documented values has a new one now and then.",
        sees="Objects with such a value are read as unknown; at most an event called `postponed`.",
        do="Update the plugin when its next version knows the value.",
        play=odd_answers({Oddity.UNKNOWN_VALUE: 0.05}),
    ),
    Scenario(
        name="changed-fields",
        happens="New fields appear in every row, and rows lack a field they always had now and then.",
        sees="New fields change nothing. A missing one is told as absent, or the answer counts as unusable and is "
        "asked for again.",
        do="If `postponed` events go on, update the plugin.",
        play=odd_answers({Oddity.MISSING_FIELD: 0.03, Oddity.EXTRA_FIELD: 0.5}),
    ),
    Scenario(
        name="clock-skew",
        happens="The clock of the source is two minutes ahead, that of the target three minutes behind.",
        sees="Nothing: new enrollments are matched with some minutes of tolerance.",
        do="Nothing. Beyond five minutes, set the clocks.",
        play=lambda _: None,
        source_skew=timedelta(minutes=2),
        target_skew=timedelta(minutes=-3),
    ),
    Scenario(
        name="cluster-lag",
        happens="Both products are clusters; for a minute after a change, half of the reads show what was before.",
        sees="Nothing: what was just made is not asked for again.",
        do="Nothing.",
        play=lagging,
    ),
    Scenario(
        name="hand-edits",
        happens="While the first people move, someone changes a staged policy in the target's console.",
        sees="The move pauses before the next wave and names the policy. Whoever has left is still taken care of.",
        do="Look who changed it and why. Set it right, or keep it; then `ueapi migrate resume` takes what is there.",
        play=hand_edits,
    ),
    Scenario(
        name="storm",
        happens="Two writes in a hundred lose their answer, five calls in a hundred answer 503, five in a hundred 429 "
        "in every form, and credentials live 60 seconds.",
        sees="The move takes longer and ends as it would have ended.",
        do="Nothing.",
        play=storm,
    ),
)

CALM: Final = Scenario(
    name="calm",
    happens="Nothing but what people do.",
    sees="A move.",
    do="Nothing.",
    play=lambda _: None,
)
"""No trouble; not one of the scenarios."""

SCENARIOS: Final[Mapping[str, Scenario]] = {told.name: told for told in _ALL}


def scenario(name: str) -> Scenario:
    """Find a scenario.

    Raises:
        UsageError: there is none of that name; the remedy lists them.
    """
    if name not in SCENARIOS:
        raise UsageError(
            f"there is no scenario {name!r}.", remedy=f"Choose one of {', '.join(SCENARIOS)}."
        )
    return SCENARIOS[name]
