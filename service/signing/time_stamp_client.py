"""Time stamps from other people's RFC 3161 authorities, each answer checked before it is used."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

import structlog
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

from anchoring.http_fetch import Unreachable, fetch
from anchoring.signature_form import token_problem
from service.clock import Clock
from service.signing import der
from service.signing.coroutines import wait_for
from service.signing.errors import TimeStampsDownError
from service.signing.signed_data import SHA256_ALGORITHM, Stamp

log = structlog.get_logger(__name__)

EMBEDDED = "embedded"
"""In a list of addresses: this installation's own authority."""
# A signature's gap has room for 8,192 bytes; its own parts take up to 2,500.
_LARGEST_TOKEN = 5_600
_LARGEST_ANSWER = 64 * 1024
_LARGEST_LIST = 1024 * 1024
_SKEW = timedelta(minutes=5)
_TRUE = der.value(0x01, b"\xff")


class _BadAnswerError(Exception):
    """An authority's answer does not hold; the message says why."""


class TimeStampClient:
    """Asks authorities one after the other until one gives a token that holds.

    ``urls``: http(s) addresses, or ``embedded`` for ``own``. ``authorities``: the certificates
    that a foreign token must lead to. ``seconds``: how long each is waited for.
    """

    def __init__(
        self,
        urls: Sequence[str],
        *,
        authorities: Sequence[x509.Certificate],
        own: Stamp,
        clock: Clock,
        seconds: float = 10.0,
    ) -> None:
        self._urls = tuple(urls)
        self._roots = [
            asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in authorities
        ]
        self._own = own
        self._clock = clock
        self._seconds = seconds

    def stamp(self, digest: bytes) -> bytes:
        """Return a DER token over a SHA-256 digest; raises TimeStampsDownError."""
        faults: list[str] = []
        for url in self._urls:
            if url == EMBEDDED:
                return self._own(digest)
            host = urlsplit(url).hostname or url
            try:
                return self._ask(url, digest)
            except Unreachable as error:
                faults.append(f"{host}: no usable answer")
                log.warning("time-stamps-unreachable", host=host, error=type(error).__name__)
            except _BadAnswerError as error:
                faults.append(f"{host}: {error}")
                log.warning("time-stamp-refused", host=host, reason=str(error))
        raise TimeStampsDownError(
            f"expected a time stamp from one of {len(self._urls)} authorities, got none "
            f"({'; '.join(faults)}); try again, or add one to ACTA_TSA_URLS"
        )

    def _ask(self, url: str, digest: bytes) -> bytes:
        imprint = der.sequence(SHA256_ALGORITHM, der.octets(digest))
        nonce = secrets.randbits(63)
        request = der.sequence(der.integer(1), imprint, der.integer(nonce), _TRUE)
        answer = fetch(
            url,
            limit=_LARGEST_ANSWER,
            seconds=self._seconds,
            body=request,
            content_type="application/timestamp-query",
        )
        try:
            return self._checked(answer, digest, nonce)
        except _BadAnswerError:
            raise
        except Exception as error:
            # Parsers and validators raise anything on what a stranger sends.
            raise _BadAnswerError(f"unreadable, {type(error).__name__}") from error

    def _checked(self, answer: bytes, digest: bytes, nonce: int) -> bytes:
        response = tsp.TimeStampResp.load(answer, strict=True)
        status = response["status"]["status"].native
        if status not in ("granted", "granted_with_mods"):
            raise _BadAnswerError(f"expected a granted request, got {status}")
        token = response["time_stamp_token"]
        encoded = bytes(token.dump())
        if len(encoded) > _LARGEST_TOKEN:
            raise _BadAnswerError(
                f"expected a token of at most {_LARGEST_TOKEN} bytes, got {len(encoded)}"
            )
        signed = token["content"]
        info = signed["encap_content_info"]["content"].parsed
        if info["nonce"].native != nonce:
            raise _BadAnswerError("it answers another request")
        if abs(info["gen_time"].native - self._clock.now()) > _SKEW:
            raise _BadAnswerError("its clock is more than five minutes off")
        context = ValidationContext(
            trust_roots=self._roots,
            moment=self._clock.now(),
            allow_fetching=False,
            revocation_mode="soft-fail",
        )
        found = wait_for(
            validate_tst_signed_data(signed, context, lambda name: _if_sha256(name, digest))
        )
        if not (found["intact"] and found["valid"]):
            raise _BadAnswerError("it does not stamp what was sent")
        if found.get("trust_problem_indic") is not None or found.get("validation_path") is None:
            raise _BadAnswerError("its certificate does not lead to a trusted authority")
        loose = token_problem(signed, trusted=[one.dump() for one in self._roots])
        if loose is not None:
            raise _BadAnswerError(f"its form is loose: {loose}")
        return encoded


def _if_sha256(algorithm: str, digest: bytes) -> bytes:
    return digest if algorithm == "sha256" else b""


def published_lists(
    certificates: Sequence[asn1_x509.Certificate], *, seconds: float = 10.0
) -> list[bytes]:
    """Return the DER CRLs that foreign certificates say where to fetch; what is down is left out.

    Whether they suffice is for the check after sealing to say: it wants an answer about each
    certificate that names an address.
    """
    lists: list[bytes] = []
    urls = {
        url: None
        for certificate in certificates
        for point in certificate.crl_distribution_points
        if (url := point.url) and url.startswith(("http://", "https://"))
    }
    for url in urls:
        try:
            found = fetch(url, limit=_LARGEST_LIST, seconds=seconds)
            lists.append(x509.load_der_x509_crl(found).public_bytes(Encoding.DER))
        except (Unreachable, ValueError) as error:
            host = urlsplit(url).hostname
            log.warning("revocation-list-missing", host=host, error=type(error).__name__)
    return lists
