"""The service that keeps running: one process, one asyncio loop, the mailbox in a thread of its own.

Four loops share nothing but the store: intake (IMAP), processing, delivery (SMTP), the nightly run. Each goes
on when a server or the store is gone, waiting longer from try to try; none of them ends the service. Beside
them: the web app as a child, the listener of /health and /metrics, the alarms, systemd's watchdog.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from mailbot.adapters.backoff import backoff_seconds
from mailbot.adapters.clock import SystemClock
from mailbot.adapters.memory import give_back_large_blocks
from mailbot.bootstrap import Service
from mailbot.errors import MailbotError, ScannerUnreachable, StoreUnreachable, Unreachable
from mailbot.intake import Compared
from mailbot.lease import Lease, own_name, release_dead
from mailbot.logs import logger
from mailbot.monitoring.alarms import Alarms
from mailbot.monitoring.endpoints import Monitor, monitor_app
from mailbot.monitoring.listener import Listener
from mailbot.monitoring.systemd import notify, watchdog_seconds
from mailbot.monitoring.troubles import Troubles
from mailbot.monitoring.vitals import Loop, Vitals
from mailbot.nightly import Nights
from mailbot.once import recover
from mailbot.process import Processed
from mailbot.rows import WORKER, Lane
from mailbot.supervised import WebChild

log = logger(__name__)
STEP_SECONDS = 2.0  # how long something that became due by the clock alone may wait
STANDBY_SECONDS = 5.0
NIGHT_SECONDS = 30  # between two looks whether the night's run is due
ALARM_SECONDS = 15  # between two looks at what is wrong
WHOLE_SECONDS = 600.0  # that the night waits for the whole mailbox to be looked through
GRACE_SECONDS = 8.0  # of the ten that a service manager grants
LONGEST_WAIT_SECONDS = 300.0


def run_service(service: Service) -> None:
    """Run until SIGTERM or SIGINT. What is being read or sent then is finished, if that is soon.

    Raises StoreUnreachable when the lease was lost, so that whoever started the service starts it again.
    """
    give_back_large_blocks()
    daemon = Daemon(service)
    asyncio.run(daemon.run())
    if daemon.lost:
        raise StoreUnreachable("the lease on the store was lost: the store was away for too long")


class Daemon:
    """The loops, and how they are started and stopped."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._stop = threading.Event()
        self._stopping = asyncio.Event()
        self._arrived = asyncio.Event()
        self._decided = asyncio.Event()
        self._set_aside = asyncio.Event()
        self._whole = threading.Event()  # the nightly run asks the intake to compare the whole mailbox
        self._compared: asyncio.Future[Compared] | None = None  # what comes of that
        self._lease = Lease(service.store)
        self._working = Lease(service.store, name=WORKER + own_name())
        self._scheduler: AsyncIOScheduler | None = None
        self._intake: threading.Thread | None = None
        self._vitals = Vitals(idle_seconds=service.config.imap.poll_seconds)
        self._troubles = Troubles(service, self._vitals)
        self._alarms = Alarms(service)
        self.lost = False
        self._ended_well = True

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._end)
        listener = self._listener()
        watched = asyncio.create_task(self._feed_watchdog())
        notify("READY=1", "STATUS=starting")
        try:
            # Where the store is not shared, one mailbot at a time works on it.
            shared = self._service.store.is_shared
            if await self._taken(self._working) and (shared or await self._taken(self._lease)):
                await self._work(loop)
        finally:
            notify("STOPPING=1")
            watched.cancel()
            listener.stop()
            self._lease.release()
            self._working.release()
            log.info("stopped", in_order=self._ended_well)
        if not self._ended_well:
            # A thread still waits for a server or a reader, and asyncio would wait for the thread.
            # Everything that it does is safe to be cut off.
            os._exit(3 if self.lost else 0)

    def _listener(self) -> Listener:
        app = monitor_app(Monitor(self._service, self._vitals, self._troubles))
        listener = Listener(self._service.config.health.listen, app)
        if self._service.config.health.listen:
            listener.start()
        return listener

    async def _feed_watchdog(self) -> None:
        """A sign to systemd as long as no loop is stuck; without it, systemd starts the service anew."""
        every = watchdog_seconds()
        while every is not None:
            stuck = self._vitals.stuck()
            if stuck:
                log.error("stuck", loops=stuck)
            else:
                notify("WATCHDOG=1")
            await asyncio.sleep(every)

    def _end(self) -> None:
        self._stop.set()
        for event in (self._stopping, self._arrived, self._decided, self._set_aside):
            event.set()

    async def _taken(self, lease: Lease) -> bool:
        """Stand by until no other mailbot has the lease. False when told to end before that."""
        said = ""
        while not self._stop.is_set():
            try:
                if await asyncio.to_thread(lease.take):
                    return True
                if lease.other() != said:
                    said = lease.other()
                    if not self._service.store.is_shared:
                        self._vitals.standing_by_for = said
                    log.info("standing_by", holder=said)
                    notify(f"STATUS=standing by for {said}")
            except StoreUnreachable as error:
                log.warning("store_unreachable", error=str(error))
            await self._sleep(STANDBY_SECONDS)
        return False

    async def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        shared = self._service.store.is_shared
        leading = asyncio.create_task(self._lead(loop))
        if not shared:
            await leading  # what a dead process left is settled before anything is sent
        self._vitals.standing_by_for = ""
        self._vitals.started_at = self._service.clock.now()
        log.info("started", holder=self._working.holder)
        notify("STATUS=at work")
        web = WebChild(self._service, self._vitals, shifted=not isinstance(self._service.clock, SystemClock))
        if self._service.config.web.run:
            web.start()
        loops = [
            asyncio.create_task(self._forever("processing", self._process, self._arrived)),
            asyncio.create_task(self._forever("slow lane", self._process_slowly, self._set_aside)),
            asyncio.create_task(self._forever("delivery", self._deliver, self._decided)),
            asyncio.create_task(self._forever("copies", self._save_copies, self._stopping)),
        ]
        if shared:
            loops.append(asyncio.create_task(self._forever("recovery", self._take_back, self._stopping)))
        leases = (self._lease, self._working)
        while not self._stop.is_set() and not any(lease.lost.is_set() for lease in leases):
            await self._sleep(1.0)
        if any(lease.lost.is_set() for lease in leases):
            self.lost = True
            log.error("lease_lost")
        self._end()
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
        ending = asyncio.create_task(asyncio.to_thread(web.stop))
        _, unfinished = await asyncio.wait([*loops, leading], timeout=GRACE_SECONDS)
        if self._intake is not None:
            await asyncio.to_thread(self._intake.join, 1.0)
        await ending
        self._ended_well = not unfinished and (self._intake is None or not self._intake.is_alive())
        for task in unfinished:
            task.cancel()
        if self._ended_well:
            await self._service.mailer.close()

    async def _lead(self, loop: asyncio.AbstractEventLoop) -> None:
        """What one process at a time does: the intake, the nightly run, alarms. Others stand by for that."""
        if self._service.store.is_shared and not await self._taken(self._lease):
            return
        nights = Nights(self._service.store, self._service.clock, self._service.config.reminders.time)
        await self._until_reachable("recovery", self._begin, nights)
        if self._stop.is_set():
            return
        log.info("leading", holder=self._lease.holder)
        self._scheduler = AsyncIOScheduler(event_loop=loop)
        self._scheduler.add_job(
            self._alarm, "interval", seconds=ALARM_SECONDS, max_instances=1, coalesce=True
        )
        self._scheduler.add_job(
            self._nightly,
            "interval",
            args=[nights],
            seconds=NIGHT_SECONDS,
            next_run_time=SystemClock().now(),
            max_instances=1,
            coalesce=True,
        )
        self._scheduler.start()
        self._intake = threading.Thread(target=self._take_in, args=(loop,), name="intake", daemon=True)
        self._intake.start()

    def _begin(self, nights: Nights) -> None:
        recover(self._service, [*self._others(), *self._mine()])
        nights.begin()

    def _others(self) -> list[str]:
        """The other processes that work on the store."""
        mine = self._working.holder
        return [name for name in self._service.store.workers(SystemClock().now()) if name != mine]

    def _mine(self) -> list[str]:
        """This process, where it may be sending already before it leads."""
        return [self._working.holder] if self._service.store.is_shared else []

    async def _take_back(self) -> bool:
        """Take back what processes that died meanwhile had claimed; the leading one does it."""
        if self._intake is not None:
            await asyncio.to_thread(release_dead, self._service.store)
            await asyncio.to_thread(self._service.delivery.recover, [*self._others(), *self._mine()])
        await self._sleep(STANDBY_SECONDS)
        return True

    # The loops

    async def _forever(self, name: Loop, step: Callable[[], Awaitable[bool]], news: asyncio.Event) -> None:
        """Do the step again and again; it says whether to go on at once. An error costs time only.

        news: what ends the waiting between two steps.
        """
        failures = 0
        while not self._stop.is_set():
            self._vitals.beat(name)
            try:
                more = await step()
                failures = 0
            except Exception as error:  # noqa: BLE001 - the service must outlive whatever one step meets
                failures += 1
                _log_failure(name, error)
                await self._sleep(_pause(failures))
                continue
            if not more:
                await self._sleep_or_event(news)

    async def _process(self) -> bool:
        self._arrived.clear()
        with self._vitals.timed("processing"):
            done = await self._run_lane("")
        self._vitals.processed()
        if done.set_aside:
            self._set_aside.set()
        return bool(done.read or done.set_aside)

    async def _process_slowly(self) -> bool:
        """Scans and whatever else takes long; and what staff sent by hand, which nobody waits for."""
        self._set_aside.clear()
        done = await self._run_lane("slow")
        if self._intake is not None:
            await asyncio.to_thread(self._service.processing.file_sent)
        return bool(done.read)

    async def _run_lane(self, lane: Lane) -> Processed:
        def stopping() -> bool:
            self._vitals.beat("slow lane" if lane else "processing")
            return self._stop.is_set()

        try:
            done = await asyncio.to_thread(self._service.processing.run_lane, lane, stopping)
        except ScannerUnreachable:
            self._vitals.scanner_failed(self._service.clock.now())
            raise
        if done.decided:
            self._decided.set()
        return done

    async def _deliver(self) -> bool:
        self._decided.clear()
        with self._vitals.timed("sending"):
            report = await self._service.delivery.once(1)
        if report.unreachable:
            self._vitals.smtp_failed(self._service.clock.now())
            raise Unreachable(report.unreachable)
        if report.sent or report.failed:  # an answer, whatever it was
            self._vitals.sent()
        return bool(report.sent or report.failed or report.put_off)

    async def _save_copies(self) -> bool:
        """Copies for the Sent folder that were not saved at once; what is to be sent never waits for one."""
        if self._intake is None:
            return False
        saved = await asyncio.to_thread(self._service.delivery.save_missing_copies, self._others())
        return saved > 0

    async def _nightly(self, nights: Nights) -> None:
        """The night's run, if it is due; asked every half minute, a missed one is caught up."""
        try:
            night = await asyncio.to_thread(nights.due)
            if night is None or self._stop.is_set():
                return
            await self._reconcile()
            added = await asyncio.to_thread(self._service.reminders.run)
            await asyncio.to_thread(nights.done, night)
        except Exception as error:  # noqa: BLE001 - tried again in half a minute
            _log_failure("nightly", error)
            return
        log.info("night_done", night=night.isoformat(), mails=len(added))
        self._decided.set()

    async def _reconcile(self) -> None:
        """Compare everything, before the summary tells of it; that fails by itself, and costs no reminder."""
        compared: Compared | None = None
        self._compared = asyncio.get_running_loop().create_future()
        self._whole.set()
        stopping = asyncio.create_task(self._stopping.wait())
        either: set[asyncio.Future[Any]] = {self._compared, stopping}
        await asyncio.wait(either, timeout=WHOLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self._compared.done():
            compared = self._compared.result()
        self._compared = None
        try:
            result = await asyncio.to_thread(self._service.reconciler.run, compared)
            log.info("reconciled", mailbox=result.mailbox, gaps={g.kind: g.number for g in result.gaps})
        except Exception as error:  # noqa: BLE001 - the night's mails do not depend on it
            _log_failure("reconciliation", error)

    async def _alarm(self) -> None:
        """Tell what is wrong, or is over."""
        try:
            if await asyncio.to_thread(lambda: self._alarms.look(self._troubles.now())):
                self._decided.set()
        except Exception as error:  # noqa: BLE001 - looked at again in a moment
            _log_failure("alarms", error)

    def _take_in(self, loop: asyncio.AbstractEventLoop) -> None:
        """The intake's thread: a look at every poll, and one when the server says that something came."""
        failures = 0
        settings, intake = self._service.config.imap, self._service.intake

        def recorded() -> None:
            """The first batch of a backlog is looked at while the next one is fetched."""
            self._vitals.beat("intake")
            loop.call_soon_threadsafe(self._arrived.set)

        intake.progress = recorded
        while not self._stop.is_set():
            self._vitals.beat("intake")
            try:
                whole = self._whole.is_set()
                with self._vitals.timed("poll"):
                    report = intake.once(whole=whole)
                if whole:
                    self._whole.clear()
                    loop.call_soon_threadsafe(self._looked_through, intake.compare(report))
                failures = 0
                self._vitals.polled(self._service.clock.now())
                for gap in report.gaps:
                    log.warning("mailbox_gap", said=gap)
                if report.new:
                    log.info("mails_taken_in", new=report.new, copies=report.copies)
                    loop.call_soon_threadsafe(self._arrived.set)
                self._service.mailbox.wait(settings.poll_seconds, self._stop)
            except Exception as error:  # noqa: BLE001 - the service must outlive whatever one pass meets
                failures += 1
                if not isinstance(error, StoreUnreachable):
                    self._vitals.mailbox_failed(self._service.clock.now())
                _log_failure("intake", error)
                self._stop.wait(_pause(failures))
        self._service.mailbox.close()

    def _looked_through(self, compared: Compared) -> None:
        if self._compared is not None and not self._compared.done():
            self._compared.set_result(compared)

    # Waiting

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _sleep_or_event(self, event: asyncio.Event) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), STEP_SECONDS)

    async def _until_reachable(self, name: str, step: Callable[[Nights], None], nights: Nights) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                await asyncio.to_thread(step, nights)
                return
            except MailbotError as error:
                failures += 1
                _log_failure(name, error)
                await self._sleep(_pause(failures))


def _pause(failures: int) -> float:
    return backoff_seconds(failures, first=1.0, most=LONGEST_WAIT_SECONDS)


def _log_failure(name: str, error: Exception) -> None:
    """Ours say what happened; of others only the type, since their words may hold personal data."""
    if isinstance(error, MailbotError):
        log.warning("step_failed", step=name, error=type(error).__name__, said=str(error))
    else:
        log.error("step_failed", step=name, error=type(error).__name__, exc_info=False)
