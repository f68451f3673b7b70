"""Durable work: what must go on after a crash, as DBOS workflows on the application's database.

The workflows only order the steps; every step is a use case that may be repeated at any moment.
Waiting for people is state in our own tables, never a parked workflow.
"""

import time
from collections.abc import Callable, Generator, Sequence

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
_ANCHOR = "anchor-chain"
_CARE = "care-for-copies"
_QUEUES = {
    "deliver-mail": "mail",
    "sequence-and-anchor": "sequencing",
    "seal-agreement": "journey",
    "expire-agreement": "deadlines",
    "upkeep": "upkeep",
    _CARE: "custody",
}
_POLL_S = 0.1
_LONGEST_WAIT_S = 60.0
_LONGEST_MAIL_WAIT_S = 900.0
_UPKEEP_EVERY_S = 300
_MOST_TURNS = 500
# Pauses between two looks at a chain, in seconds: at first, and at most while it works, or not.
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = {"pending": 15.0, "waiting": 15.0, "unreachable": _LONGEST_WAIT_S}


class Jobs:
    """Registers the workflows, runs them, and takes new ones in callers' transactions."""

    def __init__(self, database: Database) -> None:
        # DBOS has its own engine on the same database: sharing ours would break its launch, and
        # a client on it lets a row and the work it calls for be committed together.
        self._database = database
        self._url = database.url
        self._client: DBOSClient | None = None
        self._dbos: DBOS | None = None
        self._notary: Notary | None = None

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
            queue_name=_anchor_queue(arguments[0]) if workflow == _ANCHOR else _QUEUES[workflow],
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
        care: Sequence[Callable[[], object]],
    ) -> None:
        """Register the workflows, launch DBOS and take up what an earlier run left unfinished."""
        self._notary = notary
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
            care,
            due=self.schedule_anchors,
            again=self.anchor_again,
            later=self.deliver_later,
        )
        DBOS.launch()
        for queue, concurrency in {
            "mail": 4,
            "sequencing": 1,
            "journey": 3,
            "deadlines": 1,
            "upkeep": 1,
            # Apart from the rest of the upkeep, since a slow store may take minutes.
            "custody": 1,
            # One run at a time for each chain, so that none waits for another's.
            **{_anchor_queue(chain): 1 for chain in notary.chain_names},
        }.items():
            DBOS.register_queue(queue, worker_concurrency=concurrency, polling_interval_sec=_POLL_S)
        self._client = DBOSClient(system_database_url=self._url, serializer=serializer)

    def kick(self) -> None:
        """Start what a restart or a lost chain tail may call for: anchoring and repair."""
        assert self._notary is not None
        with self._database.transaction() as session:
            self.enqueue(session, "sequence-and-anchor", new_id("anchor"), (), 0.0)
            for chain in self._notary.chain_names:
                self.enqueue(session, _ANCHOR, new_id("anchor"), (chain,), 0.0)
            self.enqueue(session, "upkeep", new_id("upkeep"), (), 0.0)
            self.enqueue(session, _CARE, new_id("care"), (), 0.0)

    def schedule_anchors(self) -> None:
        """Call for the anchors that are due, now or in their time; the same need is one run."""
        assert self._notary is not None
        due = self._notary.anchors_due()
        with self._database.transaction() as session:
            for one in due:
                self.enqueue(session, _ANCHOR, f"anchor/{one.ticket}", (one.chain,), one.wait_s)

    def anchor_again(self, chain: str) -> None:
        """Call for another anchoring run on one chain."""
        with self._database.transaction() as session:
            self.enqueue(session, _ANCHOR, new_id("anchor"), (chain,), 0.0)

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
            wait_s = turn * _UPKEEP_EVERY_S - now
            self.enqueue(session, "upkeep", f"upkeep/{turn}", (), wait_s)
            self.enqueue(session, _CARE, f"care/{turn}", (), wait_s)

    def stop(self) -> None:
        """Stop taking work; what is under way is taken up at the next start."""
        if self._client is not None:
            self._client.destroy()
            self._client = None
        if self._dbos is not None:
            DBOS.destroy(destroy_registry=True)
            self._dbos = None


def _anchor_queue(chain: str) -> str:
    return f"anchoring-{chain}"


def pauses_between_turns() -> Generator[float, str, None]:
    """Take the state after each turn on a chain, and give the pause before the next, in seconds.

    Short after every change, then ever longer: a chain that needs minutes is not asked often.
    """
    pause, before = _FIRST_PAUSE_S, ""
    state = yield pause
    while True:
        longest = _LONGEST_PAUSE_S[state]
        pause = min(pause * 1.6, longest) if state == before else _FIRST_PAUSE_S
        before = state
        state = yield pause


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
    care: Sequence[Callable[[], object]],
    *,
    due: Callable[[], None],
    again: Callable[[str], None],
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

    @DBOS.step(name="schedule-anchors")
    def schedule_anchors() -> None:
        due()

    @DBOS.step(name="anchor")
    def anchor(chain: str) -> str:
        return notary.anchor_pending(chain)

    @DBOS.step(name="anchor-again")
    def anchor_again(chain: str) -> None:
        again(chain)

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

    @DBOS.step(name="care")
    def care_for(task: int) -> None:
        care[task]()

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
        until_done(sequence)
        until_done(schedule_anchors)

    @workflow(_ANCHOR)
    def anchor_chain(chain: str) -> None:
        # One run at a time on each chain (its queue sees to that) works until nothing is due
        # there; the runs behind it then find nothing to do.
        if chain not in notary.chain_names:
            return  # the settings named it once
        pauses = pauses_between_turns()
        next(pauses)
        for _ in range(_MOST_TURNS):
            try:
                state = anchor(chain)
            except Exception as error:  # noqa: BLE001  whatever holds a chain up is waited for
                log.warning("anchor-failed", chain=chain, **_fault(error))
                state = "unreachable"
            if state != "unreachable":
                # Crash point: a final anchor whose evidence is not written. The run goes on
                # here, and comes to this step again.
                until_done(write_evidence)
            if state == "idle":
                # What was signed meanwhile and is not due yet has no run if its own came early.
                until_done(schedule_anchors)
                return
            DBOS.sleep(pauses.send(state))
        # A successor goes on, so that no run's history grows without an end.
        until_done(anchor_again, chain)

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

    @workflow(_CARE)
    def care_for_copies() -> None:
        # The upkeep calls for the next run; what a task leaves undone is due again then.
        for task in range(len(care)):
            try:
                care_for(task)
            except Exception as error:  # noqa: BLE001  the other tasks go on
                log.warning("care-failed", task=task, **_fault(error))
