"""What tiles, sentences and drawing instructions say, without a browser."""

import json
from dataclasses import replace

import pytest
from dash.development.base_component import Component

from dash_app.pages.compare import figures as compare
from dash_app.pages.library import layout as library
from dash_app.pages.overview import figures as overview
from dash_app.pages.runs import figures as runs
from dash_app.shell import figures as shell
from dash_app.words import load
from tests.dash_app.plant import InventedDesk, floor, gantt, run_row, why_slow, wip
from vtwin.app.views import (
    BalanceStation,
    BalanceView,
    BandUse,
    EnergyUse,
    Figure,
    FleetUse,
    HelperView,
    JobRow,
    RecallUse,
    ScrapCause,
    Suspect,
    Tile,
    ToolLife,
    WhySlow,
)

EN, KO = load("en"), load("ko")


def text(part) -> str:
    """All words of a component, in order."""
    if part is None:
        return ""
    if isinstance(part, Component):
        return text(getattr(part, "children", None))
    if isinstance(part, list | tuple):
        return " ".join(filter(None, (text(p) for p in part)))
    return str(part)


def classes(part) -> set[str]:
    """All class names of a component and what is in it."""
    if isinstance(part, list | tuple):
        return set().union(*(classes(p) for p in part))
    if not isinstance(part, Component):
        return set()
    own = set((getattr(part, "className", None) or "").split())
    return own | classes(getattr(part, "children", None))


def test_tile_when_the_target_is_missed_then_it_shows_the_gap_and_warns():
    shown = overview.tile(Tile("good_per_day", Figure(408.0, 4.0), "higher", 450.0), EN, None)
    assert "408" in text(shown)
    assert "±4" in text(shown)
    assert "\u221242" in text(shown)
    assert EN("tile.missed") in text(shown)


@pytest.mark.parametrize(("better", "target"), [("higher", 30.0), ("lower", 32.0)])
def test_tile_when_the_target_is_met_then_it_says_so(better, target):
    shown = overview.tile(Tile("wip", Figure(31.0, 1.0), better, target), EN, None)
    assert EN("tile.met") in text(shown)
    assert "alert" not in classes(shown)


def test_tile_when_it_has_no_target_then_it_says_so_and_claims_nothing():
    shown = overview.tile(Tile("wip", Figure(285.0, 6.0), "lower"), EN, None)
    assert EN("tile.no_target") in text(shown)
    assert not {"alert", "met", "tick"} & classes(shown)


def test_tile_when_there_is_no_figure_then_it_says_why_and_shows_no_number():
    shown = overview.tile(Tile("on_time", Figure(None), "higher", 0.95), KO, None)
    assert KO("tile.no_data") in text(shown)
    assert KO("why_not.on_time") in text(shown)
    assert not any(c.isdigit() for c in text(shown))


def test_tile_when_there_is_one_replication_then_it_says_why_no_interval():
    shown = overview.tile(Tile("wip", Figure(285.0, None), "lower"), EN, None)
    assert "±" not in text(shown)
    assert EN("why_not.one_replication") in text(shown)


def test_bullet_when_the_interval_leaves_the_scale_then_the_band_stays_inside():
    shown = overview.bullet(Tile("on_time", Figure(0.81, 0.4), "higher"), EN, None)
    band = next(p for p in shown.children if p.className == "band")
    left, width = (float(band.style[k].rstrip("%")) for k in ("left", "width"))
    assert left == pytest.approx(41.0)
    assert left + width == pytest.approx(100.0)


def test_tiles_when_laid_out_then_they_are_in_the_order_of_the_design():
    view = InventedDesk().overview("moulding", None)
    keys = [t.key for t in view.tiles]
    assert keys == ["good_per_day", "on_time", "oee", "lead_time_s", "wip", "unit_cost"]
    assert [text(t).split("  ")[0].startswith(EN(f"kpi.{k}")) for t, k in
            zip(overview.tiles(view, EN), keys, strict=True)] == [True] * 6  # fmt: skip


def test_why_when_the_gain_is_clear_then_it_is_told_with_its_interval():
    told = " ".join(text(overview.why_slow(why_slow(), EN, None)).split())
    assert "NO.03 limits the line for 81% of the observed time." in told
    assert "10% faster: Good parts per day +411 /d (95% interval ±62)" in told


