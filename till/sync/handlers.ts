import type { SyncStatus } from '../../shared/contracts/operations/sync.ts';
import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import { SYNC_PROTOCOL } from '../../shared/contracts/sync.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { MINUTE_MS, SECOND_MS } from '../../shared/kernel/instant.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { rekeyCustomers } from '../customers.ts';
import { type Feature, type Outcome, signedIn } from '../handlers.ts';
import type { Services } from '../services.ts';
import { ackedSeq, isEnrolled, lastSyncAt, syncKeys } from '../sync-state.ts';
import { systemTimers } from '../system-ports.ts';
import { createCentreClient, type Identity } from './centre-client.ts';
import { openDeviceKey } from './device-key.ts';
import { createHomeLine, type HomeLine } from './home-line.ts';
import { createLeaseWishes } from './lease-wishes.ts';
import { createNightly } from './nightly.ts';
import { nextDelayMs } from './retry-delay.ts';
import { runRound } from './sync-round.ts';

/** A redemption is sent this soon after its commit: the next ones of a busy moment go along. */
const AFTER_COMMIT_MS = 300;
/** Status pushes while many events are written. */
const STATUS_EVERY_MS = 200;
/** Rights that the pool does not have are not asked for all the time. */
const WISH_AGAIN_MS = MINUTE_MS;
/** A customer waits for the centre: it is tried again this soon, however long the pauses have grown. */
const ON_DEMAND_MS = 3 * SECOND_MS;
/** Whether the nightly sync is due. */
const LOOK_EVERY_MS = MINUTE_MS;

