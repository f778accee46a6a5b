"""What happens elsewhere, on a page that nobody loads again."""

import re

from playwright.sync_api import expect


def row(page, task):
    return page.locator(f'[data-id="{task["id"]}"]')


def is_live(page):
    expect(page.locator("[data-line]")).to_have_text("● live")


def claim(studio, who, task):
    studio.call(who, "PUT", f"/v1/tasks/{task['id']}/start")


def test_the_queue_changes_under_the_eyes_and_the_focused_row_stays_where_it_is(studio, visit):
    first, second = studio.knock("Stays"), studio.knock("Is claimed")
    page = visit("operator").page
    page.goto("/queue?queue=triage")
    is_live(page)
    row(page, second).get_by_role("link").focus()
    place = row(page, second).bounding_box()
    claim(studio, "operator2", second)
    expect(row(page, second)).to_contain_text("operator2")
    expect(row(page, second).get_by_role("link")).to_be_focused()
    assert row(page, second).bounding_box()["y"] == place["y"]

    # What is new waits until somebody asks for it.
    new = studio.knock("Comes later", priority="urgent")
    note = page.locator("[data-fresh]")
    expect(note).to_contain_text("1 new")
    expect(page.locator("[data-heard]")).to_contain_text(re.compile("Tasks: .*(new|changed)"))
    expect(row(page, new)).to_have_count(0)
    expect(row(page, second).get_by_role("link")).to_be_focused()
    page.keyboard.press("r")
    expect(row(page, new)).to_be_visible()
    expect(note).to_be_hidden()
    expect(row(page, second).get_by_role("link")).to_be_focused()
    expect(row(page, first)).to_be_visible()

    # What is done is crossed out where it stands, and goes when asked.
    studio.call("operator2", "PUT", f"/v1/tasks/{second['id']}/completion", {"outcome": "done"})
    expect(note).to_contain_text("1 gone")
    expect(row(page, second)).to_have_class("gone")
    page.keyboard.press("r")
    expect(row(page, second)).to_have_count(0)


def test_an_empty_queue_fills_by_itself(studio, visit):
    studio.person("watcher", roles=["supervisor"], projects=["*"], queues=["triage"], skills=[])
    page = visit("watcher").page
    page.goto("/queue?text=fills-by-itself")
    expect(page.get_by_text("No task fits these filters.")).to_be_visible()
    is_live(page)
    new = studio.knock("It fills-by-itself")
    expect(row(page, new)).to_be_visible()
    expect(page.get_by_text("No task fits these filters.")).to_have_count(0)


def test_a_task_that_is_being_checked_says_by_itself_how_it_went(studio, visit):
    _, storage, _ = studio.adaptation("checked-live")
    visitor = visit("operator")
    page = visitor.page
    page.goto(f"/tasks/{storage['id']}")
    page.get_by_role("button", name="Claim and start").click()
    page.get_by_label("Evidence").first.fill("read")
    page.locator('[name="tick.mounts-noted"]').check()
    page.locator('[name="tick.files-edited"]').check()
    page.get_by_label("Shared storage IP").fill("10.57.0.20")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    # Nothing was edited: it comes back with what was found, and nobody has loaded the page.
    expect(page.get_by_role("cell", name="/etc/fstab").first).to_be_visible()
    studio.edit(storage["machine"])
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    expect(page.locator(".head .badge").first).to_contain_text("Completed")


def test_who_types_is_told_and_not_interrupted(studio, visit):
    _, storage, _ = studio.adaptation("typed-live")
    page = visit("operator").page
    page.goto(f"/tasks/{storage['id']}")
    page.get_by_role("button", name="Claim and start").click()
    is_live(page)
    field = page.get_by_label("Shared storage IP")
    field.press_sequentially("10.57")
    studio.call("operator2", "PUT", f"/v1/tasks/{storage['id']}/take-over", {"reason": "I am faster."})
    expect(page.get_by_text("operator2 has held this task for")).to_be_visible()
    expect(field).to_be_focused()
    field.press_sequentially(".0.20")
    expect(field).to_have_value("10.57.0.20")
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_role("button", name="Complete")).to_have_count(0)
    expect(page.get_by_label("Shared storage IP")).to_have_value("10.57.0.20")
    studio.call("operator2", "DELETE", f"/v1/tasks/{storage['id']}/claim", {"note": "Back."})


def test_a_request_is_followed_without_loading_it_again(studio, visit):
    request, storage, manager = studio.adaptation("followed")
    page = visit("requester").page
    page.goto(f"/requests/{request['id']}")
    is_live(page)
    claim(studio, "operator2", storage)
    expect(page.locator("#story-now")).to_contain_text("operator2")


def test_a_server_that_goes_away_is_said_and_comes_back(studio, visit):
    visitor = visit("operator")
    page = visitor.page
    page.goto("/queue?queue=triage")
    is_live(page)
    studio.stop()
    expect(page.locator("[data-line]")).to_contain_text(re.compile(r"live updates paused, retrying in \d+ s"))
    studio.serve()
    is_live(page)
    new = studio.knock("After the pause")
    expect(page.locator("[data-fresh]")).to_contain_text("1 new")
    page.locator("[data-fresh] button").click()
    expect(row(page, new)).to_be_visible()
    # The browser says itself that the line was lost.
    visitor.troubles = [trouble for trouble in visitor.troubles if "ERR_" not in trouble]


def test_two_pages_of_one_browser_share_one_line(studio, visit):
    visitor = visit("operator2")
    lines = []
    visitor.context.on("request", lambda request: lines.append(request.url) if "/v1/stream" in request.url else None)
    task = studio.knock("Seen twice")
    pages = [visitor.page, visitor.context.new_page()]
    for page in pages:
        page.goto("/queue?queue=triage")
        is_live(page)
    claim(studio, "operator", task)
    for page in pages:
        expect(row(page, task)).to_contain_text("operator")
    assert len(lines) == 1
    # The other page goes on when the one that holds the line is closed.
    pages[0].close()
    studio.call("operator", "PUT", f"/v1/tasks/{task['id']}/completion", {"outcome": "done"})
    expect(row(pages[1], task)).to_have_class("gone")
