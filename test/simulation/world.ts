import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { assert } from '../../shared/kernel/assert.ts';
import type { Guards } from '../../shared/redemption/guards.ts';
import type { CentreRequest, CentreResponse } from '../../till/ports.ts';
import type { Books } from './books.ts';
import type { FaultName, FaultRates } from './faults.ts';
import { createNetwork, type Network } from './network.ts';
import { type Prng, prng } from './prng.ts';
import { type CentreStore, type SimCentre, startCentre } from './sim-centre.ts';
import { type Backup, createTill, type Machine, newMachine } from './sim-till.ts';
import { createTrace, type Trace } from './trace.ts';
import { createTruth, type Device, type TrueOffer, type Truth } from './truth.ts';

/** Tuesday, 24 November 2026, 10:00 in Berlin. */
const START_MS = Date.UTC(2026, 10, 24, 9, 0, 0);
export const CENTRE_URL = 'http://centre.simulation';

/** One seed: the centre, the machines, the lines between them, and what really happened. */
export type World = {
  readonly seed: number;
  readonly prng: Prng;
  readonly rates: FaultRates;
  readonly trace: Trace;
  readonly truth: Truth;
  readonly centre: SimCentre;
  readonly network: Network;
  readonly counts: Counts;
  readonly backups: Map<string, Backup[]>;
  /** Baskets that were judged and not confirmed, by machine. */
  readonly openBaskets: Map<string, string[]>;
  readonly webHolds: string[];
  /** What the web shop sold: it gives the centre its orders again after a restore. */
  readonly webOrders: WebOrder[];
  /** The revision of the centre that a check has seen last. */
  readonly checked: {
    rights: number;
    books: Books | undefined;
    /** What each lease claimed when the books were read last. */
    readonly claims: Map<string, number>;
    readonly ledgers: Map<string, string>;
  };
  /** Its codes serve once each. */
  singleUse: TrueOffer | undefined;
  step: number;
  now(): number;
  passTime(ms: number): void;
  happened(fault: FaultName, name: string): void;
  addMachine(machine?: Machine): Promise<Device>;
  liveDevices(): Device[];
  /** A sync is between two of its messages: set by a fault that must strike there. */
  betweenMessages: (() => Promise<void>) | undefined;
  close(): Promise<void>;
};

export type WebOrder = {
  readonly redemptionId: string;
  /** What the centre answered. */
  readonly answer: Record<string, unknown>;
  voided: boolean;
  /** Of the two that were bought. */
  unitsBack: number;
};

export type Counts = {
  operations: number;
  redemptions: number;
  refusals: number;
  incidents: number;
  readonly faults: Partial<Record<FaultName, number>>;
};

export type WorldOptions = {
  readonly seed: number;
  readonly rates: FaultRates;
  readonly store: CentreStore;
  readonly guards?: Guards | undefined;
  readonly print?: ((line: string) => void) | undefined;
};

export async function createWorld({ seed, rates, store, guards, print }: WorldOptions): Promise<World> {
  const source = prng(seed, 'world');
  const trace = createTrace(print);
  const truth = createTruth();
  const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'counterfoil-sim-'));
  const counts: Counts = { operations: 0, redemptions: 0, refusals: 0, incidents: 0, faults: {} };
  let nowMs = START_MS;
  const centreIds = source.fork('ids of the centre');
  const centre = await startCentre(store, {
    now: () => nowMs,
    guards,
    cannotWait: true,
    randomBytes: (count) => centreIds.bytes(count),
  });

  const happened = (fault: FaultName, name: string) => {
    counts.faults[fault] = (counts.faults[fault] ?? 0) + 1;
    trace.add(`  ! ${fault} ${name}`);
  };
  const network = createNetwork({
    prng: source.fork('network'),
    rates,
    happened,
    deliver: (request) => deliver(centre, request),
    async meanwhile() {
      const strike = world.betweenMessages;
      world.betweenMessages = undefined;
      await strike?.();
      return strike !== undefined;
    },
  });
  const tills = {
    prng: source,
    now: () => nowMs,
    transportFor: (name: string) => network.transportFor(name),
    root,
    guards,
    log: (line: string) => trace.add(`  ${line}`),
  };

  const world: World = {
    seed,
    prng: source.fork('actions'),
    rates,
    trace,
    truth,
    centre,
    network,
    counts,
    backups: new Map(),
    openBaskets: new Map(),
    webHolds: [],
    webOrders: [],
    checked: { rights: -1, books: undefined, claims: new Map(), ledgers: new Map() },
    singleUse: undefined,
    step: 0,
    now: () => nowMs,
    passTime: (ms) => {
      nowMs += ms;
    },
    happened,
    async addMachine(given) {
      const machine = given ?? newMachine(root, `Shop ${truth.devices.size + 1}`);
      assert(!truth.devices.has(machine.name), 'machines have names of their own');
      const device: Device = {
        till: createTill(tills, machine),
        machine,
        seenSeq: 0,
        seenVoidSeq: 0,
        isCopy: given !== undefined,
        twice: new Map(),
        twiceMinor: new Map(),
        leaseTotals: new Map(),
        absorbed: '',
        checked: { durability: '', acked: { revision: '', opened: '', seq: 0 } },
        enrolled: given !== undefined,
        destroyed: false,
        givenUp: false,
      };
      truth.devices.set(machine.name, device);
      await device.till.open();
      const status = await device.till.call('app.status', {});
      if (status !== 'killed' && status.ok && status.value.phase === 'ready')
        device.locationId = status.value.location.id;
      return device;
    },
    liveDevices: () => [...truth.devices.values()].filter((device) => !device.destroyed),
    betweenMessages: undefined,
    async close() {
      for (const device of truth.devices.values()) if (device.till.isOpen) await device.till.shutDown();
      await centre.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
  return world;
}

async function deliver(centre: SimCentre, request: CentreRequest): Promise<CentreResponse> {
  const { pathname, search } = new URL(request.url);
  const answer = await centre.inject({
    method: request.method,
    url: pathname + search,
    headers: { ...request.headers },
    ...(request.body === undefined ? {} : { payload: Buffer.from(request.body) }),
  });
  // The till's own transport unpacks what it asked for, as fetch does.
  const isPacked = answer.headers['content-encoding'] === 'gzip';
  return {
    status: answer.statusCode,
    headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
    body: isPacked ? gunzipSync(answer.rawPayload) : answer.rawPayload,
  };
}
