"""What protects people: headers, tokens of forms, cookies, limits, and pages for errors."""

import re

import pytest
from fastapi import APIRouter, Response

from service.portal import build_portal
from service.portal.forms import MIB
from service.portal.pages import Pages
from tests.unit.portal.rooms import CODE, MemoryRooms, MemorySettings
from tests.unit.portal.visits import Visit, form_of, tree, words

ANA, BETO = "ana@example.com", "beto@example.com"


def test_every_answer_has_its_headers(rooms: MemoryRooms, visit: Visit) -> None:
    kept = rooms.draft(ANA)
    visit.sign_in(ANA)
    paths = ["/", "/verify", "/agreements", f"/agreements/{kept}", "/nowhere", "/d/x", "/fault"]
    for path in [*paths, f"/agreements/{kept}/pages/1.png"]:
        headers = visit.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"


def test_pages_hold_nothing_inline(rooms: MemoryRooms, visit: Visit) -> None:
    kept = rooms.draft(ANA, BETO)
    visit.sign_in(ANA)
    for path in ("/", "/verify", "/agreements", "/agreements/new", f"/agreements/{kept}/sign"):
        page = tree(visit.get(path))
        assert not page.xpath("//script[not(@src)] | //style | //@style")
        assert not page.xpath("//@*[starts-with(name(), 'on')]")
        for script in page.xpath("//script/@src"):
            assert visit.get(script).status_code == 200


def test_static_files_are_kept_and_nothing_else_is_served(visit: Visit) -> None:
    [sheet] = tree(visit.get("/")).xpath("//link[@rel='stylesheet']/@href")
    assert "immutable" in visit.get(sheet).headers["cache-control"]
    assert not re.search(r"\d{6}", sheet)
    for name in ("nothing.js", "..%2fpages.py", "package.json"):
        assert visit.get(f"/static/{name}").status_code == 404


POSTS = [
    "/account/code",
    "/account/code/send",
    "/account/passkeys",
    "/account/passkeys/options",
    "/account/passkeys/remove",
    "/account/passkeys/rename",
    "/account/sessions/end",
    "/account/sign-out-everywhere",
    "/agreements/{id}/sign/passkey",
    "/agreements/{id}/sign/passkey/begin",
    "/sign-in/passkey",
    "/sign-in/passkey/options",
    "/sign-in",
    "/sign-in/code",
    "/sign-out",
    "/agreements/new",
    "/agreements/{id}/send",
    "/agreements/{id}/delete",
    "/agreements/{id}/archive",
    "/agreements/{id}/sign",
    "/agreements/{id}/company",
    "/agreements/{id}/decline",
    "/agreements/{id}/part",
    "/agreements/{id}/fields",
    "/agreements/{id}/copy",
    "/agreements/{id}/tags",
    "/agreements/{id}/code",
    "/agreements/{id}/code/send",
    "/s/" + "x" * 43,
    "/s/" + "x" * 43 + "/code",
    "/agreements/{id}/keeping/erase",
    "/agreements/{id}/keeping/erase-mine",
    "/keys",
    "/keys/end",
    "/keys/code",
    "/keys/code/send",
    "/verify",
]


@pytest.mark.parametrize("path", POSTS)
def test_no_form_works_without_its_token(rooms: MemoryRooms, visit: Visit, path: str) -> None:
    kept = rooms.draft(ANA, BETO)
    visit.sign_in(ANA)
    before = (dict(rooms.agreements.kept), dict(rooms.identity.sessions), len(rooms.mailbox.mails))
    url = path.format(id=kept)
    for token in (None, "", "csrf-of-session-2", "x" * 32):
        data = {"email": BETO, "code": CODE} | ({} if token is None else {"csrf": token})
        answer = visit.client.post(url, data=data)
        assert answer.status_code == 403
        assert "cárguela de nuevo" in words(answer)
    after = (dict(rooms.agreements.kept), dict(rooms.identity.sessions), len(rooms.mailbox.mails))
    assert after == before


def test_every_post_route_is_in_that_test(rooms: MemoryRooms) -> None:
    posts = _posts(build_portal(rooms.context))
    shaped = {re.sub(r"\{\w+\}", "{}", path) for path in posts}
    listed = {re.sub(r"\{id\}|x{43}", "{}", path) for path in POSTS}
    assert shaped == listed


