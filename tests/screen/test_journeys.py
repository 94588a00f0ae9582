"""What people do: choose, switch, run, reload, cancel, compare; also with the keyboard only."""

import re

import pytest

from tests.app.cell import CELL
from tests.screen.conftest import served, until


def test_machine_when_chosen_by_keyboard_then_panel_and_address_follow(look, invented):
    page = look(invented).go("/?scenario=moulding", "#floor .machine")
    page.focus('#floor .machine[tabindex="0"]')
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#selected-machine')?.innerText.includes('NO.05')")
    assert "machine=NO.05" in page.url
    assert page.evaluate("document.activeElement.dataset.machine") == "NO.05"
    page.reload()
    page.wait_for_selector("#floor .machine.selected")
    assert page.get_attribute("#floor .machine.selected", "data-machine") == "NO.05"


def test_machine_when_clicked_after_dragging_then_it_is_still_the_one_under_the_pointer(
    look, invented
):
    page = look(invented).go("/?scenario=moulding", "#floor .machine")
    box = page.locator("#floor svg").bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 70, steps=4)
    page.mouse.up()
    page.click('[data-machine="CMM"]')
    until(page, "document.querySelector('#selected-machine')?.innerText.includes('CMM')")


def test_colour_mode_when_changed_then_legend_and_address_follow_without_reload(look, invented):
    page = look(invented).go("/?scenario=moulding", "#floor .machine")
    page.evaluate("window.stayed = true")
    page.click("text=State mix")
    until(page, "document.querySelector('#floor-legend')?.innerText.includes('Planned stop')")
    assert "colour=states" in page.url
    assert page.evaluate("window.stayed")


def test_language_when_switched_then_the_same_place_speaks_the_other(look, invented):
    page = look(invented).go("/?scenario=moulding&machine=CMM&colour=queue", "#floor .machine")
    page.evaluate("window.stayed = true")
    page.click('[data-language="ko"]')
    until(page, "document.querySelector('#nav')?.innerText.includes('현황')")
    page.wait_for_selector("#floor .machine.selected")
    assert page.get_attribute("#floor .machine.selected", "data-machine") == "CMM"
    assert page.get_attribute('[data-value="queue"]', "aria-pressed") == "true"
    assert page.evaluate("document.documentElement.lang") == "ko"
    assert page.evaluate("window.stayed")
    page.reload()
    until(page, "document.querySelector('#nav')?.innerText.includes('현황')")


def test_theme_when_switched_then_it_stays(look, invented):
    page = look(invented).go("/?scenario=moulding", "#floor .machine")
    fill = "getComputedStyle(document.querySelector('[data-machine=CMM] .body')).fill"
    before = page.evaluate(fill)
    page.click("[data-theme-toggle]")
    until(page, "document.documentElement.dataset.theme === 'dark'")
    assert page.evaluate(fill) != before
    page.reload()
    page.wait_for_selector("#floor .machine")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_gantt_when_zoomed_by_keyboard_then_the_picture_changes(look, invented):
    page = look(invented).go("/compare?scenario=moulding", "#gantt canvas")
    picture = "document.querySelector('#gantt canvas').toDataURL()"
    page.focus("#gantt")
    before = page.evaluate(picture)
    page.keyboard.press("+")
    until(page, f"{picture} !== {before!r}")
    zoomed = page.evaluate(picture)
    page.keyboard.press("ArrowRight")
    until(page, f"{picture} !== {zoomed!r}")


def test_compare_when_another_variant_is_shown_then_states_and_gantt_follow(look, invented):
    page = look(invented).go("/compare?scenario=moulding", "#gantt canvas")
    page.click('[data-go="shown"][data-value="C"]')
    until(page, "document.querySelector('.letter-chip')?.innerText === 'C'")
    assert "shown=C" in page.url


def test_run_when_refused_then_the_reason_is_shown(look, invented):
    page = look(invented).go("/?scenario=moulding", "#run")
    page.fill("#replications", "0")
    page.click("#run")
    until(page, "document.querySelector('#notice')?.innerText.includes('V551')")


def test_page_when_it_fails_then_a_sentence_is_shown_and_the_way_out_stays(look, invented):
    page = look(invented).go("/runs", ".table")
    page.goto(invented + "/?scenario=moulding&variant=failing")
    page.wait_for_selector(".notice")
    assert "nobody foresaw" in page.inner_text(".notice")


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """A desk on a real store with a worker process beside it."""
    from vtwin.app.live import LiveDesk
    from vtwin.app.workbench import attended

    place = tmp_path_factory.mktemp("workshop")
    (place / "cell.yaml").write_text(CELL, encoding="utf-8")
    desk = LiveDesk.open([place / "cell.yaml"], str(place / "runs.sqlite"))
    with attended(desk.store.url), served(desk) as address:
        yield address, desk, place


def test_run_when_started_in_the_browser_then_it_survives_a_reload_and_a_restart(look, workshop):
    address, _, place = workshop
    page = look(address).go("/", ".nothing-here")
    page.fill("#replications", "4")
    page.click("#run")
    page.wait_for_selector(".job")
    page.reload()
    page.wait_for_selector("#floor .machine", timeout=120_000)
    assert "4 replications" in page.inner_text(".header")
    figure = page.inner_text(".tile-value")
    assert re.search(r"\d", figure)

    from vtwin.app.live import LiveDesk

    with served(LiveDesk.open([place / "cell.yaml"], str(place / "runs.sqlite"))) as again:
        page = look(again).go("/", "#floor .machine")
        assert page.inner_text(".tile-value") == figure
        page = look(again).go("/runs", ".table")
        assert "Small cell" in page.inner_text(".table")


def test_job_when_cancelled_in_the_browser_then_finished_replications_are_kept(look, workshop):
    address, desk, _ = workshop
    page = look(address).go("/?variant=roomier", "#run")
    page.fill("#replications", "1000")
    page.click("#run")
    until(
        page,
        "[...document.querySelectorAll('.job .how')].some(e => /[1-9]/.test(e.innerText) && e.innerText.includes('%'))",
        timeout=120_000,
    )
    page.click(".job button")
    page.wait_for_selector(".job", state="detached", timeout=120_000)
    page.wait_for_selector("#floor .machine")
    kept = desk.overview("cell", "roomier").run.replications
    assert 0 < kept < 1000
    assert desk.jobs()[0].state == "cancelled"


def test_comparison_when_started_in_the_browser_then_the_verdict_appears(look, workshop):
    address, _, _ = workshop
    page = look(address, language="ko").go("/compare", "#start-compare")
    page.fill("#compare-replications", "4")
    page.click("#start-compare")
    page.wait_for_selector(".versus", timeout=120_000)
    page.wait_for_selector("#gantt canvas")
    page.wait_for_selector("#wip svg")
    assert "가장 나은 안: A (faster)" in page.inner_text(".verdict")
    assert "구분 불가" in page.inner_text(".versus") or "차이 없음" in page.inner_text(".versus")
