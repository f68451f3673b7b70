"""Every setting of the service, and the only place that reads the environment."""

from enum import StrEnum
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

HOME = "home"
"""The name of the home chain where the settings give it none."""


class Profile(StrEnum):
    """Which parts the service may run on."""

    EMBEDDED = "embedded"
    PRODUCTION = "production"


class SignerSettings(BaseModel):
    """Who signs transactions: a key, an encrypted key file, a token or a service; one of them.

    ``key``: 32 bytes in hex. ``keystore``: a JSON keystore (version 3) and its ``passphrase``.
    ``pkcs11_module``: the token's library, with the ``pkcs11_token`` and ``pkcs11_key`` labels
    and the ``pkcs11_pin``. ``url``: one key at a signing service, and the bearer ``token`` it asks
    for.
    """

    model_config = ConfigDict(extra="forbid")

    key: SecretStr | None = None
    keystore: Path | None = None
    passphrase: SecretStr | None = None
    pkcs11_module: Path | None = None
    pkcs11_token: str = ""
    pkcs11_key: str = ""
    pkcs11_pin: SecretStr | None = None
    url: SecretStr | None = None
    token: SecretStr | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        ways = (self.key, self.keystore, self.pkcs11_module, self.url)
        given = sum(way is not None for way in ways)
        if given != 1:
            raise ValueError(
                f"expected one of key, keystore, pkcs11_module and url for a signer, got {given}"
            )
        if self.keystore is not None and self.passphrase is None:
            raise ValueError("expected the passphrase of the keystore, got none")
        if self.pkcs11_module is not None and not (self.pkcs11_token and self.pkcs11_key):
            raise ValueError("expected pkcs11_token and pkcs11_key beside pkcs11_module")
        return self


class AlsoChain(BaseModel):
    """A chain beside the home, which proves time alone: its name, and how often it is used.

    An anchor starts ``every_s`` seconds after its first leaf was accepted, or at
    ``every_leaves`` leaves, whichever comes first.
    """

    model_config = ConfigDict(extra="forbid")

    name: str
    every_s: float = Field(default=86_400.0, ge=0)
    every_leaves: int = Field(default=100_000, ge=1)


