"""Durable work: what must go on after a crash, as DBOS workflows on the application's database.

The workflows only order the steps; every step is a use case that may be repeated at any moment.
Waiting for people is state in our own tables, never a parked workflow.
"""

import time
from collections.abc import Callable, Sequence

import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, EnqueueOptions
from sqlalchemy.orm import Session

from anchoring.errors import AnchoringError
from service.agreements import Agreements
from service.database import Database, new_id
from service.errors import ServiceError
from service.notary import Notary
from service.notices import Outbox

log = structlog.get_logger(__name__)

# Raised only when the order of steps changes: a run started under another version would not be
# recovered, so a change that can go on with old runs keeps it.
APPLICATION_VERSION = "1"
_EXECUTOR = "acta"
_QUEUES = {
    "deliver-mail": "mail",
    "sequence-and-anchor": "anchoring",
    "seal-agreement": "journey",
    "expire-agreement": "deadlines",
    "upkeep": "upkeep",
}
_POLL_S = 0.1
_LONGEST_WAIT_S = 60.0
_LONGEST_MAIL_WAIT_S = 900.0
_UPKEEP_EVERY_S = 300
_QUICK_TURNS = 10
_MOST_TURNS = 500


class Jobs:
    """Registers the workflows, runs them, and takes new ones in callers' transactions."""

    def __init__(self, database: Database) -> None:
        # DBOS has its own engine on the same database: sharing ours would break its launch, and
        # a client on it lets a row and the work it calls for be committed together.
        self._database = database
        self._url = database.url
        self._client: DBOSClient | None = None
        self._dbos: DBOS | None = None

    def enqueue(
        self,
        session: Session,
        workflow: str,
        workflow_id: str,
        arguments: tuple[str, ...],
        delay_s: float,
    ) -> None:
        """Hand work over in the caller's transaction (``service.database.Enqueue``)."""
        if self._client is None:
            raise RuntimeError("expected Jobs.start() before any work is enqueued")
        options = EnqueueOptions(
            workflow_name=workflow,
            queue_name=_QUEUES[workflow],
            workflow_id=workflow_id,
            app_version=APPLICATION_VERSION,
        )
        if delay_s > 0:
            options["delay_seconds"] = delay_s
        self._client.enqueue_in_transaction(session, options, *arguments)

    def start(
        self,
        *,
        agreements: Agreements,
        notary: Notary,
        outbox: Outbox,
        upkeep: Sequence[Callable[[], object]],
    ) -> None:
        """Register the workflows, launch DBOS and take up what an earlier run left unfinished."""
        serializer = DBOSPortableJSONSerializer()
        config = DBOSConfig(
            name="acta",
            system_database_url=self._url,
            application_version=APPLICATION_VERSION,
            executor_id=_EXECUTOR,
            serializer=serializer,
            log_level="WARNING",
            enable_otlp=False,
            max_executor_threads=16,
            notification_listener_polling_interval_sec=1.0,
        )
        self._dbos = DBOS(config=config)
        _register(
            agreements,
            notary,
            outbox,
            [self.schedule_upkeep, *upkeep],
            again=self.anchor_again,
            later=self.deliver_later,
        )
        DBOS.launch()
        for queue, concurrency in {
            "mail": 4,
            "anchoring": 1,
            "journey": 3,
            "deadlines": 1,
            "upkeep": 1,
        }.items():
            DBOS.register_queue(queue, worker_concurrency=concurrency, polling_interval_sec=_POLL_S)
        self._client = DBOSClient(system_database_url=self._url, serializer=serializer)

    def kick(self) -> None:
        """Start what a restart or a lost chain tail may call for: anchoring and repair."""
        with self._database.transaction() as session:
            self.enqueue(session, "sequence-and-anchor", new_id("anchor"), (), 0.0)
            self.enqueue(session, "upkeep", new_id("upkeep"), (), 0.0)

    def anchor_again(self) -> None:
        """Call for another anchoring run."""
        with self._database.transaction() as session:
            self.enqueue(session, "sequence-and-anchor", new_id("anchor"), (), 0.0)

    def deliver_later(self, message_key: str, attempt: int) -> None:
        """Call for another try at a mail; the same attempt again is the same run."""
        delay_s = min(2.0**attempt, _LONGEST_MAIL_WAIT_S)
        with self._database.transaction() as session:
            self.enqueue(
                session,
                "deliver-mail",
                f"deliver-mail:{message_key}/{attempt}",
                (message_key, str(attempt)),
                delay_s,
            )

    def schedule_upkeep(self) -> None:
        """Call for upkeep at the next full interval; however often this is said, once."""
        now = time.time()
        turn = int(now // _UPKEEP_EVERY_S) + 1
        with self._database.transaction() as session:
            self.enqueue(session, "upkeep", f"upkeep/{turn}", (), turn * _UPKEEP_EVERY_S - now)

    def stop(self) -> None:
        """Stop taking work; what is under way is taken up at the next start."""
        if self._client is not None:
            self._client.destroy()
            self._client = None
        if self._dbos is not None:
            DBOS.destroy(destroy_registry=True)
            self._dbos = None


def _fault(error: Exception) -> dict[str, str]:
    """Name an error for the log; only our own messages are known to hold nothing secret."""
    fault = {"error": type(error).__name__}
    if isinstance(error, ServiceError | AnchoringError):
        fault |= {"code": error.code, "reason": str(error)}
    return fault


def _register(
    agreements: Agreements,
    notary: Notary,
    outbox: Outbox,
    upkeep: Sequence[Callable[[], object]],
    *,
    again: Callable[[], None],
    later: Callable[[str, int], None],
) -> None:
    def workflow(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
        return DBOS.workflow(name=name, max_recovery_attempts=None)

    def until_done(step: Callable[..., object], *arguments: object) -> None:
        """Repeat a step, ever more slowly, until it ends without an error."""
        wait_s = 0.5
        while True:
            try:
                step(*arguments)
            except Exception as error:  # noqa: BLE001  the step's own error is why it is repeated
                log.warning("step-failed", step=step.__name__, **_fault(error))
                DBOS.sleep(wait_s)
                wait_s = min(wait_s * 2, _LONGEST_WAIT_S)
            else:
                return

    @DBOS.step(name="deliver")
    def deliver(message_key: str) -> None:
        outbox.deliver(message_key)

    @DBOS.step(name="sequence")
    def sequence() -> None:
        notary.sequence()

    @DBOS.step(name="anchor")
    def anchor() -> str:
        return notary.anchor_pending()

    @DBOS.step(name="anchor-again")
    def anchor_again() -> None:
        again()

    @DBOS.step(name="write-evidence")
    def write_evidence() -> None:
        agreements.write_missing_evidence()

    @DBOS.step(name="seal")
    def seal(agreement_id: str) -> None:
        agreements.seal(agreement_id)

    @DBOS.step(name="store")
    def store(agreement_id: str) -> None:
        agreements.store(agreement_id)

    @DBOS.step(name="announce")
    def announce(agreement_id: str) -> None:
        agreements.announce(agreement_id)

    @DBOS.step(name="expire")
    def expire(agreement_id: str) -> None:
        agreements.expire(agreement_id)

    @DBOS.step(name="keep-up")
    def keep_up(task: int) -> None:
        upkeep[task]()

    @DBOS.step(name="deliver-again")
    def deliver_again(message_key: str, attempt: int) -> None:
        later(message_key, attempt)

    @workflow("deliver-mail")
    def deliver_mail(message_key: str, attempt: str = "1") -> None:
        # One try a run: a recipient whose server is slow must not hold up everybody's mail.
        try:
            deliver(message_key)
        except Exception as error:  # noqa: BLE001  the sender's own error is why it is repeated
            log.warning("mail-not-delivered", attempt=attempt, **_fault(error))
            until_done(deliver_again, message_key, int(attempt) + 1)

    @workflow("sequence-and-anchor")
    def sequence_and_anchor(*_ticket: str) -> None:
        # One run at a time (the queue sees to that) works until nothing is pending; the runs
        # behind it then find nothing to do.
        wait_s = 0.5
        for turn in range(_MOST_TURNS):
            until_done(sequence)
            try:
                state = anchor()
            except Exception as error:  # noqa: BLE001  an unreachable chain is waited for
                log.warning("anchor-failed", **_fault(error))
                state = "unreachable"
            until_done(write_evidence)
            if state == "idle":
                return
            if turn == _MOST_TURNS - 1:
                # A successor goes on, so that no run's history grows without an end.
                until_done(anchor_again)
                return
            if state == "unreachable":
                wait_s = min(wait_s * 2, _LONGEST_WAIT_S)
                DBOS.sleep(wait_s)
            else:
                wait_s = 0.5
                if state == "waiting" or turn > _QUICK_TURNS:
                    DBOS.sleep(wait_s)

    @workflow("seal-agreement")
    def seal_agreement(agreement_id: str) -> None:
        until_done(seal, agreement_id)
        until_done(store, agreement_id)
        until_done(announce, agreement_id)
        until_done(write_evidence)

    @workflow("expire-agreement")
    def expire_agreement(agreement_id: str) -> None:
        until_done(expire, agreement_id)

    @workflow("upkeep")
    def keep_everything_up() -> None:
        # The first task calls for the next run; another that fails is left to that one.
        until_done(keep_up, 0)
        for task in range(1, len(upkeep)):
            try:
                keep_up(task)
            except Exception as error:  # noqa: BLE001  the other tasks go on
                log.warning("upkeep-failed", task=task, **_fault(error))
