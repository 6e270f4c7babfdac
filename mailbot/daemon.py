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

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from mailbot.adapters.backoff import backoff_seconds
from mailbot.adapters.clock import SystemClock
from mailbot.bootstrap import Service
from mailbot.errors import MailbotError, ScannerUnreachable, StoreUnreachable, Unreachable
from mailbot.intake import Compared
from mailbot.lease import Lease
from mailbot.monitoring.alarms import Alarms
from mailbot.monitoring.endpoints import Monitor, monitor_app
from mailbot.monitoring.listener import Listener
from mailbot.monitoring.systemd import notify, watchdog_seconds
from mailbot.monitoring.troubles import Troubles
from mailbot.monitoring.vitals import Loop, Vitals
from mailbot.nightly import Nights
from mailbot.once import recover
from mailbot.supervised import WebChild

log = structlog.get_logger(__name__)
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
        self._whole = threading.Event()  # the nightly run asks the intake to compare the whole mailbox
        self._compared: asyncio.Future[Compared] | None = None  # what comes of that
        self._lease = Lease(service.store)
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
            if await self._own_lease():
                await self._work(loop)
        finally:
            notify("STOPPING=1")
            watched.cancel()
            listener.stop()
            self._lease.release()
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
        for event in (self._stopping, self._arrived, self._decided):
            event.set()

    async def _own_lease(self) -> bool:
        """Stand by until no other mailbot works on the store. False when told to end before that."""
        said = ""
        while not self._stop.is_set():
            try:
                if await asyncio.to_thread(self._lease.take):
                    return True
                if self._lease.other() != said:
                    said = self._vitals.standing_by_for = self._lease.other()
                    log.info("standing_by", holder=said)
                    notify(f"STATUS=standing by for {said}")
            except StoreUnreachable as error:
                log.warning("store_unreachable", error=str(error))
            await self._sleep(STANDBY_SECONDS)
        return False

    async def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        scheduler = AsyncIOScheduler(event_loop=loop)
        nights = Nights(self._service.store, self._service.clock, self._service.config.reminders.time)
        await self._until_reachable("recovery", self._begin, nights)
        self._vitals.standing_by_for = ""
        self._vitals.started_at = self._service.clock.now()
        log.info("started", holder=self._lease.holder)
        notify("STATUS=at work")
        web = WebChild(self._service, self._vitals, shifted=not isinstance(self._service.clock, SystemClock))
        if self._service.config.web.run:
            web.start()
        scheduler.add_job(self._alarm, "interval", seconds=ALARM_SECONDS, max_instances=1, coalesce=True)
        scheduler.add_job(
            self._nightly,
            "interval",
            args=[nights],
            seconds=NIGHT_SECONDS,
            next_run_time=SystemClock().now(),
            max_instances=1,
            coalesce=True,
        )
        scheduler.start()
        intake = threading.Thread(target=self._take_in, args=(loop,), name="intake", daemon=True)
        intake.start()
        loops = [
            asyncio.create_task(self._forever("processing", self._process)),
            asyncio.create_task(self._forever("delivery", self._deliver)),
        ]
        while not self._stop.is_set() and not self._lease.lost.is_set():
            await self._sleep(1.0)
        if self._lease.lost.is_set():
            self.lost = True
            log.error("lease_lost")
        self._end()
        scheduler.shutdown(wait=False)
        ending = asyncio.create_task(asyncio.to_thread(web.stop))
        _, unfinished = await asyncio.wait(loops, timeout=GRACE_SECONDS)
        await asyncio.to_thread(intake.join, 1.0)
        await ending
        self._ended_well = not unfinished and not intake.is_alive()
        for task in unfinished:
            task.cancel()
        if self._ended_well:
            await self._service.mailer.close()

    def _begin(self, nights: Nights) -> None:
        recover(self._service)
        nights.begin()

    # The loops

    async def _forever(self, name: Loop, step: Callable[[], Awaitable[bool]]) -> None:
        """Do the step again and again; it says whether to go on at once. An error costs time only."""
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
                await self._sleep_or_event(self._arrived if name == "processing" else self._decided)

    async def _process(self) -> bool:
        self._arrived.clear()
        with self._vitals.timed("processing"):
            try:
                done = await asyncio.to_thread(self._service.processing.run, self._stopping_after_a_mail)
            except ScannerUnreachable:
                self._vitals.scanner_failed(self._service.clock.now())
                raise
        self._vitals.processed()
        if done.decided:
            self._decided.set()
        return False

    async def _deliver(self) -> bool:
        self._decided.clear()
        with self._vitals.timed("sending"):
            report = await self._service.delivery.once(1)
        if report.unreachable:
            self._vitals.smtp_failed(self._service.clock.now())
            raise Unreachable(report.unreachable)
        if report.sent or report.failed:  # an answer, whatever it was
            self._vitals.sent()
        if report.sent:
            return True
        await asyncio.to_thread(self._service.delivery.save_missing_copies)
        return bool(report.failed or report.uncertain)

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

    def _stopping_after_a_mail(self) -> bool:
        self._vitals.beat("processing")
        return self._stop.is_set()

    def _take_in(self, loop: asyncio.AbstractEventLoop) -> None:
        """The intake's thread: a look at every poll, and one when the server says that something came."""
        failures = 0
        settings, intake = self._service.config.imap, self._service.intake
        intake.progress = lambda: self._vitals.beat("intake")
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
