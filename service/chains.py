"""The chains of one installation: from settings to what the notary anchors to."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from contracts_chain import (
    AnchorClient,
    ChainSettings,
    ChainSettingsError,
    KeystoreSigner,
    LocalChain,
    LocalKeySigner,
    Pkcs11Signer,
    RemoteSigner,
    SignerError,
    TransactionSigner,
    find_anvil,
    read_chains,
)
from service.embedded import Installation
from service.errors import ServiceError
from service.keyring import Keyring
from service.notary import Cadence, ChainPlan, ContractsChainAdapter
from service.settings import HOME, Settings, SignerSettings


class ChainsNotSetUpError(ServiceError):
    """The settings of a chain, or of who signs on it, cannot be used."""

    code = "service/chains-not-set-up"
    http_hint = 500


@dataclass(frozen=True, kw_only=True)
class Chains:
    """Every chain the log is anchored to, the home first.

    ``local``: the home as a child process of ours, on the embedded profile; ``rpc_urls``: the
    home's nodes as we reach them, which may be secrets.
    """

    plans: tuple[ChainPlan, ...]
    clients: tuple[AnchorClient, ...]
    rpc_urls: tuple[str, ...]
    local: LocalChain | None

    @property
    def home(self) -> AnchorClient:
        """The client of the home chain."""
        return self.clients[0]

    def start(self) -> None:
        """Start the embedded chain, if there is one, and give the operator its coin."""
        if self.local is not None:
            self.local.start()
            self.local.fund(self.home.address)

    def stop(self) -> None:
        """Close every connection, and stop the embedded chain."""
        for client in self.clients:
            client.close()
        if self.local is not None:
            self.local.stop()


def build_chains(settings: Settings, keyring: Keyring, installation: Installation) -> Chains:
    """Return the chains that the settings name; nothing is connected to yet.

    Raises ChainsNotSetUpError for a chain that is not in the file, or a key that does not open.
    """
    try:
        return _build(settings, keyring, installation)
    except (ChainSettingsError, SignerError) as error:
        raise ChainsNotSetUpError(str(error)) from error


def _build(settings: Settings, keyring: Keyring, installation: Installation) -> Chains:
    known = {} if settings.chains_file is None else read_chains(settings.chains_file)
    local: LocalChain | None = None
    if settings.home_chain:
        home = _named(known, settings.home_chain)
    elif settings.chain_rpc_url is not None:
        home = ChainSettings(name=HOME, rpc_urls=(settings.chain_rpc_url.get_secret_value(),))
    else:
        local = LocalChain(
            folder=settings.data_dir / "chain",
            port=installation.chain_port,
            anvil=find_anvil(Path(__file__).resolve().parent.parent),
        )
        home = ChainSettings(name=HOME, rpc_urls=(local.rpc_url,))
    chosen = [home, *(_named(known, also.name) for also in settings.also_chains)]
    _refuse_twice(chosen)
    clients = tuple(
        AnchorClient(
            chain=chain,
            signer=_signer(settings.signer_for(chain.name), keyring),
            contract=installation.contract,
        )
        for chain in chosen
    )
    return Chains(
        plans=_plans(settings, chosen, clients, local),
        clients=clients,
        rpc_urls=home.rpc_urls,
        local=local,
    )


def _plans(
    settings: Settings,
    chosen: list[ChainSettings],
    clients: tuple[AnchorClient, ...],
    local: LocalChain | None,
) -> tuple[ChainPlan, ...]:
    every_s = settings.anchor_every_s or 0.0
    plans = [
        ChainPlan(
            name=chosen[0].name,
            chain=ContractsChainAdapter(clients[0], local_chain=local),
            cadence=Cadence(every_s=every_s, every_leaves=settings.anchor_every_leaves),
            # Whoever trusts this log is told that no anchor takes longer than the longest delay.
            late_after_s=min(every_s + settings.anchor_alarm_s, settings.anchor_max_delay_s),
        )
    ]
    for also, chain, client in zip(settings.also_chains, chosen[1:], clients[1:], strict=True):
        plans.append(
            ChainPlan(
                name=chain.name,
                chain=ContractsChainAdapter(client),
                cadence=Cadence(every_s=also.every_s, every_leaves=also.every_leaves),
                late_after_s=also.every_s + settings.anchor_alarm_s,
            )
        )
    return tuple(plans)


def _named(known: Mapping[str, ChainSettings], name: str) -> ChainSettings:
    if name not in known:
        raise ChainSettingsError(
            f"expected a chain of ACTA_CHAINS_FILE ({', '.join(known)}), got {name!r}"
        )
    return known[name]


def _refuse_twice(chosen: list[ChainSettings]) -> None:
    ids = [chain.chain_id for chain in chosen if chain.chain_id is not None]
    if len(set(ids)) != len(ids):
        raise ChainSettingsError("expected each chain once, got one chain id under two names")


def _signer(settings: SignerSettings | None, keyring: Keyring) -> TransactionSigner:
    if settings is None:
        return LocalKeySigner(keyring.secret("chain-operator", _new_chain_key))
    if settings.key is not None:
        try:
            key = bytes.fromhex(settings.key.get_secret_value().removeprefix("0x"))
        except ValueError:
            raise SignerError("expected a chain key of 64 hex digits") from None
        return LocalKeySigner(key)
    if settings.keystore is not None and settings.passphrase is not None:
        return KeystoreSigner.open(settings.keystore, settings.passphrase.get_secret_value())
    if settings.url is not None:
        token = None if settings.token is None else settings.token.get_secret_value()
        return RemoteSigner.over_http(settings.url.get_secret_value(), token=token)
    assert settings.pkcs11_module is not None
    return Pkcs11Signer(
        settings.pkcs11_module,
        token=settings.pkcs11_token,
        key=settings.pkcs11_key,
        pin="" if settings.pkcs11_pin is None else settings.pkcs11_pin.get_secret_value(),
    )


def _new_chain_key() -> bytes:
    key = ec.generate_private_key(ec.SECP256K1())
    return key.private_numbers().private_value.to_bytes(32, "big")