def _posts(router: APIRouter) -> set[str]:
    found: set[str] = set()
    for route in router.routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            found |= _posts(inner)
        elif "POST" in (getattr(route, "methods", None) or ()):
            found.add(getattr(route, "path", ""))
    return found


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
    ],
)
def test_a_form_of_another_site_is_refused_even_with_a_token(
    rooms: MemoryRooms, visit: Visit, headers: dict[str, str]
) -> None:
    page = visit.get("/sign-in")
    values = {**dict(form_of(page, "/sign-in").form_values()), "email": ANA}
    assert visit.client.post("/sign-in", data=values, headers=headers).status_code == 403
    assert rooms.mailbox.mails == []
    for good in (
        {"Origin": rooms.settings.base_url, "Sec-Fetch-Site": "same-origin"},
        {"Origin": "null"},
    ):
        assert visit.client.post("/sign-in", data=values, headers=good).status_code == 200


def test_a_strangers_token_is_their_own(rooms: MemoryRooms, visit: Visit) -> None:
    token = form_of(visit.get("/sign-in"), "/sign-in").fields["csrf"]
    other = Visit(rooms)
    assert other.client.post("/sign-in", data={"csrf": token, "email": ANA}).status_code == 403
    other.get("/sign-in")
    assert other.client.post("/sign-in", data={"csrf": token, "email": ANA}).status_code == 403
    other.client.close()


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(
    rooms: MemoryRooms, visit: Visit
) -> None:
    page = visit.send(visit.get("/sign-in"), "/sign-in", email=ANA)
    form = form_of(page, "/sign-in/code")
    answer = visit.client.post(
        "/sign-in/code",
        data={**dict(form.form_values()), "code": CODE},
        follow_redirects=False,
    )
    [cookie] = [c for c in answer.headers.get_list("set-cookie") if "acta_session=t" in c]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "Secure" not in cookie


def test_a_body_too_large_is_refused_before_it_is_kept(rooms: MemoryRooms, visit: Visit) -> None:
    visit.sign_in(ANA)
    page = visit.get("/agreements/new")
    huge = {"pdf": ("x.pdf", b"%PDF" + bytes(27 * MIB), "application/pdf")}
    answer = visit.send(page, "/agreements/new", huge, title="x")
    assert answer.status_code == 413
    assert "demasiado grande" in words(answer)
    token = form_of(page, "/sign-out").fields["csrf"]

    def chunks() -> object:
        yield f"csrf={token}&x=".encode()
        for _ in range(3):
            yield b"y" * MIB

    answer = visit.client.post(
        "/sign-out",
        content=chunks(),  # type: ignore[arg-type]
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413
    assert len(rooms.identity.sessions) == 1


def test_a_strangers_upload_is_not_even_parsed(visit: Visit) -> None:
    answer = visit.client.post(
        "/agreements/new",
        content=b"no form at all",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
        follow_redirects=False,
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fagreements%2Fnew"


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"\xff\xfe", "multipart/form-data; boundary=x"), (b"x", "multipart/form-data")],
)
def test_a_body_that_is_no_form_is_refused(visit: Visit, content: bytes, kind: str) -> None:
    visit.get("/sign-in")
    answer = visit.client.post("/sign-in", content=content, headers={"Content-Type": kind})
    assert answer.status_code in {400, 403}


def test_what_does_not_exist_gets_a_page_or_what_programs_get(visit: Visit) -> None:
    page = visit.get("/nowhere")
    assert page.status_code == 404
    assert "Esta página no existe" in words(page)
    assert "text/html" in page.headers["content-type"]
    assert visit.client.post("/nowhere").status_code == 404
    assert visit.client.post("/").status_code == 405


def test_a_fault_of_ours_gets_a_page_without_its_details(visit: Visit) -> None:
    page = visit.get("/fault")
    assert page.status_code == 500
    assert "Algo ha fallado en Acta" in words(page)
    assert "on purpose" not in page.text
    for path, accept in (("/v1/fault", "text/html"), ("/fault", "application/json")):
        answer = visit.get(path, Accept=accept)
        assert answer.status_code == 500
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "service/fault"


def test_https_marks_cookies_and_asks_for_https(rooms: MemoryRooms) -> None:
    rooms.settings = MemorySettings(base_url="https://acta.example")
    pages = Pages(rooms.context)
    response = Response()
    pages.sign_in(response, "token")
    pages.harden(response)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-acta_session=token")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "max-age=" in response.headers["strict-transport-security"]
