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
        happens='Both products turn one call in eight away with status 429, "too many requests". They ask for 15 '
        "seconds of patience, told as seconds, as a time of day or in rate limit headers, or they say nothing about "
        "it.",
        sees="Nothing; single calls take a little longer. ueapi waits as it is told, then makes the call that was "
        "turned away.",
        do="Nothing. If it stays so for days, another program is likely to use up the product's allowance: find it, "
        "or agree on hours.",
        play=bad_line(FaultRates(too_many=0.125, hint=15, hints=ALL_HINTS)),
    ),
    Scenario(
        name="outage",
        happens="Each product is down five times for 25 minutes and answers every call with status 503: the target "
        "first, the source 45 minutes later.",
        sees="Lines of the log that begin with `postponed:`, ten minutes apart at first and then further. When the "
        "product is back, the move goes on where it was.",
        do="Nothing while `ueapi migrate apply --follow` runs. Without `--follow` the command ends with the error: "
        "run it again when the product is back. Nothing is done twice.",
        play=outages(2, 9, 27, 51, 75, minutes=25),
    ),
    Scenario(
        name="lost-replies",
        happens="Two writes in a hundred are carried out by the product, and the connection breaks before its answer "
        "comes. Whether anything was done can't be known from that.",
        sees="Mostly nothing, at most a line `postponed:`. ueapi looks whether the change was made before making it "
        "again. A change nobody can look up, such as an invitation, is listed in the report.",
        do="Look at what the report lists, if it lists any, and ask the person concerned.",
        play=bad_line(FaultRates(dropped_reply=0.02)),
    ),
    Scenario(
        name="resets",
        happens="Four connections in a hundred break before the product sees the request. For ueapi this looks the "
        "same as a lost reply, but nothing was done.",
        sees="Nothing, or now and then a line `postponed:`. What was to be read is read again; what was to be changed "
        "is looked up, found undone, and done.",
        do="Nothing. If it lasts, look at the network and the proxies between ueapi and the product.",
        play=bad_line(FaultRates(reset=0.04)),
    ),
    Scenario(
        name="slow-answers",
        happens="Four writes in a hundred are carried out, and their answer takes so long that ueapi stops waiting "
        "for it.",
        sees="As with lost replies: now and then a line `postponed:`, and after it the move goes on.",
        do="Nothing. If it lasts, the product is overloaded: let fewer people move at a time.",
        play=bad_line(FaultRates(slow=0.04)),
    ),
    Scenario(
        name="broken-answers",
        happens="Something else comes in place of the product's answer: a proxy's error page (three calls in a "
        "hundred), the sign-in page of a network, or half of the answer (one in a hundred each).",
        sees="Lines that begin with `postponed:` and say what was expected and what came. Nothing is concluded from "
        "such an answer. After five unusable ones in a row `ueapi migrate apply` stops with that error.",
        do="Nothing about single ones. If `apply` stops, let ueapi run where it reaches the product directly, without "
        "a sign-in page or a filter between them, and run it again.",
        play=bad_line(FaultRates(page=0.03, portal=0.01, truncated=0.01)),
    ),
    Scenario(
        name="short-tokens",
        happens="The credentials ueapi gets when it signs in, which usually live for half an hour, live 60 seconds. A "
        "product whose key never ends is not affected.",
        sees="More sign-ins among the calls the report counts, and nothing else.",
        do="Nothing. Where the product lets you choose that lifetime, a longer one saves calls.",
        play=short_tokens,
    ),
    Scenario(
        name="revoked-tokens",
        happens="Twice a day, for a week, everything that was handed out at sign-in ends at once, as when a product "
        "restarts. A product whose key never ends is not affected.",
        sees="One more sign-in each time, and nothing else: the refused call is made again.",
        do="Nothing. If the secret itself was changed, `ueapi migrate apply` ends with exit code 4: give ueapi the "
        "new one and run it again.",
        play=revoked_tokens,
    ),
    Scenario(
        name="shrinking-pages",
        happens="Phones, people or policies are deleted while ueapi reads a long list page by page. All rows behind "
        "them move up, so that one row slips from a page that is still to come to one that was read already.",
        sees="Lines that begin with `postponed:` and say that others may be missing: the list is read again from its "
        "beginning, and nobody is taken for gone.",
        do="Nothing. If `ueapi migrate snapshot` ends with this error, run it again; if it ends so every time, at a "
        "quieter hour.",
        play=odd_answers({Oddity.SHRUNK_PAGE: 0.05}),
        page_rows=FEW_ROWS,
    ),
    Scenario(
        name="duplicate-rows",
        happens="A row comes twice, at the end of one page and again at the beginning of the next, as when something "
        "is added while a list is read.",
        sees="Nothing. The repetition is left out, so nobody is counted or asked twice.",
        do="Nothing.",
        play=odd_answers({Oddity.DUPLICATE_ROW: 0.5}),
        page_rows=FEW_ROWS,
    ),
    Scenario(
        name="repeated-pages",
        happens="Now and then, in three of a hundred cases, a product gives the page before once more. Trusting it "
        "would mean to read for ever, or to miss people.",
        sees="Lines that begin with `postponed:`; the list is read again from its beginning.",
        do="Nothing at first. If it stays so, the product's paging has changed: tell the plugin's author.",
        play=odd_answers({Oddity.REPEATED_PAGE: 0.03}),
        page_rows=FEW_ROWS,
    ),
    Scenario(
        name="new-values",
        happens="A field with few documented values, such as the state of an enrollment, has a value nobody has heard "
        "of, in one answer out of twenty.",
        sees="Objects whose field reads `unknown`, or lines that begin with `postponed:` and name the field. A new "
        "value is never taken for one ueapi knows.",
        do="Nothing about single ones. If a line comes back each time, tell the plugin's author the field, and update "
        "the plugin when it knows the value.",
        play=odd_answers({Oddity.UNKNOWN_VALUE: 0.05}),
    ),
    Scenario(
        name="changed-fields",
        happens="In half of the answers every row has a field nobody documented, and in three of a hundred a row "
        "lacks a field it always had, as after an update of the product.",
        sees="New fields change nothing. A missing one is shown as absent; where ueapi can't do without it, a line "
        "begins with `postponed:`, names it, and the answer is asked for again.",
        do="Nothing about single ones. If such lines go on, the product has changed: update the plugin.",
        play=odd_answers({Oddity.MISSING_FIELD: 0.03, Oddity.EXTRA_FIELD: 0.5}),
    ),
    Scenario(
        name="clock-skew",
        happens="The clock of the source is two minutes ahead, that of the target three minutes behind.",
        sees="Nothing. A new enrollment is matched with its person though its time seems a little too early.",
        do="Nothing. Set the clocks if they are more than ten minutes apart.",
        play=lambda _: None,
        source_skew=timedelta(minutes=2),
        target_skew=timedelta(minutes=-3),
    ),
    Scenario(
        name="cluster-lag",
        happens="Both products run on several servers that learn of each other's changes late. For a minute after a "
        "change, half of the reads show what was before.",
        sees="Nothing, or now and then a line `postponed:`. ueapi doesn't make again what it has just made, and looks "
        "once more later.",
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
        happens="Several troubles at once: two writes in a hundred lose their answer, five calls in a hundred answer "
        "503 and five 429 in every form, and credentials live 60 seconds.",
        sees="A few lines that begin with `postponed:`. The move ends as it would have ended.",
        do="Nothing while `ueapi migrate apply --follow` runs. Look at what the report lists, if it lists any.",
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
