"""The process that looks at faces: ``python -m service.identity.faces.deepface_worker``.

Answers requests (``service.isolated``, each after its length in 4 bytes) until its input ends. It
decodes no picture: what comes in are pixels that were redrawn elsewhere.
"""

import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from service.isolated import pack, unpack

# dlib's detector scores real faces well above; below lie hands, badges and folds.
_LEAST_SCORE = 0.25
_CHIP_PX = 150
_CHIP_PADDING = 0.25
_PREDICTOR = "shape_predictor_5_face_landmarks.dat"
# The predictor answers in whole pixels and depends on the box by a few of them, which is as much
# as a head moves in ten degrees: the mean over boxes a little beside the found one is steady.
# Shifts across and down in widths of the face, then scales.
_BESIDE = [
    (across, down, scale)
    for across in (-0.06, -0.03, 0.0, 0.03, 0.06)
    for down in (-0.03, 0.03)
    for scale in (0.92, 0.96, 1.0, 1.04, 1.08)
]

Find = Callable[[bytes, int, int], list[dict[str, Any]]]


def read_message(stream: BinaryIO) -> bytes | None:
    """Return the next message, None at the end."""
    length = stream.read(4)
    if len(length) < 4:
        return None
    size = int.from_bytes(length, "big")
    message = stream.read(size)
    return message if len(message) == size else None


def write_message(stream: BinaryIO, message: bytes) -> None:
    """Write one message and flush it."""
    stream.write(len(message).to_bytes(4, "big") + message)
    stream.flush()


def main() -> int:
    """Answer until the input ends."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    # Libraries write to standard output, which here is the way back.
    sys.stdout = sys.stderr
    first = read_message(requests)
    if first is None:
        return 0
    header, _ = unpack(first)
    limit = int(header["memory"])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    find = _load(header["model"], Path(header["weights"]))
    write_message(answers, pack({"ready": True}, []))
    while (message := read_message(requests)) is not None:
        request, (rgb,) = unpack(message)
        faces = find(rgb, request["width"], request["height"])
        write_message(answers, pack({"faces": faces}, []))
    return 0


def _load(model: str, weights: Path) -> Find:
    import dlib
    import numpy as np
    from deepface import DeepFace

    detector = dlib.get_frontal_face_detector()
    predictor = dlib.shape_predictor(str(weights / _PREDICTOR))

    def describe(chip: Any) -> list[float]:
        # "skip": the chip is one face already. Arrays only, blue first: the library would take
        # a text for an address and fetch it.
        (found,) = DeepFace.represent(
            np.ascontiguousarray(chip[:, :, ::-1]),
            model_name=model,
            detector_backend="skip",
            enforce_detection=False,
            align=False,
        )
        return [float(number) for number in np.asarray(found["embedding"]).ravel()]

    def points(picture: Any, box: Any) -> list[list[float]]:
        centre, side = box.center(), box.width()
        found = []
        for across, down, scale in _BESIDE:
            x, y, half = centre.x + across * side, centre.y + down * side, side * scale / 2
            beside = dlib.rectangle(int(x - half), int(y - half), int(x + half), int(y + half))
            found.append([(point.x, point.y) for point in predictor(picture, beside).parts()])
        return [[float(x), float(y)] for x, y in np.mean(found, axis=0)]

    def find(rgb: bytes, width: int, height: int) -> list[dict[str, Any]]:
        picture = np.frombuffer(rgb, dtype=np.uint8).reshape(height, width, 3)
        faces = []
        boxes, scores, _ = detector.run(picture, 1)
        for box, score in zip(boxes, scores, strict=True):
            if score < _LEAST_SCORE:
                continue
            shape = predictor(picture, box)
            chip = dlib.get_face_chip(picture, shape, size=_CHIP_PX, padding=_CHIP_PADDING)
            faces.append(
                {
                    "box": [box.left(), box.top(), box.right(), box.bottom()],
                    "points": points(picture, box),
                    "descriptor": describe(chip),
                }
            )
        return faces

    # The first use of the model costs a second that nobody should wait for.
    describe(np.zeros((_CHIP_PX, _CHIP_PX, 3), dtype=np.uint8))
    return find


if __name__ == "__main__":
    sys.exit(main())
