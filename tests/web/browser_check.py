"""The pages in a browser: axe-core, widths of 320 and 1280, the keyboard alone, print; and the pictures of the docs.

Not a test of pytest's: it needs Chromium, which pip does not bring. `make browser` runs it on the database of
`make dashboard`. Exit code 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import yaml
from argon2 import PasswordHasher
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PORT, PASSWORD = 8765, "a long enough password"
BASE = f"http://localhost:{PORT}"
E12 = "/reports/epilepsy12"
ADDRESSES = {
    "reports": "/",
    "lung": "/reports/lung_mdt",
    "report": f"{E12}?part=country:England",
    "own": f"{E12}?part=organisation:EN001",
    "indicator": f"{E12}/indicators/ecg?part=country:England&level=organisation",
    "own_indicator": f"{E12}/indicators/ecg?part=organisation:EN001",
    "lung_indicator": "/reports/lung_mdt/indicators/mdt_discussion",
    "organisation": f"{E12}/organisations/organisation/EN001",
    "persons": f"{E12}/indicators/ecg/persons?part=organisation:EN001",
    "hidden": "/reports/no_such",
    "sign_in": "/sign-in",
}
ROLES = ("tess", "clara", "penny", None)
# What stands in docs/how-to/serve.md.
SHOWN = {"lung": 900, "indicator": 2100, "organisation": 800}


def main() -> int:
    """Return 0 where nothing is wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--pictures", type=Path, help="Write the pictures of the docs to this folder.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        access = Path(folder) / "access.yml"
        access.write_text(yaml.safe_dump({"people": people()}))
        serve = [sys.executable, "-m", "measuremart", "serve", "--access", str(access), "--port", str(PORT)]
        serve[1:3] = ["-c", "from measuremart.cli import main; main()"]
        command = [*serve, "--profiles-dir", "build/demo/dashboard", "--target", "duckdb"]
        with subprocess.Popen(command, cwd=ROOT) as server:
            try:
                wait_for(f"{BASE}/health")
                wrong = look(given.chromium, given.pictures)
            finally:
                server.terminate()
    for line in wrong:
        print(line)
    print(f"{len(wrong)} wrong")
    return 1 if wrong else 0


def people() -> dict[str, Any]:
    """Return one of each role."""
    kept = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    own = {"epilepsy12": {"organisation": ["EN001"]}}
    return {
        "tess": {"role": "team", "password": kept},
        "clara": {"role": "clinician", "password": kept, "entities": own},
        "penny": {"role": "public", "password": kept},
    }


def wait_for(address: str) -> None:
    """Return as soon as the server answers."""
    for _ in range(120):
        try:
            urllib.request.urlopen(address)
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the server does not answer")


def look(chromium: str, pictures: Path | None) -> list[str]:
    """Return what is wrong with any page, for any role, at both widths; scripts are off throughout."""
    wrong = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for role in ROLES:
            for width in (1280, 320):
                # Scripts of pages are off by their own policy; axe itself needs a context that runs scripts.
                context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
                page = context.new_page()
                if role is not None:
                    signed_in(page, role)
                for name, address in ADDRESSES.items():
                    wrong += [f"{role} {width} {name}: {fault}" for fault in faults(page, address, width)]
                    if pictures is not None and role == "tess" and width == 1280 and name in SHOWN:
                        clip = {"x": 0, "y": 0, "width": width, "height": SHOWN[name]}
                        page.screenshot(path=pictures / f"serve_{name}.png", full_page=True, clip=clip)
                if role == "tess":
                    page.goto(f"{BASE}{ADDRESSES['persons']}")
                    page.locator("tbody a").first.click()
                    wrong += [f"{role} {width} trace: {fault}" for fault in faults(page, None, width)]
                context.close()
        wrong += by_keyboard(browser.new_context(java_script_enabled=False).new_page())
        browser.close()
    return wrong


def signed_in(page: Page, role: str) -> None:
    """Sign in by the form."""
    page.goto(f"{BASE}/sign-in")
    page.fill("input[name=name]", role)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button")


def faults(page: Page, address: str | None, width: int) -> list[str]:
    """Return what axe-core finds, whether the page is wider than the window, and whether print hides the header."""
    if address is not None:
        page.goto(f"{BASE}{address}")
    for details in page.locator("details").all():
        details.evaluate("element => element.open = true")
    found = [f"axe {v['id']}: {v['nodes'][0]['html'][:120]}" for v in Axe().run(page)["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        found.append(f"{wide} pixels wide")
    if page.locator("script").count():
        found.append("has a script")
    page.emulate_media(media="print")
    if page.locator("header").is_visible():
        found.append("prints its header")
    page.emulate_media(media="screen")
    return found


def by_keyboard(page: Page) -> list[str]:
    """Return what is wrong on the way from the form to a trace with Tab, Enter and the arrows alone, scripts off."""
    page.goto(f"{BASE}/sign-in?next=/reports/lung_mdt")
    for text in ("tess", PASSWORD):
        tab_to(page, "input:not([type=hidden])")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/lung_mdt")
    for wanted, place in (("MDT meeting", "**/indicators/**"), ("The persons", "**/persons?**"), ("", "**/persons/**")):
        if wanted:
            tab_to(page, f"a:has-text('{wanted}')")
        else:
            tab_to(page, "tbody a")
        page.keyboard.press("Enter")
        page.wait_for_url(place)
    return [] if page.locator("h3:has-text('Verdict')").count() else ["keyboard: no verdict at the end"]


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus; stop where none ever has."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise SystemExit(f"the keyboard does not reach {selector}")


if __name__ == "__main__":
    sys.exit(main())
