"""Somebody who identifies themselves at a running portal, without a browser or a camera."""

from PIL import Image

from service.person import Person
from service.visitor import Page
from tests.id_documents import Holder, card_lines, draw_document, photographed
from tests.portraits import as_jpeg, collins, hopper, id_photo, turned

_TURN = {"left": 24.0, "right": -24.0}


def document_of(portrait: Image.Image) -> bytes:
    drawn = draw_document(card_lines(Holder()), portrait=id_photo(portrait))
    return as_jpeg(photographed(drawn))


def live_frame(name: str, pose: str, moment: int) -> bytes:
    """A frame of a camera; another ``moment`` has another noise."""
    straight = {"collins": collins, "hopper": hopper}[name]
    picture = straight() if pose == "centre" else turned(name, _TURN[pose])
    return as_jpeg(picture, quality=80 + moment % 19)


def confirm_document(person: Person, portrait: Image.Image) -> Page:
    """Begin, give the document, and confirm name and number."""
    visitor = person.visitor
    page = visitor.submit(visitor.open("/identify"), "/identify")
    front = ("dni.jpg", document_of(portrait), "image/jpeg")
    page = visitor.submit(page, "/document", files={"front": front})
    return visitor.submit(page, "/confirm", given_names="María Carmen", family_names="García López")


def show_face(person: Person, page: Page, name: str, moment: int) -> dict[str, str]:
    """Do what ``face-capture.js`` does, with the frames of a camera."""
    [scan] = page.tree().xpath("//*[@data-face-capture]")
    csrf = {"csrf": scan.get("data-csrf")}
    challenge = person.visitor.send(scan.get("data-challenge"), csrf)
    frames = {
        f"frame_{n}": (f"{n}.jpg", live_frame(name, pose, moment + n), "image/jpeg")
        for n, pose in enumerate(challenge["poses"])
    }
    answer: dict[str, str] = person.visitor.send(
        scan.get("data-check"), csrf | {"token": challenge["token"]}, frames
    )
    return answer
