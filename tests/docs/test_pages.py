"""What the README and the pages in docs/ show is executed."""

import re
import shlex
from pathlib import Path

import pytest

from tools import pages
from vtwin import cli
from vtwin.app import scenarios

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _blocks(kind: str) -> list:
    found = []
    for page in PAGES:
        for number, match in enumerate(FENCE.finditer(page.read_text(encoding="utf-8"))):
            if match.group(1) == kind:
                found.append(pytest.param(match.group(2), id=f"{page.name}-{number}"))
    return found


def _lines(block: str) -> list[str]:
    return [line for line in block.splitlines() if line.strip() and not line.startswith("#")]


def test_quick_start_when_read_then_two_lines_set_up_demo_and_tests():
    first = FENCE.search((ROOT / "README.md").read_text(encoding="utf-8"))
    demo, tests = _lines(first.group(2))
    assert demo.endswith("vtwin demo")
    assert "pytest" in tests
    for line in (demo, tests):
        assert "venv" in line
        assert "pip" in line


def test_ci_when_read_then_it_runs_the_lines_of_the_readme_and_the_checks():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "README.md" in script
    assert "tools.checks" in script
    assert "CI=true" in script


@pytest.mark.parametrize("block", _blocks("yaml"))
def test_yaml_when_a_page_shows_a_whole_plant_then_it_is_in_order(block, tmp_path):
    if not block.startswith("vtwin:"):
        pytest.skip("a fragment")
    (tmp_path / "plant.yaml").write_text(block, encoding="utf-8")
    checked = scenarios.check(tmp_path / "plant.yaml")
    assert checked.ok, "\n".join(map(str, checked.problems))


@pytest.mark.parametrize("block", [b for b in _blocks("console") if b.values[0].strip()])
def test_command_when_a_page_shows_it_then_it_does_what_it_says(
    block, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VTWIN_STORE", str(tmp_path / "runs.sqlite"))
    for line in _lines(block):
        if line.startswith("$ vtwin"):
            assert cli.run(shlex.split(line.removeprefix("$ vtwin"), comments=True)) == 0, (
                capsys.readouterr().err
            )


@pytest.mark.parametrize("block", _blocks("python"))
def test_python_when_a_page_shows_it_then_it_runs(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VTWIN_STORE", str(tmp_path / "runs.sqlite"))
    exec(compile(block, "page", "exec"), {"__name__": "page"})


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
def test_link_when_it_points_into_the_project_then_it_leads_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_generated_pages_when_compared_then_they_are_up_to_date():
    stale = [
        p.name
        for p, text in pages.pages().items()
        if not p.exists() or p.read_text(encoding="utf-8") != text
    ]
    assert not stale, "run: python -m tools.pages"


def test_problems_when_the_readme_shows_them_then_they_are_told_in_these_words(
    tmp_path, monkeypatch
):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (plant,) = [m.group(2) for m in FENCE.finditer(text) if m.group(1) == "yaml"]
    (shown,) = [m.group(2) for m in FENCE.finditer(text) if m.group(1) == "text"]
    monkeypatch.chdir(tmp_path)
    wrong = plant.replace("between, bend]", "between, bnd]").replace("{mean: 55 s", "{maen: 55 s")
    Path("plant.yaml").write_text(wrong, encoding="utf-8")
    told = [str(p) for p in scenarios.check("plant.yaml").problems]
    assert set(shown.splitlines()) <= set(told)
