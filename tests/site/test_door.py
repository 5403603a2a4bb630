"""Where the site listens: on this machine alone, unless what is sent is encrypted."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import ssl
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from click.testing import CliRunner

from mdli_workbook.cli import main
from mdli_workbook.errors import SiteRefused
from mdli_workbook.site import Door
from mdli_workbook.site.app import CoachSite
from tests.site.conftest import PASSWORDS, TODAY, Running, stop_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.site.conftest import House

NAME = "coach.example.org"
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate that nobody else trusts, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", "key.pem", "-out", "certificate.pem", "-days", "2", "-subj", f"/CN={NAME}"),
            *("-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    (folder / "key.pem").chmod(0o600)
    return folder / "certificate.pem", folder / "key.pem"


@contextlib.contextmanager
def served(folder: Path, *options: object) -> Iterator[str]:
    """Run `mdli serve` with options; gives the address that it says."""
    command = [Path(sys.executable).parent / "mdli", "--program", folder, "--today", TODAY[:10]]
    process = subprocess.Popen(
        list(map(str, [*command, "serve", "--port", "0", *options])),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    said = process.stdout.readline()
    running = Running(said.removeprefix("coach site: ").strip(), process)
    try:
        yield running.url
    finally:
        assert stop_site(running) == 0


def sign_in(visitor: httpx.Client) -> httpx.Response:
    token = visitor.get("/login").text.partition('name="_xsrf" value="')[2].partition('"')[0]
    said = {"coach": "coach-kim", "password": PASSWORDS["coach-kim"], "_xsrf": token}
    return visitor.post("/login", data=said)


def flags(answer: httpx.Response) -> list[set[str]]:
    return [
        {flag.strip().lower() for flag in cookie.split(";")[1:]}
        for cookie in answer.headers.get_list("set-cookie")
    ]


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.9.9.9"])
def test_this_machine_alone_needs_nothing_more(address: str) -> None:
    Door(address, 8866).check()


@pytest.mark.parametrize("address", ["", "example.org", "127.0.0.1.example.org", "0x7f000001", "127.1"])
def test_only_a_number_is_an_address(address: str) -> None:
    with pytest.raises(SiteRefused, match="is not an IP address"):
        Door(address, 8866, behind_proxy=True).check()


def test_every_address_needs_a_name_by_which_browsers_ask() -> None:
    with pytest.raises(SiteRefused, match="--host"):
        Door("0.0.0.0", 8866, behind_proxy=True).check()
    door = Door("0.0.0.0", 8866, (NAME.upper(),), behind_proxy=True)
    door.check()
    assert door.names == {NAME, "localhost", "127.0.0.1", "[::1]"}


@pytest.mark.parametrize("host", ["", "*", "https://coach.example.org", "coach.example.org:443", "a b", "é"])
def test_a_host_is_a_plain_name(host: str) -> None:
    with pytest.raises(SiteRefused, match="without https:// and without a port"):
        Door("127.0.0.1", 8866, (host,)).check()


def test_half_of_tls_is_refused(tmp_path: Path) -> None:
    for half in ({"certificate": tmp_path / "c"}, {"key": tmp_path / "k"}):
        with pytest.raises(SiteRefused, match="both --certificate and --key"):
            Door("127.0.0.1", 8866, **half).check()


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.touch(mode=0o644)
    key.chmod(0o644)
    with pytest.raises(SiteRefused, match=f"chmod 600 {key}"):
        Door("127.0.0.1", 8866, certificate=tmp_path / "c", key=key).check()


def test_files_that_are_no_certificate_are_refused(tmp_path: Path) -> None:
    for name in ("certificate", "key"):
        (tmp_path / name).write_text("not a certificate")
        (tmp_path / name).chmod(0o600)
    door = Door("127.0.0.1", 8866, certificate=tmp_path / "certificate", key=tmp_path / "key")
    with pytest.raises(SiteRefused, match="certificate and key cannot be used"):
        door.tls()


@needs_openssl
def test_a_proxy_and_tls_of_our_own_at_once_are_a_mistake(pair: tuple[Path, Path]) -> None:
    with pytest.raises(SiteRefused, match="leave one out"):
        Door("127.0.0.1", 8866, certificate=pair[0], key=pair[1], behind_proxy=True).check()


@needs_openssl
def test_with_tls_cookies_travel_by_nothing_else(house: House, pair: tuple[Path, Path]) -> None:
    trusted = ssl.create_default_context(cafile=str(pair[0]))
    with served(house.folder, "--certificate", pair[0], "--key", pair[1]) as url:
        assert url.startswith("https://127.0.0.1:")
        with httpx.Client(base_url=url, verify=trusted, trust_env=False) as visitor:
            form = visitor.get("/login")
            assert form.headers["Strict-Transport-Security"] == "max-age=31536000"
            assert visitor.get("/nowhere").headers["Strict-Transport-Security"]
            answer = sign_in(visitor)
            assert answer.status_code == 303
            for one in flags(form) + flags(answer):
                assert {"secure", "httponly", "samesite=strict", "path=/"} <= one
            assert all(name.startswith("__Host-mdli-") for name in visitor.cookies)
            assert visitor.get("/").status_code == 200
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{url.replace('https', 'http')}login", trust_env=False)


@needs_openssl
def test_no_old_tls_is_spoken(house: House, pair: tuple[Path, Path]) -> None:
    context = Door("127.0.0.1", 0, certificate=pair[0], key=pair[1]).tls()
    assert context is not None
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


async def visit(folder: Path) -> list[httpx.Response]:
    """Ask a site behind a proxy for its form, by its own name and by a forged one."""
    door = Door("127.0.0.1", 0, (NAME,), behind_proxy=True)
    site = CoachSite(folder=folder, door=door)
    site.initialize([])
    site.app = site.make_application()
    server = site.listen()
    forged = {"Host": "evil.example", "X-Forwarded-Host": NAME, "X-Forwarded-For": "127.0.0.1"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{site.port}", trust_env=False) as visitor:
        said = {"Host": NAME, "X-Forwarded-Host": "evil.example"}
        answers = [await visitor.get("/login", headers=one) for one in (said, forged)]
    server.stop()
    await server.close_all_connections()
    return answers


def test_behind_a_proxy_cookies_are_secure_and_the_proxys_words_are_not_believed(house: House) -> None:
    form, forged = asyncio.run(visit(house.folder))
    assert (form.status_code, forged.status_code) == (200, 403)
    assert "evil" not in form.text
    assert [one >= {"secure", "httponly", "samesite=strict"} for one in flags(form)] == [True]
    assert form.headers.get("Strict-Transport-Security") is None


@pytest.mark.parametrize("options", [("--address", "0.0.0.0"), ("--address", "0.0.0.0", "--host", NAME)])
def test_the_command_refuses_a_public_address_in_one_line(house: House, options: tuple[str, ...]) -> None:
    told = CliRunner().invoke(main, ["--program", str(house.folder), "serve", *options])
    assert told.exit_code == 2
    assert told.output.count("\n") == 1
    assert "without encryption" in told.output
    assert "--behind-proxy" in told.output
