"""Pictures of the main pages for the documentation, made when SIRDAR_SCREENSHOTS names a folder."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

FOLDER = os.environ.get("SIRDAR_SCREENSHOTS")


@pytest.mark.skipif(not FOLDER, reason="SIRDAR_SCREENSHOTS names no folder")
def test_screenshots(studio, visit):
    request, storage, _ = studio.adaptation("comp-2026-11")
    for number in range(4):
        studio.knock("Look at what triage has")
    visitor = visit("operator", viewport={"width": 1440, "height": 900})
    page = visitor.page
    page.goto(f"/tasks/{storage['id']}")
    page.get_by_role("button", name="Claim and start").click()
    page.get_by_label("Evidence").first.fill("10.42.0.20:/export/projects on /mnt/projects")
    page.locator('[name="tick.mounts-noted"]').check()
    page.locator('[name="tick.files-edited"]').check()
    page.get_by_label("Shared storage IP").fill("10.57.0.20")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    studio.checked(storage["id"])
    page.goto(f"/tasks/{storage['id']}")
    expect(page.get_by_text("Last check")).to_be_visible()
    save(page, "queue")
    for name, path in [("request", f"/requests/{request['id']}"), ("images", "/images"), ("journal", "/journal")]:
        page.goto(path)
        save(page, name)


def save(page, name):
    page.screenshot(path=str(Path(FOLDER) / f"{name}.png"))