/** The ledger's conversation with the centre. Nothing else in the till waits for it. */
export function syncFeature(services: Services): Feature & { readonly homeLine: HomeLine } {
  const { store, ports, pushes } = services;
  const timers = ports.timers ?? systemTimers;
  const { after } = timers;
  const client = createCentreClient(ports.centre, ports.clock);
  const wishesOf = createLeaseWishes();
  const nightly = createNightly(services);

  let stopped = false;
  let running: Promise<Result<void, Refusal>> | undefined;
  let stopLooking = () => {};
  let stopTimer: (() => void) | undefined;
  /** When the timer fires, on the monotonic clock. */
  let dueAt = Number.POSITIVE_INFINITY;
  let stopStatusTimer: (() => void) | undefined;
  let shownStatus = '';
  let failures = 0;
  /** The beginning of the last round, on the monotonic clock. */
  let triedAt = Number.NEGATIVE_INFINITY;
  let online: boolean | undefined;
  let lastError: Refusal | undefined;
  let progress = { sent: 0, received: 0 };
  let identity: Identity | undefined;
  let wishedAt = Number.NEGATIVE_INFINITY;
  /** The newest event then. */
  let wishedSeq = -1;

  function status(): SyncStatus {
    const { read } = store;
    const at = lastSyncAt(read);
    const base = {
      running: running !== undefined,
      ...(running === undefined ? {} : { progress }),
      ...(online === undefined ? {} : { online }),
      ...(at === undefined ? {} : { lastSyncAt: at }),
      ...(lastError === undefined ? {} : { lastError }),
    };
    if (!isEnrolled(read)) return { mode: 'standalone', queue: { count: 0 }, ...base };
    const acked = ackedSeq(read);
    const oldest = read.events.at(acked + 1)?.at;
    const url = read.meta.get(syncKeys.centreUrl);
    const lastNightlyAt = nightly.lastAt();
    return {
      mode: 'enrolled',
      ...(url === undefined ? {} : { centreUrl: url }),
      queue: {
        count: Math.max(0, store.head().seq - acked),
        ...(oldest === undefined ? {} : { oldestAt: oldest }),
      },
      schedule: { ...nightly.schedule(), ...(lastNightlyAt === undefined ? {} : { lastNightlyAt }) },
      ...base,
    };
  }

  function showStatus(): void {
    if (stopped) return;
    const now = status();
    const text = JSON.stringify(now);
    if (text === shownStatus) return;
    shownStatus = text;
    pushes.send({ topic: 'sync.changed', status: now });
  }

  function showStatusSoon(): void {
    stopStatusTimer ??= after(STATUS_EVERY_MS, () => {
      stopStatusTimer = undefined;
      showStatus();
    });
  }

  /** Runs a round after `delayMs`, unless one is due sooner. */
  function schedule(delayMs: number): void {
    const due = services.clock.monotonicMs() + delayMs;
    if (stopped || due >= dueAt) return;
    stopTimer?.();
    dueAt = due;
    stopTimer = after(delayMs, () => {
      dueAt = Number.POSITIVE_INFINITY;
      void syncOnce();
    });
  }

  function onCommit(): void {
    if (!isEnrolled(store.read)) return;
    showStatusSoon();
    // After a failure the next try is due already: a busy till must not hammer a centre that is away.
    if (failures === 0 && running === undefined && nightly.schedule().always) schedule(AFTER_COMMIT_MS);
  }

  function tryOnDemand(): void {
    if (failures === 0 || running !== undefined) return;
    schedule(Math.max(0, triedAt + ON_DEMAND_MS - services.clock.monotonicMs()));
  }

  /** One round; a caller who comes while one runs gets the one after it, so that what he wrote is in it. */
  async function syncOnce(): Promise<Result<void, Refusal>> {
    if (running !== undefined) await running;
    if (stopped) return err(refusal('busy'));
    running ??= round().finally(() => {
      running = undefined;
      showStatus();
    });
    return running;
  }

  async function round(): Promise<Result<void, Refusal>> {
    progress = { sent: 0, received: 0 };
    triedAt = services.clock.monotonicMs();
    showStatus();
    const as = await identityOf();
    if (!as.ok) return settle(as);
    let outcome: Awaited<ReturnType<typeof runRound>>;
    try {
      outcome = await runRound({
        services,
        client,
        identity: as.value,
        wishes: wishes(),
        isStopped: () => stopped,
        onProgress({ sent, received }) {
          progress = { sent: progress.sent + sent, received: progress.received + received };
          showStatusSoon();
        },
      });
    } catch (error) {
      // A full disk or a defect: the round is tried again, and the cashier goes on.
      const fault = services.storageFault(error);
      ports.logger.error('a sync round failed', {
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
      return settle(err(fault ?? refusal('internal')));
    }
    if (stopped) return err(refusal('busy'));
    if (outcome.ok && outcome.value.pulled > 0) pushes.send({ topic: 'catalogue.changed' });
    return settle(outcome);
  }

  /** A full disk must not end the till: the round counts as failed and is tried again. */
  function keepTime(): Refusal | undefined {
    try {
      store.transact((tx) => {
        tx.write.meta.set(syncKeys.lastSyncAt, String(services.clock.now()));
        nightly.done(tx);
      });
      return undefined;
    } catch (error) {
      return services.storageFault(error) ?? refusal('internal');
    }
  }

  function settle(outcome: Result<unknown, Refusal>): Result<void, Refusal> {
    const unkept = outcome.ok ? keepTime() : undefined;
    if (unkept !== undefined) return settle(err(unkept));
    if (outcome.ok) {
      failures = 0;
      online = true;
      lastError = undefined;
    } else {
      failures += 1;
      online = outcome.error.code !== 'centre_unreachable';
      lastError = outcome.error;
    }
    if (outcome.ok) homeLine.reopen();
    const waiting = outcome.ok && store.head().seq > ackedSeq(store.read);
    if (waiting || nightly.schedule().always || nightly.isDue())
      schedule(waiting ? AFTER_COMMIT_MS : nextDelayMs(failures, ports.random));
    return outcome.ok ? ok(undefined) : outcome;
  }

  function wishes() {
    const now = services.clock.monotonicMs();
    // At night everything is filled up for the day.
    if (nightly.isDue()) return wishesOf(store.read, 'fill_up');
    const asked = wishesOf(store.read, 'when_low');
    if (asked.leaseWishes.length === 0 && asked.budgetWishes.length === 0) return asked;
    // A round sends what is written while it runs, and wished before that: what matters is whether anything came since.
    const { seq } = store.head();
    const isNews = seq > wishedSeq || seq > ackedSeq(store.read);
    if (!isNews && now - wishedAt < WISH_AGAIN_MS) return { leaseWishes: [], budgetWishes: [] };
    wishedAt = now;
    wishedSeq = seq;
    return asked;
  }

  async function identityOf(): Promise<Outcome<Identity>> {
    if (identity !== undefined) return ok(identity);
    const deviceId = store.read.meta.get(syncKeys.deviceId);
    const centreUrl = store.read.meta.get(syncKeys.centreUrl);
    if (deviceId === undefined || centreUrl === undefined) return err(refusal('not_enrolled'));
    const key = await openDeviceKey(ports.keys, ports.random);
    if (!key.ok) return key;
    identity = { deviceId, centreUrl, key: key.value };
    return ok(identity);
  }

  async function enrol(centreUrl: string, enrolmentCode: string): Promise<Outcome<void>> {
    const location = services.location();
    const ledger = store.identity();
    assert(location !== undefined && ledger !== undefined, 'enrolling waits for the first run');
    if (location.demo) return err(refusal('demo_cannot_enrol'));
    // A centre that was restored from an old backup may not know this device any more: then it joins again.
    if (isEnrolled(store.read) && lastError?.code !== 'signature_invalid')
      return err(refusal('already_enrolled'));
    const key = await openDeviceKey(ports.keys, ports.random);
    if (!key.ok) return key;
    const answer = await client.enrol(centreUrl, {
      protocol: SYNC_PROTOCOL,
      enrolmentCode,
      ...ledger,
      locationId: location.id,
      locationName: location.name,
      currency: location.currency,
      timeZone: location.timeZone,
      publicKey: key.value.publicKey,
    });
    if (!answer.ok) return answer;
    const { deviceId, serverEpoch, serverTime, customerKey } = answer.value;
    services.clock.trust(serverTime);
    // First, and again if this is cut off: the same code brings the same answer until it is on record.
    rekeyCustomers(store, customerKey, services.stamp());
    store.transact((tx) => {
      tx.write.meta.set(syncKeys.deviceId, deviceId);
      tx.write.meta.set(syncKeys.centreUrl, centreUrl);
      tx.write.meta.set(syncKeys.serverEpoch, String(serverEpoch));
      identity = undefined;
      tx.append('sync.enrolled', { centreUrl, deviceId }, services.stamp());
    });
    return ok(undefined);
  }

  const homeLine = createHomeLine({
    services,
    client,
    timers,
    identityOf,
    isOnline: () => online,
    tryOnDemand,
    mayListen: () => nightly.schedule().always,
    sync: syncOnce,
  });

  return {
    homeLine,
    handlers: {
      'sync.status': () => ok(status()),
      'sync.now': async () => {
        if (!isEnrolled(store.read)) return err(refusal('not_enrolled'));
        const outcome = await syncOnce();
        return outcome.ok ? ok(status()) : outcome;
      },
      'sync.setSchedule': (_call, input) => {
        if (!isEnrolled(store.read)) return err(refusal('not_enrolled'));
        store.transact((tx) => nightly.setSchedule(tx, input));
        if (input.always && failures === 0) schedule(AFTER_COMMIT_MS);
        showStatus();
        return ok(status());
      },
      'sync.enrol': async (call, { centreUrl, enrolmentCode }) => {
        signedIn(call);
        const enrolled = await enrol(centreUrl, enrolmentCode);
        if (!enrolled.ok) return enrolled;
        await syncOnce();
        return ok(status());
      },
      'reports.everywhere': async (_call, { from, to }) => {
        const as = await identityOf();
        if (!as.ok) return as;
        return client.reports(as.value, { from, to, timeZone: services.location()?.timeZone ?? 'UTC' });
      },
    },
    start() {
      store.onCommit(onCommit);
      if (isEnrolled(store.read) && (nightly.schedule().always || nightly.isDue())) schedule(0);
      stopLooking = timers.every(LOOK_EVERY_MS, () => {
        // After a failure the next try is due already.
        if (failures === 0 && isEnrolled(store.read) && nightly.isDue()) schedule(0);
      });
      homeLine.start();
    },
    stop() {
      stopped = true;
      homeLine.stop();
      stopLooking();
      stopTimer?.();
      stopStatusTimer?.();
    },
  };
}
