"""What an engineer does all day: claim, follow the runbook, complete, have it checked."""

import re

from playwright.sync_api import expect

SEEN = """
(selector) => {
    const focused = document.activeElement;
    if (!focused || focused === document.body) return { is: false, isSeen: true, what: "" };
    const box = focused.getBoundingClientRect();
    const points = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]];
    const isSeen = points.some(([right, down]) => {
        const top = document.elementFromPoint(box.left + box.width * right, box.top + box.height * down);
        return top && (focused.contains(top) || top.contains(focused));
    });
    return { is: focused.matches(selector), isSeen, what: focused.outerHTML.slice(0, 120) };
}
"""


def tab_to(page, selector, backwards=False):
    """Presses Tab until the focus is there; what has the focus can be seen all the while."""
    for _ in range(200):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        focus = page.evaluate(SEEN, selector)
        assert focus["isSeen"], f"the focus is hidden: {focus['what']}"
        if focus["is"]:
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def state(page, word):
    return expect(page.locator(".detail .head .badge", has_text=word))


def complete(page):
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")


def test_from_the_queue_to_a_verified_task(studio, visit):
    request, storage, manager = studio.adaptation("walked")
    visitor = visit("operator")
    page = visitor.page
    page.goto("/queue")
    page.get_by_role("link", name=re.compile(storage["title"])).click()
    page.get_by_role("button", name="Claim and start").click()
    state(page, "In progress").to_be_visible()

    # The runbook is beside the form: its items are ticked, one with what proves it.
    page.get_by_label("Evidence").first.fill("10.42.0.20:/export/projects on /mnt/projects")
    page.locator('[name="tick.mounts-noted"]').check()
    page.locator('[name="tick.files-edited"]').check()
    page.get_by_label("Shared storage IP").fill("10.57.0.20")
    complete(page)

    # Nothing was edited on the machine: the check brings the task back, with file and line.
    expect(page.get_by_role("cell", name="/etc/fstab").first).to_be_visible()
    state(page, "In progress").to_be_visible()
    expect(page.get_by_label("Shared storage IP")).to_have_value("10.57.0.20")
    studio.edit(storage["machine"])
    complete(page)
    state(page, "Completed").to_be_visible()
    assert studio.task(storage["id"])["outcome"] == "reconfigured"


def test_who_comes_second_is_told_who_was_first(studio, visit):
    task = studio.knock("Two want it")
    # Without scripts, for a page that follows what happens no longer offers what somebody else has.
    first, second = visit("operator").page, visit("operator2", java_script_enabled=False)
    second.refusals = {409}
    for page in (first, second.page):
        page.goto(f"/tasks/{task['id']}")
    first.get_by_role("button", name="Claim and start").click()
    state(first, "In progress").to_be_visible()
    second.page.get_by_role("button", name="Claim and start").click()
    expect(second.page.get_by_role("alert")).to_contain_text(re.compile("operator has held this task for .*take it over"))
    assert studio.task(task["id"])["owner"]["name"] == "operator"


def test_what_was_typed_survives_that_somebody_took_the_task_over(studio, visit):
    _, storage, _ = studio.adaptation("taken-over")
    first, second = visit("operator"), visit("supervisor")
    first.refusals = {409}
    first.page.goto(f"/tasks/{storage['id']}")
    first.page.get_by_role("button", name="Claim and start").click()
    first.page.get_by_label("Shared storage IP").fill("10.57.0.20")
    second.page.goto(f"/tasks/{storage['id']}")
    second.page.get_by_text("Take over…").click()
    second.page.locator("#take-over-reason").fill("The shift has ended.")
    second.page.get_by_role("button", name="Take over").click()
    state(second.page, "Claimed").to_be_visible()
    first.page.keyboard.press("Control+Enter")
    expect(first.page.get_by_role("alert")).to_contain_text("supervisor has held this task")
    expect(first.page.get_by_label("Shared storage IP")).to_have_value("10.57.0.20")
    studio.call("supervisor", "DELETE", f"/v1/tasks/{storage['id']}/claim", {"note": "Back to the queue."})


def test_from_signing_in_to_a_completed_task_without_a_mouse(studio, visit):
    _, storage, _ = studio.adaptation("by-keyboard")
    studio.edit(storage["machine"])
    page = visit("operator2", by_hand=True).page
    page.goto("/sign-in")
    tab_to(page, "#name")
    page.keyboard.type("operator2")
    tab_to(page, "#password")
    page.keyboard.type(studio.accounts["operator2"]["password"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Queue")).to_be_visible()

    # To the very task, row by row.
    for _ in range(60):
        page.keyboard.press("j")
        if storage["id"] in (page.evaluate("document.activeElement.getAttribute('href')") or ""):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(storage["title"])
    tab_to(page, "button.primary:not([data-key])")
    page.keyboard.press("Enter")
    state(page, "In progress").to_be_visible()
    expect(page.get_by_label("Shared storage IP")).to_be_focused()
    page.keyboard.type("10.57.0.20")
    tab_to(page, '[name="tick.files-edited"]', backwards=True)
    page.keyboard.press("Space")
    tab_to(page, '[name="evidence.mounts-noted"]', backwards=True)
    page.keyboard.type("read")
    tab_to(page, '[name="tick.mounts-noted"]', backwards=True)
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    studio.task_becomes(storage["id"], "completed")


def test_from_the_queue_to_a_completed_task_without_scripts(studio, visit):
    _, _, manager = studio.adaptation("without-scripts")
    studio.edit(manager["machine"])
    visitor = visit("operator", java_script_enabled=False)
    visitor.refusals = {422}
    page = visitor.page
    page.goto("/queue?queue=image-reconfiguration")
    page.get_by_role("link", name=re.compile(manager["title"])).click()
    page.get_by_role("button", name="Claim and start").click()
    state(page, "In progress").to_be_visible()
    page.locator('[name="tick.settings-edited"]').check()
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator('[name="tick.settings-edited"]')).to_be_checked()
    page.get_by_label(re.compile("^Render manager")).fill("10.42.0.30")
    page.get_by_role("button", name="Complete").click()
    expect(page.get_by_role("alert")).to_contain_text("Not completed yet")
    expect(page.get_by_label(re.compile("^Render manager"))).to_have_value("10.42.0.30")
    page.get_by_label(re.compile("^Render manager")).fill("10.57.0.30")
    page.locator('[name="tick.connection-noted"]').check()
    page.locator('[name="evidence.connection-noted"]').fill("read")
    page.get_by_role("button", name="Complete").click()
    expect(page.locator("#problem")).to_have_count(0)
    studio.task_becomes(manager["id"], "completed")
    page.reload()
    state(page, "Completed").to_be_visible()


def test_claim_next_says_when_nothing_is_left(studio, visit):
    studio.person("newcomer", roles=["operator"], projects=["*"], queues=["image-preparation"], skills=[])
    page = visit("newcomer").page
    page.goto("/queue")
    page.keyboard.press("n")
    expect(page.get_by_role("status")).to_contain_text("Nothing is waiting for you")