def test_why_when_the_gain_is_within_its_interval_then_no_gain_is_claimed():
    why = WhySlow((Suspect("A", "", 0.9, 0.5, Figure(3.0, 5.0)),))
    told = text(overview.why_slow(why, EN, None))
    assert EN("why.unclear") in told
    assert "+3" not in told


def test_why_when_nothing_was_proven_then_proof_is_offered():
    why = replace(why_slow(), suspects=(Suspect("A", "", 0.9, 0.5),), agreed=False)
    shown = overview.why_slow(why, EN, None)
    assert EN("why.prove") in text(shown)
    assert EN("why.disagree") in text(shown)


def test_why_when_a_suspect_is_proven_then_it_is_named_whatever_the_jury_thought():
    why = replace(why_slow(), proven="NO.05", agreed=False)
    told = " ".join(text(overview.why_slow(why, EN, None)).split())
    assert told.startswith("NO.05 is the bottleneck")
    assert EN("why.disagree") not in told


def test_why_when_demand_limits_then_no_machine_is_blamed():
    told = text(overview.sentence(replace(why_slow(), limit="demand"), EN))
    assert told == EN("why.demand")


def test_why_when_there_is_no_trace_then_the_share_shown_is_busy_time():
    why = WhySlow((Suspect("A", "", 0.9),))
    told = text(overview.why_slow(why, EN, None))
    assert EN("why.busy") in told
    assert "90%" in told


def test_floor_when_described_then_it_is_plain_json_with_every_machine():
    body = overview.floor(floor(), EN, {})
    assert json.loads(json.dumps(body)) == body
    assert len(body["machines"]) == 9
    assert body["selected"] == "NO.03"
    first = next(m for m in body["machines"] if m["id"] == "NO.03")
    assert first["label"] == "NO.03, utilisation 94.3%, mean queue 18.4 / 20, bottleneck 1"
    assert first["fill"] == pytest.approx(0.92)
    assert next(m for m in body["machines"] if m["id"] == "CMM")["fill"] is None


ROBOT = HelperView(
    "robot",
    "Robot",
    "handling",
    "a",
    3.0,
    4.0,
    2.0,
    2.0,
    0.4,
    12.0,
    ("NO.03", "NO.05", "nowhere"),
    2,
)


def test_floor_when_a_robot_attends_machines_then_it_is_drawn_with_those_it_serves():
    view = replace(floor(), helpers=(ROBOT,))
    drawn = overview.floor(view, EN, {})
    robot = drawn["machines"][-1]
    assert json.loads(json.dumps(drawn)) == drawn
    assert (robot["box"], robot["helper"], robot["u"]) == ([3.0, 4.0, 2.0, 2.0], True, 0.4)
    assert robot["serves"] == ["NO.03", "NO.05"]  # those on the map
    assert robot["label"] == "robot, busy 40.0%, bottleneck 2"
    assert EN("floor.legend_helper") in text(overview.legend("utilisation", view, EN))
    assert EN("floor.legend_helper") not in text(overview.legend("utilisation", floor(), EN))
    shown = text(overview.selected(view, "robot", KO))
    for said in ("40.0%", "12초", "NO.03, NO.05"):
        assert said in shown


def test_selected_machine_when_shown_then_states_come_largest_first():
    shown = overview.selected(floor(), "NO.05", EN)
    told = text(shown)
    order = [
        told.index(EN(f"state.{s}")) for s in ("working", "setup", "waiting_operator", "blocked")
    ]
    assert order == sorted(order)


def test_selected_machine_when_nobody_knows_it_then_it_asks_for_one():
    assert EN("selected.none") in text(overview.selected(floor(), "NO.99", EN))


def test_legend_when_the_mode_is_state_mix_then_it_names_all_states():
    told = text(overview.legend("states", floor(), EN))
    assert all(EN(f"state.{s}") in told for s in ("working", "starved", "planned_stop"))


def test_verdict_when_one_is_best_then_it_leads_with_its_interval():
    view = InventedDesk().compare("moulding", ())
    told = text(compare.verdict(view, EN))
    assert (
        "Best: B (one-more-press). Good parts per day +1,798 /d (95% interval 1,740 to 1,856)"
        in told
    )
    assert "C (bigger-buffer) is worse in Mean lead time +3.4 h" in told


