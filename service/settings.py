"""Every setting of the service, and the only place that reads the environment."""

from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Profile(StrEnum):
    """Which parts the service may run on."""

    EMBEDDED = "embedded"
    PRODUCTION = "production"


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
    log_origin: str = ""
    anchor_max_delay_s: int = Field(default=86_400, ge=60)

    store_dirs: list[Path] = Field(default_factory=list)
    custody_quorum: int = Field(default=1, ge=1)

    smtp_url: SecretStr | None = None
    mail_from: str = "Acta <acta@localhost>"

    # Addresses of reverse proxies whose X-Forwarded-For is believed, with commas.
    trusted_proxies: str = ""
    platform_name: str = Field(default="Acta", min_length=1, max_length=40)
    code_session_minutes: int = Field(default=30, ge=1)
    log_level: str = "INFO"

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
        if self.custody_quorum > len(self.store_dirs):
            raise ValueError(
                f"expected a custody quorum of at most {len(self.store_dirs)} "
                f"(the number of stores), got {self.custody_quorum}"
            )
        if self.profile is Profile.PRODUCTION:
            self._refuse_development_parts()
        return self

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
                "ACTA_CHAIN_RPC_URL and ACTA_CHAIN_KEY (the embedded chain convinces nobody)": (
                    self.chain_rpc_url is not None and self.chain_key is not None
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
