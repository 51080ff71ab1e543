"""The tuner on the tune page: its bounds, how far it is, a way to stop it, and what it found."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from nicegui import ui

from analyzer.commands.tune_output import why_not
from analyzer.errors import RebillError, StoppedError
from analyzer.tune.options import Limits
from analyzer.tune.tuned import Request
from analyzer.web.desk import POLICY_FILE
from analyzer.web.frame import complain, say
from analyzer.web.office import Office
from analyzer.web.tuner_result import show_found
from analyzer.web.tuning import Search, Tuned

_POLL_S = 0.2
_HELD_OUT = {0.0: "none", 0.1: "the last tenth", 0.25: "the last quarter", 0.5: "the last half"}
_USUAL_HELD_OUT = 0.25
_WAITS = {
    None: "as the policy allows", 0: "not at all", 60: "1 minute", 900: "15 minutes",
    3600: "1 hour", 86_400: "1 day",
}  # fmt: skip
_AGES = {
    None: "as the policy allows", 60: "1 minute", 3600: "1 hour", 86_400: "1 day",
    604_800: "7 days", 2_592_000: "30 days",
}  # fmt: skip
_ADDED = {None: "any", 1: "1 second", 5: "5 seconds", 30: "30 seconds", 60: "1 minute"}
_SHARES = {None: "any", 500_000: "50% of spend", 600_000: "60% of spend", 750_000: "75% of spend"}
_QUALITIES = {
    None: "as this policy", 0.8: "80%", 0.9: "90%", 0.95: "95%", 0.99: "99%",
}  # fmt: skip


class TunerPanel:
    """One page's tuner. It tunes the scenario as it is when the button is pressed."""

    def __init__(
        self, office: Office, scenario_text: Callable[[], str], use: Callable[[str], None]
    ) -> None:
        """Take how to get the scenario's text, and what to do with a tuned one."""
        self._office, self._scenario_text, self._use = office, scenario_text, use
        self._search: Search | None = None

    def lay_out(self) -> None:
        """Make the bounds and the button."""
        say(
            "p",
            "Tries other values for every rule that is switched on, feature by feature, and bills "
            "each by replay. It tunes on the first days and tests on days it has not seen. Where "
            "no eval measures a risk, it never takes more of it than your policy does.",
            "note",
        )
        with ui.element("div").classes("bounds"):
            self._held_out = _select(_HELD_OUT, _USUAL_HELD_OUT, "Days held out")
            self._quality = _select(_QUALITIES, None, "Least quality")
            self._age = _select(_AGES, None, "Oldest cached answer")
            self._wait = _select(_WAITS, None, "Longest wait for a pack")
            self._added = _select(_ADDED, None, "Most added latency")
            self._share = _select(_SHARES, None, "Most of one provider")
            self._models = ui.input("Models to try too").props("outlined dense")
        self._start = ui.button("Start the search", on_click=self._run).classes("main")
        self._start.props("no-caps unelevated color=none")
        self._bar = ui.element("div").classes("searching")
        self._said = ui.element("div").props("aria-live=polite")
        ui.context.client.on_delete(self._stop)

    def _stop(self) -> None:
        if self._search is not None:
            self._search.stopped.set()

    async def _run(self) -> None:
        if self._search is not None:
            return
        search = self._search = Search()
        self._said.clear()
        self._start.set_enabled(False)
        self._show_progress(search)
        try:
            found = await self._office.tuner.run(self._request(), search)
        except StoppedError:
            with self._said:
                say("p", "Stopped. The policy is as it was.", "note")
        except RebillError as error:
            with self._said:
                complain(error)
        else:
            self._show(found)
        finally:
            self._search = None
            self._bar.clear()
            self._start.set_enabled(True)

    def _request(self) -> Request:
        limits = Limits(
            max_staleness_s=_seconds(self._age.value),
            max_wait_s=_seconds(self._wait.value),
            max_added_s=_seconds(self._added.value),
            max_share_ppm=self._share.value,
            least_quality=self._quality.value,
            models=self._named(),
        )
        raw = self._scenario_text().encode()
        return Request(raw, POLICY_FILE, limits, self._held_out.value)

    def _named(self) -> tuple[str, ...]:
        named = (model.strip() for model in (self._models.value or "").split(","))
        return tuple(dict.fromkeys(filter(None, named)))

    def _show_progress(self, search: Search) -> None:
        self._bar.clear()
        with self._bar:
            line = say("p", "", "note").props("role=status")
            bar = ui.linear_progress(0, show_value=False)
            bar.props["aria-label"] = "How far the search is"
            ui.button("Stop", on_click=self._stop).classes("plain").props(
                "no-caps flat color=none"
            ).props["aria-label"] = "Stop the search"

            def look() -> None:
                now = search.progress
                line._text = f"{now.stage}: {now.done:,} of {now.total:,}"
                line.update()
                bar.set_value(now.done / now.total if now.total else 0)

            look()
            ui.timer(_POLL_S, look)

    def _show(self, tuned: Tuned) -> None:
        with self._said:
            show_found(tuned.found)
            if not tuned.found.feasible:
                complain(f"Nothing that was tried keeps every bound: {why_not(tuned.found)}")
                return
            number = self._office.keep_tuned(tuned.text)
            with ui.element("div").classes("row-of"):
                ui.button("Use the tuned policy", on_click=lambda: self._use(tuned.text)).classes(
                    "main"
                ).props("no-caps unelevated color=none")
                ui.link("tuned.toml", f"/tuned/{number}.toml")
                say("span", "with a comment on each value: why it is what it is", "note")


def _select(words: dict, value: object, label: str) -> ui.select:  # type: ignore[type-arg]
    return ui.select(words, value=value, label=label).props("outlined dense options-dense")


def _seconds(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)
