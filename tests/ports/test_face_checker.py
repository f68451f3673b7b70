"""Faces looked at by the real model, on portraits in the public domain."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from service.identity.faces.checker import FaceModel, SeenFace
from service.identity.faces.deepface_checker import DeepfaceChecker
from service.identity.faces.errors import (
    FaceCheckerFailedError,
    FaceWeightsError,
    FlatPictureError,
    OtherFaceError,
    SeveralFacesError,
)
from service.identity.faces.liveness import Pose
from service.identity.faces.matching import FaceDecision, document_face, judge_capture
from service.identity.pictures.cleaning import Pixels, clean_pictures
from tests import portraits
from tests.id_documents import Holder, card_lines, draw_document, photographed

POSES = (Pose.CENTRE, Pose.LEFT, Pose.RIGHT)


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeepfaceChecker]:
    made = DeepfaceChecker(
        home=tmp_path_factory.mktemp("faces"), picture_seconds=60, wait_seconds=120
    )
    yield made
    made.close()


def pixels(picture: Image.Image, *, longest: int = 640) -> Pixels:
    (clean,) = clean_pictures([portraits.as_jpeg(picture)], kept_px=longest, pixels_px=longest)
    return clean.pixels


def capture(name: str, degrees: float = 25) -> list[Image.Image]:
    """A head that looks ahead, to its left and to its right."""
    straight = {"collins": portraits.collins, "hopper": portraits.hopper}[name]()
    return [straight, portraits.turned(name, degrees), portraits.turned(name, -degrees)]


@pytest.fixture(scope="module")
def seen(checker: DeepfaceChecker) -> dict[str, list[tuple[SeenFace, ...]]]:
    """Every picture of the tests below looked at once, since a look takes a while."""
    card = photographed(
        draw_document(card_lines(Holder()), portrait=portraits.id_photo(portraits.collins()))
    )
    collins, hopper = portraits.collins(), portraits.hopper()
    pictures: dict[str, list[Image.Image]] = {
        "collins": capture("collins"),
        "hopper": capture("hopper"),
        "flat left": [collins, portraits.tilted(collins, -48)],
        "flat right": [hopper, portraits.tilted(hopper, 48)],
        "two": [portraits.side_by_side(collins, hopper)],
        "id photos": [portraits.id_photo(collins), portraits.id_photo(hopper)],
        "nobody": [Image.effect_noise((300, 300), 60).convert("RGB")],
    }
    flat = [(name, one) for name, several in pictures.items() for one in several]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda item: checker.find_faces(pixels(item[1])), flat))
    result: dict[str, list[tuple[SeenFace, ...]]] = {}
    for (name, _), faces in zip(flat, found, strict=True):
        result.setdefault(name, []).append(faces)
    result["card"] = [checker.find_faces(pixels(card, longest=1000))]
    return result


Seen = dict[str, list[tuple[SeenFace, ...]]]


def test_a_live_head_matches_the_documents_portrait(checker: DeepfaceChecker, seen: Seen) -> None:
    reference = document_face(checker.model, seen["card"][0])
    scores = judge_capture(checker.model, poses=POSES, frames=seen["collins"], reference=reference)
    assert scores.decision is FaceDecision.ACCEPT
    assert max(scores.distances) <= checker.model.accept_up_to
    assert min(scores.reliefs) >= 1


def test_a_strangers_live_head_does_not(checker: DeepfaceChecker, seen: Seen) -> None:
    reference = document_face(checker.model, seen["card"][0])
    assert judge_capture(
        checker.model, poses=POSES, frames=seen["hopper"], reference=seen["hopper"][0][0]
    )
    with pytest.raises(OtherFaceError):
        judge_capture(checker.model, poses=POSES, frames=seen["hopper"], reference=reference)


def test_degraded_portraits_match_their_own_and_no_other(
    checker: DeepfaceChecker, seen: Seen
) -> None:
    (collins,), (hopper,) = seen["id photos"]
    live = {"collins": seen["collins"][0][0], "hopper": seen["hopper"][0][0]}
    model = checker.model
    assert model.distance(collins, live["collins"]) <= model.accept_up_to
    assert model.distance(hopper, live["hopper"]) <= model.accept_up_to
    assert model.distance(collins, live["hopper"]) > model.accept_up_to
    assert model.distance(hopper, live["collins"]) > model.accept_up_to


@pytest.mark.parametrize(
    ("name", "poses"),
    [("flat left", (Pose.CENTRE, Pose.LEFT)), ("flat right", (Pose.CENTRE, Pose.RIGHT))],
)
def test_a_tilted_print_is_flat(
    checker: DeepfaceChecker, seen: Seen, name: str, poses: tuple[Pose, ...]
) -> None:
    frames = seen[name]
    with pytest.raises(FlatPictureError):
        judge_capture(checker.model, poses=poses, frames=frames, reference=frames[0][0])


def test_two_people_are_two_and_noise_is_nobody(checker: DeepfaceChecker, seen: Seen) -> None:
    assert [len(faces) for faces in seen["two"] + seen["nobody"]] == [2, 0]
    with pytest.raises(SeveralFacesError):
        document_face(checker.model, seen["two"][0])


def test_the_same_pixels_give_the_same_face(checker: DeepfaceChecker, seen: Seen) -> None:
    (again,) = checker.find_faces(pixels(portraits.collins()))
    assert again == seen["collins"][0][0]


def test_a_process_that_takes_too_long_is_replaced(checker: DeepfaceChecker) -> None:
    hurried = DeepfaceChecker(
        home=checker._home, processes=1, picture_seconds=0.001, wait_seconds=120
    )
    try:
        for _ in range(2):
            with pytest.raises(FaceCheckerFailedError):
                hurried.find_faces(pixels(portraits.collins()))
    finally:
        hurried.close()


@pytest.mark.parametrize("damage", ["altered", "missing"])
def test_weights_that_are_not_the_expected_ones_are_refused(tmp_path: Path, damage: str) -> None:
    weights = FaceModel().weights
    if damage == "altered":
        path = tmp_path / ".deepface" / "weights" / weights[0][0]
        path.parent.mkdir(parents=True)
        path.write_bytes(b"not a model")
        model = FaceModel()
    else:
        model = FaceModel(name="Other", weights=(("other.dat", "00" * 32),))
    with pytest.raises(FaceWeightsError):
        DeepfaceChecker(home=tmp_path, model=model).find_faces(
            Pixels(width=1, height=1, rgb=bytes(3))
        )


def test_the_web_process_loads_none_of_it() -> None:
    code = (
        "import sys; import service.identity.faces.deepface_checker, "
        "service.identity.people.identifications; "
        "print(sorted({'deepface', 'dlib', 'cv2', 'numpy', 'onnxruntime'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