def test_verdict_when_nothing_can_be_told_apart_then_it_says_how_many_more():
    view = InventedDesk().compare("moulding", ())
    rows = tuple(
        replace(r, cells=tuple(replace(c, standing="unclear", more=18) for c in r.cells))
        for r in view.rows
    )
    told = text(compare.verdict(replace(view, rows=rows, best=None, beat_base=()), EN))
    assert EN("compare.no_best", kpi=EN("kpi.good_per_day")) in told
    assert "about 18 more replications" in told


def test_verdict_when_several_beat_the_base_then_none_is_called_best():
    view = replace(InventedDesk().compare("moulding", ()), best=None)
    told = text(compare.verdict(view, KO))
    assert KO("compare.several", variants="A (second-setter), B (one-more-press)") in told


def test_change_when_it_cannot_be_told_then_no_number_is_shown():
    view = InventedDesk().compare("moulding", ())
    cell = view.rows[0].cells[2]
    shown = compare.change(cell, compare.row_scale(view.rows[0], view, KO), KO)
    assert text(shown).strip() == KO("compare.no_difference")


def test_interval_plot_when_less_is_better_then_less_points_right():
    view = InventedDesk().compare("moulding", ())
    body = compare.intervals(view, EN)
    lead = next(r for r in body["rows"] if r["label"] == EN("kpi.lead_time_s"))
    b = next(m for m in lead["marks"] if m["letter"] == "B")
    assert b["mean"] == pytest.approx(25200 / 112680)
    assert not b["open"]
    assert next(m for m in body["rows"][0]["marks"] if m["letter"] == "C")["open"]


def test_series_when_turned_into_instructions_then_they_are_plain_json():
    for body in (compare.gantt(gantt(), KO), compare.wip(wip(["run-base", "run-x"]), KO)):
        assert json.loads(json.dumps(body)) == body
    assert compare.gantt(None, KO)["none"] == KO("compare.gantt_none")


def test_history_when_a_run_is_of_an_earlier_model_then_it_is_marked():
    told = text(runs.table([run_row(stale=True), run_row("x")], EN))
    assert EN("runs.stale") in told
    assert EN("runs.now") in told


@pytest.mark.parametrize(
    ("state", "expected"),
    [("queued", "Queued, place 2"), ("running", "Running 35%"), ("failed", "Failed: V999 broken")],
)
def test_job_when_shown_then_its_state_is_in_words(state, expected):
    row = JobRow("j", "run", "Plant", (None,), state, 0.35, 2, "V999 broken")
    assert shell.job_state(row, EN) == expected


def test_navigation_when_drawn_then_it_holds_only_pages_that_exist():
    links = [p.href for p in shell.navigation({"page": "overview", "scenario": "a b"}, EN)
             if hasattr(p, "href")]  # fmt: skip
    assert links == [
        "/?scenario=a+b",
        "/compare?scenario=a+b",
        "/runs?scenario=a+b",
        "/library?scenario=a+b",
    ]


def test_vehicles_when_drawn_then_their_shares_and_waits_are_told():
    told = text(overview.vehicles((FleetUse("agv", "AGV", 2, 0.42, 0.19, 22.6),), EN))
    for said in ("AGV ×2", "42.0%", "19.0%", EN("vehicles.wait")):
        assert said in told
    assert EN("vehicles.held") not in told
    assert EN("vehicles.charging") not in told


def test_vehicles_when_some_are_held_up_or_charge_then_that_is_told_of_all():
    rows = (
        FleetUse("agv", "AGV", 2, 0.42, 0.19, 22.6, held=0.031, charging=0.0),
        FleetUse("amr", "AMR", 1, 0.5, 0.2, 9.0, held=0.0, charging=0.117),
    )
    told = text(overview.vehicles(rows, KO))
    for said in ("3.1%", "11.7%", "0.0%", KO("vehicles.held"), KO("vehicles.charging")):
        assert said in told


def _energy(**changes):
    return EnergyUse(
        **{
            "per_part_kwh": Figure(2.832, 0.02),
            "cost_per_part": Figure(526.7, 3.1),
            "peak_kw": Figure(135.0, 0.0),
            "demand_charge_per_day": Figure(None),
            "peak_at_s": 7 * 86_400 + 7.5 * 3600,
            "window_s": 900.0,
            "drawn": (("press", 75.0), ("furnace", 60.0)),
            "bands": (
                BandUse("peak", Figure(0.281, 0.003), Figure(99_952.0, 669.0), Figure(135.0, 0.0)),
            ),
            **changes,
        }
    )


