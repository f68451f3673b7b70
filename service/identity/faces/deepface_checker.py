"""Faces found by dlib and described by deepface, in a pool of processes with limits."""

import contextlib
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

import structlog

from service.identity.faces.checker import FaceModel, SeenFace
from service.identity.faces.deepface_worker import read_message, write_message
from service.identity.faces.errors import FaceCheckerBusyError, FaceCheckerFailedError
from service.identity.faces.weights import lay_out_weights
from service.identity.pictures.cleaning import Pixels
from service.isolated import PACKAGES, pack, unpack

_MEMORY = 2560 * 1024**2
# Native libraries lose a little memory with each picture.
_PICTURES_A_PROCESS = 300
_NOWHERE = "http://127.0.0.1:9"

_log = structlog.get_logger(__name__)


class DeepfaceChecker:
    """The FaceChecker over deepface, its model's files checked by hash and nothing fetched.

    ``home`` is a folder of its own for the model's files. At most ``processes`` pictures are
    looked at at once, each for at most ``picture_seconds``; whoever waits longer than
    ``wait_seconds`` for a free one is told to come back. A process that dies or hangs is replaced.
    """

    def __init__(
        self,
        *,
        home: Path,
        model: FaceModel | None = None,
        processes: int = 2,
        picture_seconds: float = 15.0,
        start_seconds: float = 60.0,
        wait_seconds: float = 30.0,
    ) -> None:
        self._home = home
        self._model = model or FaceModel()
        self._picture_seconds = picture_seconds
        self._start_seconds = start_seconds
        self._wait_seconds = wait_seconds
        self._free: queue.LifoQueue[_Process | None] = queue.LifoQueue()
        for _ in range(processes):
            self._free.put(None)
        self._weights_lock = threading.Lock()
        self._weights_checked = False

    @property
    def model(self) -> FaceModel:
        """What compares the faces."""
        return self._model

    def find_faces(self, pixels: Pixels) -> tuple[SeenFace, ...]:
        """Return every face in the picture, the largest first."""
        self._check_weights()
        try:
            process = self._free.get(timeout=self._wait_seconds)
        except queue.Empty:
            raise FaceCheckerBusyError("every face-check process is at work; try again") from None
        try:
            process = process or self._start()
            header = process.ask(
                {"width": pixels.width, "height": pixels.height},
                [pixels.rgb],
                seconds=self._picture_seconds,
            )
        except BaseException:
            if process is not None:
                process.kill()
            self._free.put(None)
            raise
        if process.answered >= _PICTURES_A_PROCESS:
            process.kill()
            process = None
        self._free.put(process)
        faces = [_seen(face) for face in header["faces"]]
        return tuple(sorted(faces, key=lambda face: face.width, reverse=True))

    def close(self) -> None:
        """End every process that is not at work."""
        idle = []
        with contextlib.suppress(queue.Empty):
            while True:
                idle.append(self._free.get_nowait())
        for process in idle:
            if process is not None:
                process.kill()
            self._free.put(None)

    def _check_weights(self) -> None:
        with self._weights_lock:
            if not self._weights_checked:
                lay_out_weights(self._model, self._home)
                self._weights_checked = True

    def _start(self) -> "_Process":
        return _Process(
            home=self._home,
            first={
                "memory": _MEMORY,
                "model": self._model.name,
                "weights": str(self._home / ".deepface" / "weights"),
            },
            seconds=self._start_seconds,
        )


class _Process:
    """One worker, which answers one request at a time."""

    def __init__(self, *, home: Path, first: dict[str, Any], seconds: float) -> None:
        self.answered = 0
        self._popen = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "service.identity.faces.deepface_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={
                "PYTHONPATH": PACKAGES,
                "LANG": "C.UTF-8",
                "HOME": str(home),
                "DEEPFACE_HOME": str(home),
                "DEEPFACE_BACKEND_ENGINE": "onnx",
                # One picture a process: threads of one would only wait for those of another.
                "OMP_NUM_THREADS": "1",
                "OPENBLAS_NUM_THREADS": "1",
                # Should a model ever want to fetch something, it fails at once.
                "http_proxy": _NOWHERE,
                "https_proxy": _NOWHERE,
            },
            start_new_session=True,
        )
        try:
            self.ask(first, [], seconds=seconds)
        except BaseException:
            self.kill()
            raise
        self.answered = 0
        _log.info("face-worker-started", process=self._popen.pid)

    def ask(self, header: dict[str, Any], parts: list[bytes], *, seconds: float) -> dict[str, Any]:
        """Return the answer's header; raises FaceCheckerFailedError past ``seconds``."""
        # Killing it ends both pipes, so neither writing nor reading can wait for ever.
        alarm = threading.Timer(seconds, self._popen.kill)
        alarm.start()
        try:
            write_message(_open(self._popen.stdin), pack(header, parts))
            answer = read_message(_open(self._popen.stdout))
        except OSError:
            answer = None
        finally:
            alarm.cancel()
        if answer is None:
            raise FaceCheckerFailedError(
                "the face check took too long or its process ended; try again"
            )
        self.answered += 1
        return unpack(answer)[0]

    def kill(self) -> None:
        """End the process and wait for its end."""
        self._popen.kill()
        # Closing flushes what was not written, which nobody reads any more.
        for pipe in (self._popen.stdin, self._popen.stdout):
            with contextlib.suppress(OSError):
                _open(pipe).close()
        self._popen.wait()


def _open(pipe: IO[bytes] | None) -> Any:
    assert pipe is not None  # Popen was given PIPE
    return pipe


def _seen(face: dict[str, Any]) -> SeenFace:
    left, top, right, bottom = face["box"]
    points = [(float(x), float(y)) for x, y in face["points"]]
    return SeenFace(
        box=(left, top, right, bottom),
        # dlib's order: outer and inner corner of the eye at the picture's right, of that at its
        # left, then the nose.
        right_eye=(points[0], points[1]),
        left_eye=(points[2], points[3]),
        nose=points[4],
        descriptor=tuple(face["descriptor"]),
    )
