"""Signing in by an identity provider: the whole way, in a real browser, to a provider of others' making."""

import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from installation import ROOT, eventually

SIGN_IN = """
provider:
  title: Studio account
  issuer: {issuer}
  clientID: sirdar
  clientSecret: sign-in
  algorithms: [RS256]
"""
OUTBOUND = """
hosts:
  - name: 127.0.0.1
    scheme: http
    ports: [{port}]
    networks: [127.0.0.0/8]
"""


class Provider:
    """oidc-provider-mock on a port of its own."""

    def __init__(self, log):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.issuer = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(self.port), "--require-nonce"]
        self.process = subprocess.Popen(command, stdout=log.open("a"), stderr=subprocess.STDOUT)
        eventually("the identity provider is ready", self._is_ready)

    def _is_ready(self):
        assert self.process.poll() is None, "oidc-provider-mock did not start: see provider.log"
        try:
            with urllib.request.urlopen(f"{self.issuer}/.well-known/openid-configuration", timeout=10) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


@pytest.fixture(scope="module")
def provider(studio):
    """The studio's server, started again with a provider; and as it was, afterwards."""
    provider = Provider(studio.folder / "provider.log")
    config, secrets = studio.folder / "config", studio.folder / "secrets"
    shutil.copytree(ROOT / "config", config)
    secrets.mkdir(mode=0o700)
    secret = os.open(secrets / "sign-in", os.O_CREAT | os.O_WRONLY, 0o600)
    os.write(secret, b"what the client knows")
    os.close(secret)
    (config / "sign-in.yaml").write_text(SIGN_IN.format(issuer=provider.issuer))
    (config / "outbound.yaml").write_text(OUTBOUND.format(port=provider.port))
    studio.stop()
    studio.environment |= {"SIRDAR_CONFIG": str(config), "SIRDAR_SECRETS": str(secrets)}
    studio.serve()
    yield provider
    provider.stop()
    studio.stop()
    for name in ("SIRDAR_CONFIG", "SIRDAR_SECRETS"):
        del studio.environment[name]
    studio.serve()


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def come_back(address, subject):
    """Where the provider sends somebody who says at `address` who they are."""
    try:
        urllib.request.build_opener(Stay).open(address, data=f"sub={subject}".encode(), timeout=60)
    except urllib.error.HTTPError as answer:
        return answer.headers["Location"]


def go_to_provider(visitor, start="/sign-in"):
    page = visitor.page
    # What the provider's own pages ask for elsewhere is nothing of ours.
    visitor.context.route("https://cdn.jsdelivr.net/**", lambda route: route.fulfill(body="", content_type="text/css"))
    visitor.context.route("**/favicon.ico", lambda route: route.fulfill(body="", content_type="image/x-icon"))
    page.goto(start)
    page.get_by_role("link", name="Sign in with Studio account").click()
    expect(page.get_by_role("heading", name="Authorize Client")).to_be_visible()
    return page


def authorize(page, subject):
    page.locator("input[name=sub]").fill(subject)
    page.get_by_role("button", name="Authorize", exact=True).click()


def test_a_person_who_is_linked_signs_in_and_out_and_is_out_when_disabled(studio, provider, visit):
    person = studio.person("wanda", roles=["operator"], projects=["*"], queues=["triage"])
    studio.call("admin", "POST", f"/v1/people/{person['id']}/identities", {"subject": "wanda@studio"})
    visitor = visit(None)
    # Where one wanted to go is where one comes out.
    page = go_to_provider(visitor, "/queue?q=state%3Aready")
    authorize(page, "wanda@studio")
    expect(page.locator(".top nav")).to_be_visible()
    assert page.url.startswith(studio.address + "/queue?q=state")
    cookies = {cookie["name"]: cookie for cookie in visitor.context.cookies(studio.address)}
    assert cookies["__Host-sirdar"]["httpOnly"] and cookies["__Host-sirdar"]["secure"]
    assert "__Host-sirdar-sign-in" not in cookies
    page.goto("/me")
    expect(page.get_by_text("this one")).to_be_visible()
    studio.disable(person["id"])
    visitor.page.goto("/queue")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page = go_to_provider(visitor)
    visitor.refusals.add(403)
    authorize(page, "wanda@studio")
    expect(page.get_by_role("alert")).to_contain_text("disabled")


def test_somebody_whom_nobody_has_linked_is_told_what_to_give_an_administrator(studio, provider, visit):
    visitor = visit(None)
    page = go_to_provider(visitor)
    visitor.refusals.add(403)
    authorize(page, "stranger-7")
    expect(page.get_by_role("alert")).to_contain_text(f"you are “stranger-7” at {provider.issuer}")
    # With a password one comes in all the same.
    page.fill("#name", "requester")
    page.fill("#password", studio.accounts["requester"]["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".top nav")).to_be_visible()


def test_what_is_broken_off_or_comes_back_in_another_browser_lets_nobody_in(studio, provider, visit):
    visitor, other = visit(None), visit(None)
    for somebody in (visitor, other):
        somebody.refusals.add(401)
    page = go_to_provider(visitor)
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("alert")).to_contain_text("Try again")
    # The code of one browser, carried into another: it would sign somebody in as whoever sent the link.
    page = go_to_provider(visitor)
    back = come_back(page.url, "stranger-8")
    assert back.startswith(studio.address + "/sign-in/callback?")
    other.page.goto(back)
    expect(other.page.get_by_role("alert")).to_contain_text("Try again")
    assert not [cookie for cookie in other.context.cookies() if cookie["name"] == "__Host-sirdar"]
