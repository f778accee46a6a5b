"""No rule of WCAG 2.2 AA broken on any page."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe

from pages import every_page, everybody

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDTHS = {"wide": 1280, "narrow": 375}
LOOKS = [("light", "wide"), ("dark", "narrow")]
if os.environ.get("SIRDAR_BROWSER_ALL"):
    LOOKS += [("light", "narrow"), ("dark", "wide")]


@pytest.fixture(scope="module")
def pages(studio):
    return every_page(studio)


@pytest.mark.parametrize("scheme,width", LOOKS)
def test_every_page_can_be_used_by_everybody(studio, visit, pages, scheme, width):
    options = {"color_scheme": scheme, "viewport": {"width": WIDTHS[width], "height": 800}}
    signed_out = visit(None, **options)
    wrong = look(signed_out.page, "/sign-in")
    visitor = visit(everybody(studio), **options)
    visitor.refusals = {404}
    for path in pages:
        wrong += look(visitor.page, path)
    assert not wrong, "\n".join(wrong)


def test_what_is_wrong_with_a_form_can_be_found_by_everybody(studio, visit):
    _, storage, _ = studio.adaptation("found-wrong")
    visitor = visit("operator2")
    visitor.refusals = {422}
    page = visitor.page
    page.goto(f"/tasks/{storage['id']}")
    page.get_by_role("button", name="Claim and start").click()
    page.get_by_label("Shared storage IP").fill("10.42.0.20")
    page.get_by_role("button", name="Complete").click()
    assert page.locator("#problem").is_visible()
    wrong = broken_rules(page)
    assert not wrong, "\n".join(wrong)


def look(page, path):
    answer = page.goto(path)
    assert answer.status in (200, 404), f"{path}: {answer.status}"
    page.locator("details:not(.menu)").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    wrong = [f"{path}: {rule}" for rule in broken_rules(page)]
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if wider > 0:
        wrong.append(f"{path}: is {wider} px wider than its window")
    return wrong


def broken_rules(page):
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {rule['help']}: " + " | ".join(node["html"][:160] for node in rule["nodes"][:4])
        for rule in found
    ]