class Settings(BaseSettings):
    """Settings from the environment, each named ``ACTA_`` and its field in capitals.

    The defaults are the embedded profile: a first run needs no server beside it.
    """

    model_config = SettingsConfigDict(env_prefix="ACTA_", env_file=None, extra="ignore")

    profile: Profile = Profile.EMBEDDED
    data_dir: Path = Path("acta-data")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    base_url: str = ""
    database_url: str = ""
    master_key: SecretStr | None = None

    # May hold a key of a hosted node, so it is a secret; readers get the public ones.
    chain_rpc_url: SecretStr | None = None
    public_rpc_urls: list[str] = Field(default_factory=list)
    chain_port: int = Field(default=0, ge=0, le=65535)
    chain_key: SecretStr | None = None
    # Chains by name (docs/chains.md); the home is one of them, unless ACTA_CHAIN_RPC_URL or
    # nothing names it. Several may hold keys of hosted nodes, so the file is for us alone.
    chains_file: Path | None = None
    home_chain: str = ""
    also_chains: list[AlsoChain] = Field(default_factory=list)
    # How transactions are signed: for all chains, and for single ones by their names.
    chain_keystore: Path | None = None
    chain_keystore_passphrase: SecretStr | None = None
    chain_signers: dict[str, SignerSettings] = Field(default_factory=dict)
    log_origin: str = ""
    # None: quick on the embedded profile, so that a first run waits for nothing.
    anchor_every_s: float | None = Field(default=None, ge=0)
    anchor_every_leaves: int = Field(default=1_000, ge=1)
    anchor_max_delay_s: int = Field(default=86_400, ge=60)
    # A leaf without an anchor so long after its anchor was due, or a chain silent for so long,
    # is an alarm.
    anchor_alarm_s: int = Field(default=3_600, ge=1)
    chain_silence_s: int = Field(default=600, ge=1)
    operator_mail: str = ""
    operator_lang: Literal["es", "en"] = "es"

    # Folders that hold the log's mirrors, and the copies too unless a file names the stores.
    store_dirs: list[Path] = Field(default_factory=list)
    # Stores by name (docs/stores.md). It holds keys, so the file is for us alone.
    stores_file: Path | None = None
    # None: two where there are three stores or more, else one.
    custody_quorum: int | None = Field(default=None, ge=1)
    # Every copy is read whole and compared within so many days, and looked at within so many hours.
    custody_verify_days: float = Field(default=30.0, gt=0)
    custody_look_hours: float = Field(default=24.0, gt=0)

    # Who is believed to be whom: models and limits of the face check, how long things are kept,
    # who decides at the review desk, which registers and authorities companies are looked up at.
    face_model: str = "Dlib"
    face_metric: Literal["euclidean", "cosine"] = "euclidean"
    # Distances: taken for one person up to the first, for two above the second, reviewed between.
    face_accept_up_to: float = Field(default=0.50, gt=0)
    face_refuse_above: float = Field(default=0.60, gt=0)
    # File name → SHA-256 (hex) of every file of another model than the default one.
    face_weights: dict[str, str] = Field(default_factory=dict)
    face_processes: int = Field(default=2, ge=1, le=64)
    tesseract: str = ""
    pictures_kept_days: int = Field(default=30, ge=0)
    unfinished_kept_days: int = Field(default=7, ge=1)
    identification_valid_days: int = Field(default=365, ge=1)
    deeds_kept_days: int = Field(default=365, ge=0)
    power_valid_days: int = Field(default=365, ge=1)
    adult_age: int = Field(default=18, ge=0)
    reviewers: list[str] = Field(default_factory=list)
    gleif_url: str = "https://api.gleif.org"
    vies_url: str = "https://ec.europa.eu/taxation_customs/vies/rest-api"
    # PEM files with the authorities whose company certificates are believed.
    company_roots: list[Path] = Field(default_factory=list)
    # ISO 3166-1 codes of the countries that text messages may go to; empty: all.
    phone_countries: list[str] = Field(default_factory=list)

    smtp_url: SecretStr | None = None
    mail_from: str = "Acta <acta@localhost>"

    # Addresses of reverse proxies whose X-Forwarded-For is believed, with commas.
    trusted_proxies: str = ""
    platform_name: str = Field(default="Acta", min_length=1, max_length=40)
    code_session_minutes: int = Field(default=30, ge=1)
    log_level: str = "INFO"

    @field_validator("also_chains", mode="before")
    @classmethod
    def _names_alone(cls, value: object) -> object:
        if isinstance(value, list):
            return [{"name": one} if isinstance(one, str) else one for one in value]
        return value

    @field_validator("base_url")
    @classmethod
    def _no_path(cls, value: str) -> str:
        if value and (
            urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc
        ):
            raise ValueError(f"expected a URL such as https://acta.example, got {value!r}")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _fill_in(self) -> Self:
        # A name, not an address: passkeys refuse addresses.
        self.base_url = self.base_url or f"http://localhost:{self.port}"
        self.data_dir = self.data_dir.expanduser().absolute()
        self.database_url = self.database_url or f"sqlite:///{self.data_dir / 'acta.db'}"
        self.store_dirs = self.store_dirs or [
            self.data_dir / "stores" / "one",
            self.data_dir / "stores" / "two",
        ]
        if self.stores_file is None and self.quorum_of(len(self.store_dirs)) > len(self.store_dirs):
            raise ValueError(
                f"expected a custody quorum of at most {len(self.store_dirs)} "
                f"(the number of stores), got {self.custody_quorum}"
            )
        if self.anchor_every_s is None:
            self.anchor_every_s = 60.0 if self.production else 0.5
        self._check_chains()
        if self.face_accept_up_to > self.face_refuse_above:
            raise ValueError(
                "expected ACTA_FACE_ACCEPT_UP_TO to be at most ACTA_FACE_REFUSE_ABOVE, got "
                f"{self.face_accept_up_to} and {self.face_refuse_above}"
            )
        if self.face_model != "Dlib" and not self.face_weights:
            raise ValueError(
                "expected ACTA_FACE_WEIGHTS (a JSON object of file names and SHA-256) for another "
                "face model than Dlib, got none"
            )
        if self.profile is Profile.PRODUCTION:
            self._refuse_development_parts()
        return self

    def _check_chains(self) -> None:
        if (self.home_chain or self.also_chains) and self.chains_file is None:
            raise ValueError(
                "expected ACTA_CHAINS_FILE, which ACTA_HOME_CHAIN and ACTA_ALSO_CHAINS name "
                "chains of, got none"
            )
        if self.home_chain and self.chain_rpc_url is not None:
            raise ValueError(
                "expected the home from ACTA_HOME_CHAIN or from ACTA_CHAIN_RPC_URL, got both"
            )
        names = [self.home_chain or HOME, *(also.name for also in self.also_chains)]
        if len(set(names)) != len(names):
            raise ValueError(f"expected different chains, got {', '.join(names)}")
        if self.chain_key is not None and self.chain_keystore is not None:
            raise ValueError("expected one of ACTA_CHAIN_KEY and ACTA_CHAIN_KEYSTORE, got both")
        if self.chain_keystore is not None and self.chain_keystore_passphrase is None:
            raise ValueError("expected ACTA_CHAIN_KEYSTORE_PASSPHRASE, got none")

    def quorum_of(self, stores: int) -> int:
        """Return how many of so many stores must have an object before it counts as kept."""
        return self.custody_quorum or (2 if stores >= 3 else 1)

    @property
    def mirror_quorum(self) -> int:
        """How many of the log's mirrors must hold what is signed."""
        mirrors = len(self.store_dirs)
        if self.stores_file is None:
            return self.quorum_of(mirrors)
        return 2 if mirrors >= 3 else 1

    @property
    def has_own_chain(self) -> bool:
        """Whether the home is an embedded chain, which this installation runs itself."""
        return self.chain_rpc_url is None and not self.home_chain

    def signer_for(self, chain: str) -> SignerSettings | None:
        """Return who signs on a chain; None: a key that the installation makes for itself."""
        if chain in self.chain_signers:
            return self.chain_signers[chain]
        if self.chain_keystore is not None:
            return SignerSettings(
                keystore=self.chain_keystore, passphrase=self.chain_keystore_passphrase
            )
        return None if self.chain_key is None else SignerSettings(key=self.chain_key)

    def _refuse_development_parts(self) -> None:
        missing = [
            name
            for name, stands in {
                "ACTA_MASTER_KEY (64 hex digits; the embedded key lies beside the data)": (
                    self.master_key is not None
                ),
                "ACTA_DATABASE_URL (postgresql+psycopg://…; SQLite is for one machine)": (
                    self.database_url.startswith("postgresql")
                ),
                "ACTA_HOME_CHAIN and ACTA_CHAIN_KEYSTORE, or ACTA_CHAIN_RPC_URL and "
                "ACTA_CHAIN_KEY (the embedded chain convinces nobody)": (
                    not self.has_own_chain and self.signer_for(self.home_chain or HOME) is not None
                ),
                "ACTA_PUBLIC_RPC_URLS (a JSON list of nodes that any reader may ask)": (
                    bool(self.public_rpc_urls)
                ),
                "ACTA_SMTP_URL (the local mailbox shows everybody's codes)": (
                    self.smtp_url is not None
                ),
                "ACTA_BASE_URL (https)": self.base_url.startswith("https://"),
                "ACTA_LOG_ORIGIN (the log's public name, such as acta.example/log)": (
                    bool(self.log_origin)
                ),
            }.items()
            if not stands
        ]
        if missing:
            raise ValueError(
                "the production profile refuses to start on development parts; set "
                + "; ".join(missing)
            )

    @property
    def production(self) -> bool:
        """Whether only parts fit for real use are allowed."""
        return self.profile is Profile.PRODUCTION
