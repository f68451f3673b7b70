"""Every route by every role, on what belongs to somebody else: a route that is not listed fails.

The routes come from the application's own table. Each is asked by each role, with the form token
that this role's pages hold, so that nothing but authorization stands in the way. Those who may are
let through to whatever the route says to an empty form; the others find nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from service.agreements import PartyDraft
from service.app import build_app
from service.identity import Bureau, Role
from service.identity.kept_pictures import KeptPicture
from service.rooms import Rooms
from service.settings import Settings
from tests.pdfs.making import reportlab_pdf
from tests.running import free_port
from tests.unit.identity.authenticator import Authenticator
from tests.unit.identity.bureau import Bureau as KnownBureau
from tests.unit.identity.known_faces import COUSIN
from tests.unit.portal.visits import InProcess

ADDRESSES = {
    "other": "otra@example.com",
    "sender": "remite@example.com",
    "party": "firma@example.com",
    "waiting": "espera@example.com",
    "applicant": "solicita@example.com",
    "reviewer": "revisa@example.com",
    **{str(role): f"{role}@empresa.example" for role in Role if role is not Role.REVIEWER},
    "company reviewer": "lee@empresa.example",
}
NOBODY_KNOWN = ("stranger", "integrator")
ROLES = (*NOBODY_KNOWN, *ADDRESSES)
SIGNED_IN = frozenset(ADDRESSES)
ANYBODY = frozenset(ROLES)
MEMBERS = frozenset({"owner", "drafter", "company reviewer", "signer", "auditor"})

# Who may, by method and path. A route's absence here is a failure, and so is a line too many.
MAY: dict[str, frozenset[str]] = {
    # Public: pages, the log, trust, what a code or a link's own secret guards.
    **dict.fromkeys(
        (
            "GET /",
            "GET /.well-known/acta-trust.json",
            "GET /.well-known/acta-trust/{version}.json",
            "GET /d/{code}",
            "GET /healthz",
            "GET /keys/open.html",
            "GET /language/{lang}",
            "GET /log/{path:path}",
            "GET /mailbox",
            "GET /mailbox/{mail_id}",
            "GET /s/{token}",
            "GET /s/{token}/code",
            "GET /sign-in",
            "GET /sign-in/code",
            "POST /sign-in/passkey",
            "POST /sign-in/passkey/options",
            "GET /static/{name}",
            "GET /status",
            "GET /v1/custody/reports/latest",
            "GET /v1/custody/reports/{number}",
            "GET /v1/custody/reports/{number}/list",
            "GET /v1/openapi.json",
            "GET /v1/status",
            "GET /verify",
            "POST /s/{token}",
            "POST /s/{token}/code",
            "POST /sign-in",
            "POST /sign-in/code",
            "POST /sign-out",
            "POST /tsa",
            "POST /verify",
            "GET /pki/{authority}.cer",
            "GET /pki/{authority}.crl",
            "GET /pki/{authority}/ocsp/{encoded:path}",
            "POST /pki/{authority}/ocsp",
        ),
        ANYBODY,
    ),
    # Programs, by their keys.
    "POST /v1/anchors": frozenset({"integrator"}),
    "GET /v1/anchors/{anchor_id}": frozenset({"integrator"}),
    # Whoever is signed in: lists of their own, and beginning something new. The page that asks
    # for a code says nothing of the agreement, and its code goes to the asking person's mailbox.
    **dict.fromkeys(
        (
            "GET /agreements",
            "GET /agreements.zip",
            "GET /agreements/new",
            "POST /agreements/new",
            "GET /agreements/{agreement_id}/code",
            "POST /agreements/{agreement_id}/code",
            # What names a passkey or a session of somebody else's finds nothing there.
            "GET /account",
            "GET /account/code",
            "POST /account/code",
            "POST /account/code/send",
            "POST /account/passkeys",
            "POST /account/passkeys/options",
            "POST /account/sessions/end",
            "POST /account/sign-out-everywhere",
            "GET /companies",
            "GET /keys",
            "POST /keys",
            "POST /keys/end",
            "GET /keys/code",
            "POST /keys/code",
            "POST /keys/code/send",
            "GET /identify",
            "POST /identify",
        ),
        SIGNED_IN,
    ),
    # One agreement: its sender, and a party from its invitation on.
    **dict.fromkeys(
        (
            "GET /agreements/{agreement_id}",
            "GET /agreements/{agreement_id}/custody.zip",
            "GET /agreements/{agreement_id}/certificate.pdf",
            "GET /agreements/{agreement_id}/code/ask",
            "GET /agreements/{agreement_id}/document.pdf",
            "GET /agreements/{agreement_id}/evidence.asice",
            "GET /agreements/{agreement_id}/pages/{picture}",
            "GET /agreements/{agreement_id}/keeping",
            "GET /agreements/{agreement_id}/part",
            "GET /agreements/{agreement_id}/progress",
            "GET /agreements/{agreement_id}/sign",
            "POST /agreements/{agreement_id}/archive",
            # Whoever has no part is sent to the agreement's page.
            "POST /agreements/{agreement_id}/part",
            "POST /agreements/{agreement_id}/sign/passkey/begin",
            "POST /agreements/{agreement_id}/tags",
            "POST /agreements/{agreement_id}/code/send",
        ),
        frozenset({"sender", "party"}),
    ),
    **dict.fromkeys(
        (
            "POST /agreements/{agreement_id}/sign",
            "POST /agreements/{agreement_id}/sign/passkey",
            "POST /agreements/{agreement_id}/company",
            "POST /agreements/{agreement_id}/decline",
            "POST /agreements/{agreement_id}/keeping/erase-mine",
        ),
        frozenset({"party"}),
    ),
    **dict.fromkeys(
        (
            "GET /agreements/{agreement_id}/fields",
            "POST /agreements/{agreement_id}/copy",
            "POST /agreements/{agreement_id}/fields",
            "POST /agreements/{agreement_id}/send",
            "POST /agreements/{agreement_id}/delete",
            "POST /agreements/{agreement_id}/keeping/erase",
        ),
        frozenset({"sender"}),
    ),
    # One identification: whoever is identified, and nobody else, a reviewer neither.
    **dict.fromkeys(
        (
            f"POST /identify/{{identification}}/{step}"
            for step in ("document", "confirm", "challenge", "face", "forget-pictures", "withdraw")
        ),
        frozenset({"applicant"}),
    ),
    # One passkey: whose it is.
    "POST /account/passkeys/rename": frozenset({"party"}),
    "POST /account/passkeys/remove": frozenset({"party"}),
    # Naming a company takes an identification; of the roles here two have one.
    "POST /companies": frozenset({"owner", "signer"}),
    # One company: its members look, owners change, signers show their powers.
    "GET /companies/{company}": MEMBERS,
    "POST /companies/{company}/registers": frozenset({"owner"}),
    "POST /companies/{company}/members": frozenset({"owner"}),
    "POST /companies/{company}/powers/{power}/withdraw": frozenset({"owner"}),
    # The owner of a new company is a signer too.
    **dict.fromkeys(
        (f"POST /companies/{{company}}/{step}" for step in ("deed", "challenge", "certificate")),
        frozenset({"owner", "signer"}),
    ),
    # The review desk.
    **dict.fromkeys(
        (
            "GET /review",
            "GET /review/{case}",
            "GET /review/{case}/pictures/{picture}",
            "POST /review/{case}",
        ),
        frozenset({"reviewer"}),
    ),
}
# What ends things comes last, so that the others still find them.
ENDING = (
    "/decline",
    "/delete",
    "/withdraw",
    "/forget-pictures",
    "/remove",
    "/sign-out",
    "-everywhere",
)
DENIED = frozenset({401, 403, 404})
FILES = {
    "/deed": {"deed": ("a.png", b"no picture", "image/png")},
    "/certificate": {
        "text": ("a.txt", b"another text", "text/plain"),
        "signature": ("a.p7s", b"0", "application/pkcs7-signature"),
    },
}
FIELDS = {"/members": {"member": "nueva@empresa.example", "role_auditor": "1"}}


@dataclass
class Office:
    """A running service with one of everything that belongs to somebody."""

    rooms: Rooms
    app: FastAPI
    objects: dict[str, str] = field(default_factory=dict)
    key: str = ""
    _browsers: dict[str, tuple[httpx.Client, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rooms = self.rooms
        # The same tables and log, with faces and documents that are known beforehand.
        bureau = KnownBureau(desk=rooms, log=rooms.notary)
        self._agreement()
        self._company(bureau)
        self._passkey()
        applicant = ADDRESSES["applicant"]
        identification = bureau.begin(applicant)
        bureau.give_document(identification, applicant)
        bureau.confirm(identification, applicant)
        bureau.show_face(identification, applicant, COUSIN)
        cases = rooms.identity.bureau.review.queue(ADDRESSES["reviewer"])
        with rooms.database.reading() as session:
            picture = session.scalar(
                select(KeptPicture.id).where(KeptPicture.owner == identification)
            )
        assert picture is not None
        self.objects |= {
            "identification": identification,
            "case": next(one.id for one in cases if one.kind == "person"),
            "picture": picture,
        }
        with rooms.database.transaction() as session:
            self.key = rooms.identity.api_keys.new_api_key(session, "tests")
        made = self.ask("integrator", "POST", "/v1/anchors", json={"sha256": "11" * 32})
        self.objects["anchor_id"] = made.json()["id"]

    def _agreement(self) -> None:
        agreements, sender = self.rooms.agreements, ADDRESSES["sender"]
        agreement = agreements.create_draft(
            sender=sender,
            sender_name="Rosa Bravo",
            lang="es",
            filename="contrato.pdf",
            pdf=reportlab_pdf(pages=1),
            title="Arriendo",
            deadline=self.rooms.clock.now() + timedelta(days=3),
            parties=[
                PartyDraft(name="Pablo Rey", email=ADDRESSES["party"], order=1),
                PartyDraft(name="Marta Vidal", email=ADDRESSES["waiting"], order=2),
            ],
        )
        agreements.send(sender, agreement)
        self.objects["agreement_id"] = agreement

    def _passkey(self) -> None:
        passkeys, owner = self.rooms.identity.passkeys, ADDRESSES["party"]
        with self.rooms.database.transaction() as session:
            options = passkeys.registration_options(session, email=owner)
        device = Authenticator(rp_id="localhost", origin=self.rooms.settings.base_url)
        made = passkeys.register(
            device.create(options),
            email=owner,
            name="El móvil",
            mailbox_at=self.rooms.clock.now(),
            by_passkey=False,
        )
        self.objects["passkey"] = made.id

    def _company(self, bureau: KnownBureau) -> None:
        owner = ADDRESSES["owner"]
        for email in (owner, ADDRESSES["signer"]):
            bureau.identify(email)
        companies: Bureau = self.rooms.identity.bureau
        with self.rooms.database.transaction() as session:
            company = companies.companies.register(
                session, email=owner, kind="es-nif", number="B58378431", legal_name="Aceites"
            )
            for role in Role:
                member = ADDRESSES["company reviewer" if role is Role.REVIEWER else str(role)]
                if member != owner:
                    companies.companies.set_roles(
                        session, company, email=owner, member=member, roles={role}
                    )
        power = companies.powers.give_deed(company, email=owner, upload=reportlab_pdf(pages=1))
        self.objects |= {"company": company, "power": power}

    def ask(self, role: str, method: str, path: str, **request: Any) -> httpx.Response:
        """Ask as a role; of a form, with the token that the role's own pages hold."""
        client, csrf = self._browsers.get(role) or self._browser(role)
        if path in {"/sign-out", "/account/sign-out-everywhere"}:
            self._browsers.pop(role, None)
        if method == "GET" or "json" in request:
            return client.request(method, path, **request)
        ending = f"/{path.rsplit('/', 1)[-1]}"
        data = {"csrf": csrf} | FIELDS.get(ending, {})
        if path.startswith("/account/passkeys/"):
            data["passkey"] = self.objects["passkey"]
        return client.post(path, data=data, files=FILES.get(ending))

    def _browser(self, role: str) -> tuple[httpx.Client, str]:
        client = httpx.Client(
            transport=InProcess(self.app),
            base_url=self.rooms.settings.base_url,
            headers={"Accept": "text/html"},
        )
        if role == "integrator":
            client.headers["Authorization"] = f"Bearer {self.key}"
        if role in ADDRESSES:
            sessions, now = self.rooms.identity.sessions, self.rooms.clock.now()
            with self.rooms.database.transaction() as session:
                token = sessions.create(session, email=ADDRESSES[role], confirmed_at=now, lang="es")
            client.cookies.set("acta_session", token)
            known = sessions.lookup(token)
            assert known is not None
            self._browsers[role] = client, known.csrf
        else:
            page = client.get("/sign-in").text
            self._browsers[role] = client, re.findall(r'name="csrf" value="([^"]+)"', page)[0]
        return self._browsers[role]

    def path_of(self, template: str) -> str:
        """Return a route's path with what belongs to somebody put into it."""
        values = {
            **self.objects,
            "version": "1",
            "code": "ABCDEFGHJKMNPQRS",
            "lang": "es",
            "path:path": "checkpoint",
            "authority": "root",
            "encoded:path": "MAA=",
            "mail_id": "msg_1",
            "token": "x" * 43,
            "name": "portal.css",
            "number": "1",
        }
        if template.startswith("/agreements/"):
            values["picture"] = "1.png"
        return re.sub(r"\{([^}]+)\}", lambda found: values[found[1]], template)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("office"),
        # Two processes of one test run start at the same moment.
        chain_port=free_port(),
        reviewers=[ADDRESSES["reviewer"]],
        gleif_url="http://127.0.0.1:9",
        vies_url="http://127.0.0.1:9",
    )
    with Rooms(settings) as rooms:
        yield Office(rooms, build_app(rooms))


