"""Faces: how far apart pairs of portraits lie, how long a check takes, what the web process holds.

Two people's portraits in the public domain: far too few for error rates, enough to see that the
limits of the model lie between the pairs.
"""

import os
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

from PIL import Image

from benchmarks.measuring import wall_seconds
from benchmarks.rows import Row, beside, within
from service.identity import DeepfaceChecker, Pose
from service.identity.faces.checker import SeenFace
from service.identity.faces.matching import judge_capture
from service.identity.pictures.cleaning import clean_pictures
from tests.journey.identifying import confirm_document, show_face
from tests.journey.people import contact, people
from tests.portraits import as_jpeg, collins, hopper, id_photo, turned
from tests.running import start_acta

_POSES = (Pose.CENTRE, Pose.LEFT, Pose.RIGHT, Pose.LEFT)
_PORTRAITS = {"collins": collins, "hopper": hopper}
_TURNS = {"ahead": 0.0, "left": 24.0, "right": -24.0}


def rows() -> Iterator[Row]:
    """Measure with the default model, on this machine."""
    with tempfile.TemporaryDirectory(prefix="acta-faces-") as scratch:
        checker = DeepfaceChecker(home=Path(scratch, "home"), picture_seconds=120)
        try:
            yield from _distances(checker)
            yield _warm_check(checker)
        finally:
            checker.close()
        yield _web_process(Path(scratch, "data"))


def _distances(checker: DeepfaceChecker) -> Iterator[Row]:
    model = checker.model
    printed = {name: _seen(checker, id_photo(make())) for name, make in _PORTRAITS.items()}
    live = {
        (name, turn): _seen(checker, _head(name, degrees))
        for name, (turn, degrees) in product(_PORTRAITS, _TURNS.items())
    }
    for document, (name, turn) in product(printed, live):
        distance = model.distance(printed[document], live[name, turn])
        pair = "genuine" if document == name else "impostor"
        limit = model.accept_up_to if document == name else model.refuse_above
        # The peer is the model's own limit for such a pair: below is one person, above are two.
        yield beside(
            f"faces: {pair}, {document} printed and {name} {turn}",
            distance,
            "distance",
            "the limit",
            limit,
            bar="≤ 1×" if document == name else None,
        )


def _warm_check(checker: DeepfaceChecker) -> Row:
    reference = _seen(checker, id_photo(collins()))
    uploads = [as_jpeg(_head("collins", _degrees(pose))) for pose in _POSES]

    def check() -> None:
        frames = clean_pictures(uploads, kept_px=640, pixels_px=640)
        with ThreadPoolExecutor(max_workers=len(frames)) as pool:
            faces = list(pool.map(checker.find_faces, [one.pixels for one in frames]))
        judge_capture(checker.model, poses=_POSES, frames=faces, reference=reference)

    check()
    fastest = min(wall_seconds(check) for _ in range(5))
    return within("faces: a whole check, four frames, warm, by the clock", fastest, "s", "≤ 1.5")


def _web_process(data: Path) -> Row:
    """The most that the web process itself holds while somebody is identified."""
    acta = start_acta(data)
    try:
        assert acta.process is not None
        most, ended = [0], threading.Event()
        watch = threading.Thread(target=_watch, args=(acta.process.pid, most, ended))
        with people(acta, contact("María Carmen García López")) as (person,):
            person.sign_in()
            page = confirm_document(person, collins())
            watch.start()
            for moment in (0, 4, 8):
                answer = show_face(person, page, "collins", moment)
                if answer.get("next"):
                    break
            ended.set()
            watch.join()
        if answer.get("next") is None:
            raise RuntimeError(f"expected somebody identified, got {answer}")
    finally:
        acta.stop()
    held = most[0] / 1024**2
    return within("faces: memory of the web process during a check", held, "MiB", "≤ 200")


def _watch(process: int, most: list[int], ended: threading.Event) -> None:
    page = os.sysconf("SC_PAGE_SIZE")
    while not ended.wait(0.02):
        resident = int(Path(f"/proc/{process}/statm").read_text().split()[1]) * page
        most[0] = max(most[0], resident)


def _head(name: str, degrees: float) -> Image.Image:
    return turned(name, degrees) if degrees else _PORTRAITS[name]()


def _degrees(pose: Pose) -> float:
    return {Pose.CENTRE: 0.0, Pose.LEFT: 24.0, Pose.RIGHT: -24.0}[pose]


def _seen(checker: DeepfaceChecker, picture: Image.Image) -> SeenFace:
    (clean,) = clean_pictures([as_jpeg(picture)], kept_px=640, pixels_px=640)
    (face,) = checker.find_faces(clean.pixels)
    return face
