"""The filter of the queue, views as addresses, and the keys."""

import re

import pytest
from playwright.sync_api import expect

from test_accessibility import broken_rules
from test_live import row


def test_a_filter_is_typed_and_is_an_address(studio, visit):
    urgent, usual = studio.knock("Filtered", priority="urgent"), studio.knock("Filtered")
    page = visit("operator").page
    page.goto("/queue")
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Filter")
    expect(field).to_be_focused()
    page.keyboard.type("filtered priority:>=high sort:due")
    page.keyboard.press("Enter")
    expect(row(page, urgent)).to_be_visible()
    expect(row(page, usual)).to_have_count(0)
    expect(page).to_have_url(re.compile("q=filtered"))
    # The filter goes along to a task and back, also by a copied address.
    row(page, urgent).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(urgent["title"])
    expect(row(page, usual)).to_have_count(0)
    expect(field).to_have_value("filtered priority:>=high sort:due")
    address = page.url
    page.goto("/queue?q=state:ready")
    page.goto(address)
    expect(field).to_have_value("filtered priority:>=high sort:due")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_mistake_in_a_filter_is_told_with_its_place(studio, visit, scripts):
    page = visit("operator", java_script_enabled=scripts).page
    page.goto("/queue")
    field = page.get_by_role("searchbox", name="Filter")
    field.fill("queue:triage stat:ready")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("At character 14 of the filter")
    expect(page.get_by_role("alert")).to_contain_text("Did you mean state?".replace("state", "`state`"))
    expect(field).to_have_value("queue:triage stat:ready")
    expect(page.locator("[data-id]")).to_have_count(0)
    if scripts:
        assert not broken_rules(page)


def test_views_are_links(studio, visit):
    mine = studio.knock("Mine and no other's")
    studio.call("operator2", "PUT", f"/v1/tasks/{mine['id']}/claim")
    page = visit("operator2").page
    page.goto("/queue")
    views = page.get_by_role("navigation", name="Views")
    views.get_by_role("link", name="Mine").click()
    expect(row(page, mine)).to_be_visible()
    expect(views.get_by_role("link", name="Mine")).to_have_attribute("aria-current", "true")
    views.get_by_role("link", name="Ready").click()
    expect(row(page, mine)).to_have_count(0)
    studio.call("operator2", "DELETE", f"/v1/tasks/{mine['id']}/claim")


def test_from_the_queue_to_a_completed_task_with_three_keys(studio, visit):
    """`n`, then `Ctrl` and `Enter`: where nothing is to be entered, nothing else is pressed."""
    studio.person("quick", roles=["operator"], projects=["*"], queues=["triage"], skills=[])
    for task in studio.call("supervisor", "GET", "/v1/tasks?queue=triage&limit=200")["items"]:
        studio.call("supervisor", "PUT", f"/v1/tasks/{task['id']}/priority", {"priority": "low"})
    task = studio.knock("Quickly done", priority="urgent")
    page = visit("quick").page
    page.goto("/queue")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text(task["title"])
    page.keyboard.press("Control+Enter")
    studio.task_becomes(task["id"], "completed")
    expect(page).to_have_url(re.compile("/queue"))


def test_the_keys_are_shown_over_the_page_and_can_be_switched_off(studio, visit):
    page = visit("operator").page
    page.goto("/queue")
    page.keyboard.press("?")
    overview = page.get_by_role("dialog", name="Keys")
    expect(overview).to_contain_text("claim the next task")
    assert not broken_rules(page)
    # What is under it hears no keys.
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("/queue$"))
    page.get_by_role("button", name="Switch single keys off").click()
    page.keyboard.press("Escape")
    expect(overview).to_have_count(0)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Filter")).not_to_be_focused()
    page.goto("/keys")
    page.get_by_role("button", name="Switch single keys on").click()