def routes_of(routes: list[object]) -> Iterator[str]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes_of(inner.routes)
            continue
        for method in getattr(route, "methods", None) or ():
            if method != "HEAD":
                yield f"{method} {getattr(route, 'path', '')}"


def is_denied(answer: httpx.Response) -> bool:
    """Whether somebody found nothing: refused, not there, or sent to sign in."""
    sent = answer.headers.get("location", "")
    return answer.status_code in DENIED or sent.startswith("/sign-in?next=")


def test_every_route_is_listed(office: Office) -> None:
    assert set(routes_of(list(office.app.routes))) == set(MAY)


def test_every_route_by_every_role(office: Office) -> None:
    wrong = []
    for route in sorted(MAY, key=lambda one: (one.endswith(ENDING), one)):
        method, template = route.split(" ", 1)
        path = office.path_of(template)
        # Those who may not ask first: nobody who may has changed anything yet.
        for role in sorted(ROLES, key=lambda one: one in MAY[route]):
            answer = office.ask(role, method, path)
            if answer.status_code >= 500:
                wrong.append(f"{route} fails for {role}: {answer.status_code}")
            elif MAY[route] != ANYBODY and is_denied(answer) == (role in MAY[route]):
                wrong.append(f"{route} answers {role} with {answer.status_code}")
            elif MAY[route] == ANYBODY and answer.headers.get("location", "").startswith(
                "/sign-in?next="
            ):
                wrong.append(f"{route} sends {role} to sign in")
    assert wrong == [], "\n".join(wrong)


def test_what_was_refused_has_changed_nothing(office: Office) -> None:
    """The roles that may not act came first above; what they tried is still to be done."""
    with office.rooms.database.reading() as session:
        bureau = office.rooms.identity.bureau
        owners = [
            one.email
            for one in bureau.companies.members(
                session, office.objects["company"], email=ADDRESSES["owner"]
            )
            if Role.OWNER in one.roles
        ]
    assert owners == [ADDRESSES["owner"]]
