import type { Store, Tx } from '../../db/store.ts';
import type { SyncSchedule } from '../../shared/contracts/operations/sync.ts';
import type { Services } from '../services.ts';

const keys = {
  /** 0 to 23, or `none`. */
  hour: 'sync.nightlyHour',
  /** `no`: only at night, and when somebody asks. */
  always: 'sync.always',
  /** The day, in the location's zone, whose nightly sync ended well; and when. */
  day: 'sync.nightlyDay',
  at: 'sync.nightlyAt',
} as const;

const DEFAULT_HOUR = 3;
const NO_HOUR = 'none';
const MINUTES_PER_HOUR = 60;

export type Nightly = {
  schedule(): SyncSchedule;
  setSchedule(tx: Tx, schedule: SyncSchedule): void;
  /** The hour has come and the sync of this day has not ended well yet; also when the till was off at the hour. */
  isDue(): boolean;
  /** In the transaction that ends a round well. */
  done(tx: Tx): void;
  /** UTC milliseconds of the last one that ended well. */
  lastAt(): number | undefined;
};

type Parts = {
  readonly store: Pick<Store, 'read' | 'identity'>;
  readonly clock: Pick<Services['clock'], 'now'>;
  readonly wallTimes: Services['wallTimes'];
  readonly location: () => { readonly timeZone: string } | undefined;
};

/** The sync of each night, by the location's clock on the wall. */
export function createNightly({ store, clock, wallTimes, location }: Parts): Nightly {
  function schedule(): SyncSchedule {
    const hour = store.read.meta.get(keys.hour);
    return {
      nightlyHour: hour === NO_HOUR ? null : Number(hour ?? DEFAULT_HOUR),
      always: store.read.meta.get(keys.always) !== 'no',
    };
  }

  function wallTime() {
    const zone = location()?.timeZone;
    return zone === undefined ? undefined : wallTimes.at(clock.now(), zone);
  }

  function isDue(): boolean {
    const { nightlyHour } = schedule();
    const now = wallTime();
    if (nightlyHour === null || now === undefined) return false;
    return (
      now.minuteOfDay >= nightlyHour * MINUTES_PER_HOUR + ownMinute(store.identity()?.ledgerId ?? '') &&
      store.read.meta.get(keys.day) !== now.date
    );
  }

  return {
    schedule,
    setSchedule(tx, { nightlyHour, always }) {
      tx.write.meta.set(keys.hour, nightlyHour === null ? NO_HOUR : String(nightlyHour));
      tx.write.meta.set(keys.always, always ? 'yes' : 'no');
    },
    isDue,
    done(tx) {
      const now = wallTime();
      if (now === undefined || !isDue()) return;
      tx.write.meta.set(keys.day, now.date);
      tx.write.meta.set(keys.at, String(clock.now()));
    },
    lastAt() {
      const text = store.read.meta.get(keys.at);
      return text === undefined ? undefined : Number(text);
    },
  };
}

/** The minute of the hour that is this ledger's, always the same: a hundred locations do not come at once. */
function ownMinute(ledgerId: string): number {
  return Number.parseInt(ledgerId.slice(-2) || '0', 16) % MINUTES_PER_HOUR;
}