def test_energy_when_drawn_then_bands_costs_and_the_peak_are_told():
    told = " ".join(text(overview.energy(_energy(start="2026-06-01"), EN, "KRW")).split())
    for said in ("2.83 ±0.02 kWh", "527 ±3 KRW", "Energy %", "28.1 ±0.3", "Cost per day KRW",
                 "99,952 ±669"):  # fmt: skip
        assert said in told
    assert "Highest peak: Mon 2026-06-08, 07:30 (15 min mean). press 75.0 kW, furnace" in told
    assert EN("energy.charge") not in told  # nothing is known of it
    korean = text(overview.energy(_energy(), KO, "KRW"))
    assert "8일째 07:30" in korean


def test_balance_when_drawn_then_bars_end_where_they_should_and_slow_stations_stand_out():
    stations = (
        BalanceStation("a", "Press fit", ("x/a",), 50.0, 1.0, 50.0, True),
        BalanceStation("b", "", ("x/b",), 41.0, 2.0, 20.5, False),
    )
    view = BalanceView(("x",), stations, 7.5, 600.0, 45.0, 50.0, 0.607, 29.5, 3)
    drawn = overview.balance(view, EN)
    told = text(drawn)
    for said in ("Takt 45 s: 600 pieces a day in 7.5 h", "Slower than the takt: Press fit",
                 "50 s", "· 2 machines", "60.7%", "39.3%", "29.5 s", "3 of 3"):  # fmt: skip
        assert said in told
    first, second = (row.children[2].children for row in drawn[2].children)
    assert first[0].className == "late"
    assert (first[0].style["width"], second[0].style["width"]) == ("94.00%", "38.54%")
    assert first[1].style == second[1].style == {"left": "84.60%"}
    untimed = replace(view, wanted_per_day=None, takt_s=None)
    assert "가장 느린 공정" in text(overview.balance(untimed, KO))


def test_tools_when_drawn_then_lives_and_renewals_are_told():
    row = ToolLife("die", "Die A", 2, 8000, Figure(1.25, 0.1), Figure(0.031, 0.002))
    told = text(overview.tools((row,), EN))
    for said in ("Die A ×2", "8,000", "1.25 ±0.10", "3.1 ±0.2 %"):
        assert said in told


def test_scrap_when_drawn_then_causes_add_up():
    causes = (ScrapCause("cracks", "press", 30.0, 0.6), ScrapCause("laps", "press", 20.0, 0.4))
    told = text(overview.scrap(causes, EN))
    for said in ("press · cracks", "60.0%", "60%", "press · laps", "100%", EN("scrap.sum")):
        assert said in told
    assert "재작업 한도 초과" in text(
        overview.scrap((ScrapCause("rework limit", "t", 1.0, 1.0),), KO)
    )


def test_recall_when_drawn_then_suspects_are_told_with_their_kind():
    told = text(overview.recall((RecallUse("material", "bar", 46.4, 48.8, 0.058),), KO))
    for said in ("bar (소재 로트)", "46.4", "48.8", "5.8%"):
        assert said in told
    assert "–" in text(overview.recall((RecallUse("tool", "die", 1.0, 1.0, None),), EN))


def test_library_when_drawn_then_models_sources_packages_and_troubles_are_told():
    told = text(library.page(InventedDesk().library(), KO, {}))
    for said in (
        "사출 성형기",
        "molding/injection_100t",
        "40 min",
        "typical without quick clamping",
    ):
        assert said in told
    assert KO("library.package", package="vtwin-acme 1.0") in told
    assert KO("library.no_models") in told
    assert "'grill' cannot be loaded" in told


def test_library_when_a_model_is_chosen_then_its_figures_are_shown_and_the_way_is_kept():
    address = {"scenario": "a b", "model": "acme-oven/deck_oven"}
    parts = library.page(InventedDesk().library(), EN, address)
    assert "40 min" not in text(parts)
    assert text(parts).count("Deck oven") == 2
    assert library.figures.way(InventedDesk().library().families[0].models[0], address) == (
        "/library?scenario=a+b&model=molding/injection_100t"
    )


def test_selected_machine_when_its_family_is_known_then_it_is_told_in_a_line():
    assert "Injection moulding machines" in text(overview.selected(floor(), "NO.03", EN))
    assert "사출 성형기" in text(overview.selected(floor(), "NO.03", KO))
