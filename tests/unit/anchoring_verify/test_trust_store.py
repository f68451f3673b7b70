"""The reader's trust files: accepted once, extended only by their own chain."""

import os
from pathlib import Path
from typing import Any

import pytest

from anchoring.errors import MalformedTrust
from anchoring.trust import build_trust, parse_trust, sign_version
from anchoring.trust_store import (
    TrustConflict,
    TrustNotAccepted,
    TrustStore,
    expect_fingerprint,
    read_source,
)
from tests.unit.anchoring_verify.local_node import serving
from tests.unit.anchoring_verify.platforms import platform


def chain_of(count: int, **choices: Any) -> bytes:
    """Return a trust file of ``count`` versions."""
    where = platform()
    genesis = where.genesis
    versions: list[dict[str, Any]] = []
    for number in range(1, count + 1):
        versions.append(
            sign_version(
                genesis=genesis,
                versions=versions,
                at=f"2026-01-{number:02d}T00:00:00.000Z",
                keys=where.keys(),
                rpc=choices.get("rpc", []),
                log=[],
                max_delay=60 * number,
                root_key=where.root_key,
            )
        )
    return build_trust(genesis=genesis, versions=versions)


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    store, trust = TrustStore(tmp_path / "trust"), parse_trust(chain_of(1))
    assert store.all() == ()
    assert store.keep(trust) is True
    assert store.keep(trust) is False
    assert store.all() == (trust,)
    assert store.known(trust.fingerprint) == trust
    assert store.for_origin(trust.origin) == trust
    assert store.for_origin("other.example/log") is None
    assert [path.suffix for path in (tmp_path / "trust").iterdir()] == [".json"]


def test_a_longer_chain_replaces_the_kept_one(tmp_path: Path) -> None:
    store = TrustStore(tmp_path)
    store.keep(parse_trust(chain_of(1)))
    assert store.keep(parse_trust(chain_of(3))) is True
    assert store.all()[0].current.number == 3


def test_a_shorter_or_rewritten_chain_is_refused(tmp_path: Path) -> None:
    store = TrustStore(tmp_path)
    newest = parse_trust(chain_of(2))
    store.keep(newest)
    rewritten = parse_trust(chain_of(3, rpc=["http://rewritten.example"]))
    for file in (parse_trust(chain_of(1)), rewritten):
        with pytest.raises(TrustConflict):
            store.keep(file)
    assert store.all() == (newest,)


def test_two_logs_of_one_origin_are_not_chosen_between(tmp_path: Path) -> None:
    store = TrustStore(tmp_path)
    first = parse_trust(chain_of(1))
    platform.cache_clear()
    store.keep(first)
    store.keep(parse_trust(chain_of(1)))
    with pytest.raises(TrustConflict):
        store.for_origin(first.origin)


def test_an_altered_file_on_disk_is_noticed(tmp_path: Path) -> None:
    store = TrustStore(tmp_path)
    store.keep(parse_trust(chain_of(1)))
    kept = next(tmp_path.iterdir())
    kept.write_bytes(kept.read_bytes().replace(b'"maxDelay":60', b'"maxDelay":61'))
    with pytest.raises(MalformedTrust):
        store.all()


def test_a_write_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, old = TrustStore(tmp_path), parse_trust(chain_of(1))
    store.keep(old)

    def full(descriptor: int) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        store.keep(parse_trust(chain_of(2)))
    monkeypatch.undo()
    assert store.all() == (old,)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("form", ["hex", "groups", "colons", "upper"])
def test_a_fingerprint_in_any_spelling(form: str) -> None:
    trust = parse_trust(chain_of(1))
    digits = trust.fingerprint.hex()
    spelled = {
        "hex": digits,
        "groups": " ".join(digits[n : n + 4] for n in range(0, 64, 4)),
        "colons": ":".join(digits[n : n + 2] for n in range(0, 64, 2)),
        "upper": digits.upper(),
    }[form]
    expect_fingerprint(trust, spelled)
    for wrong in (digits[:-1], "", "00" * 32):
        with pytest.raises(TrustNotAccepted):
            expect_fingerprint(trust, wrong)


def test_a_source_is_an_address_or_a_path(tmp_path: Path) -> None:
    raw = chain_of(1)
    path = tmp_path / "trust.json"
    path.write_bytes(raw)
    with serving(lambda asked, body: (200, raw)) as url:
        assert read_source(url) == read_source(str(path)) == parse_trust(raw)


def test_where_the_user_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trust = parse_trust(chain_of(1))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    TrustStore.of_user().keep(trust)
    assert (tmp_path / "config/acta/trust").is_dir()
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    TrustStore.of_user().keep(trust)
    assert (tmp_path / "home/.config/acta/trust").is_dir()
