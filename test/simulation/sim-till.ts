import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from '../../shared/contracts/operation.ts';
import type { InputOf, OperationName, OutputOf } from '../../shared/contracts/operations.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { MINUTE_MS } from '../../shared/kernel/instant.ts';
import type { Guards } from '../../shared/redemption/guards.ts';
import { type Core, createCore } from '../../till/core.ts';
import type { AnchorSlot, CentreTransport, CorePorts, KeyName } from '../../till/ports.ts';
import { copyLedger } from './files.ts';
import { holdsLedger, type LedgerView, viewLedger } from './ledger-view.ts';
import type { Prng } from './prng.ts';

/** One machine with a ledger: its folder, its keys, what lies outside the folder, and its own clock. */
export type Machine = {
  readonly name: string;
  readonly folder: string;
  readonly keys: Map<KeyName, Uint8Array>;
  anchor: Anchor;
  clockOffsetMs: number;
};

type Anchor = Readonly<Record<AnchorSlot, Uint8Array | undefined>>;

export type SimTill = {
  readonly machine: Machine;
  readonly isOpen: boolean;
  readonly view: LedgerView;
  /** Another one whenever the ledger may say something else than before. */
  revision(): string;
  open(): Promise<void>;
  call<N extends OperationName>(name: N, input: InputOf<N>): Promise<Answer<OutputOf<N>> | 'killed'>;
  /** The next commit does not come, or is the last thing that the process does. */
  armKill(when: 'before_commit' | 'after_commit'): void;
  disarm(): void;
  /** Runs what waits on timers, as often. */
  tick(times: number): void;
  /** The process ends; its files stay as they are. */
  kill(options?: { readonly withoutWal?: boolean; readonly powerLost?: boolean }): Promise<void>;
  shutDown(): Promise<void>;
  backup(): Backup;
  restore(backup: Backup): Promise<void>;
  twin(name: string): Machine;
  dataDir(): string;
  /** The files of a ledger are there. */
  hasLedger(): boolean;
  /** The newest event in the files, while the process does not run. */
  headOnDisk(): number;
};

export type Backup = { readonly folder: string; readonly headSeq: number; readonly incarnation: number };

export type TillWorld = {
  readonly prng: Prng;
  now(): number;
  transportFor(name: string): CentreTransport;
  readonly root: string;
  readonly log?: ((line: string) => void) | undefined;
  readonly guards?: Guards | undefined;
};

/** The cheapest PIN hash that scrypt allows: nobody attacks this one. */
const CHEAP_PIN_COST = 4;
const PIN = '482913';
/** Work that comes round less often is not the simulation's. */
const MAX_TIMER_MS = MINUTE_MS;

class ProcessKilled extends Error {
  override readonly name = 'ProcessKilled';
}

// Work that nobody waits for, like a sync that a check began, dies with its process as well.
process.on('unhandledRejection', (reason) => {
  if (!(reason instanceof ProcessKilled)) throw reason;
});

/** A life of the process on this machine; when it is dead, nothing that it still does reaches the world. */
type Life = { core: Core; dead: boolean; session: string; dir: string; timers: Set<() => void> };

export function createTill(world: TillWorld, machine: Machine, generation = { number: 0 }): SimTill {
  const random = world.prng.fork(`ids of ${machine.name}`);
  let life: Life | undefined;
  let view: LedgerView | undefined;
  let armed: 'before_commit' | 'after_commit' | undefined;
  let flushed: Anchor = machine.anchor;
  let backups = 0;
  let opens = 0;
  let dir = join(machine.folder, `data-${generation.number}`);

  const nextDir = () => join(machine.folder, `data-${++generation.number}`);

  /** The disk at this very moment becomes the machine's; the process goes on into nothing. */
  function die(withoutWal = false): void {
    const to = nextDir();
    copyLedger(dir, to, { withoutWal });
    if (life) life.dead = true;
    dir = to;
    armed = undefined;
  }

  function portsFor(own: Life): CorePorts {
    const centre = world.transportFor(machine.name);
    const ports: CorePorts = {
      clock: {
        now: () => world.now() + machine.clockOffsetMs,
        monotonicMs: () => world.now(),
      },
      random: {
        bytes(count) {
          if (armed === 'before_commit' && !own.dead) {
            die();
            throw new ProcessKilled('before its commit');
          }
          return random.bytes(count);
        },
      },
      keys: {
        load: async (name) => ({ ok: true, value: machine.keys.get(name) }),
        async save(name, key) {
          machine.keys.set(name, Uint8Array.from(key));
          return { ok: true, value: undefined };
        },
      },
      anchor: {
        read: (slot) => machine.anchor[slot],
        write(slot, bytes) {
          if (own.dead) return;
          machine.anchor = { ...machine.anchor, [slot]: Uint8Array.from(bytes) };
          if (armed === 'after_commit') {
            die();
            throw new ProcessKilled('after its commit');
          }
        },
        flush() {
          if (!own.dead) flushed = machine.anchor;
        },
        close() {},
      },
      centre: {
        request: (request) => (own.dead ? Promise.reject(new Error('dead')) : centre.request(request)),
      },
      timers: {
        every(ms, work) {
          // Daily backups copy in a thread of their own, which no seed replays; the simulation takes its own.
          if (ms > MAX_TIMER_MS) return () => {};
          own.timers.add(work);
          return () => void own.timers.delete(work);
        },
        // Sync is asked for by the simulation itself.
        after: () => () => {},
      },
      logger: {
        info() {},
        warn: (message, fields) => world.log?.(`${machine.name} warns: ${message} ${JSON.stringify(fields)}`),
        error: (message, fields) =>
          world.log?.(`${machine.name} error: ${message} ${JSON.stringify(fields)}`),
      },
      dataDir: dir,
      host: 'web',
      version: '0.0.0',
      demo: false,
      pinCost: CHEAP_PIN_COST,
    };
    return world.guards ? { ...ports, guards: world.guards } : ports;
  }

  async function endLife(): Promise<void> {
    const own = life;
    life = undefined;
    view?.close();
    view = undefined;
    if (!own) return;
    await own.core.close();
    if (own.dead) rmSync(own.dir, { recursive: true, force: true });
  }

  async function signIn(own: Life): Promise<void> {
    const [operator] = self.view.reads.operators.all();
    const signedIn = await self.call('session.signIn', { operatorId: operator?.id ?? '', pin: PIN });
    if (signedIn === 'killed') return;
    if (!signedIn.ok) throw new Error(`${machine.name}: nobody can sign in: ${JSON.stringify(signedIn)}`);
    own.session = signedIn.value.session;
  }

  /** A check that finds a code elsewhere begins a round that no caller waits for: here it ends with its step. */
  async function untilSynced(own: Life): Promise<void> {
    for (;;) {
      if (own.dead) return;
      const status = await own.core.call('sync.status', {}, { session: own.session });
      if (!status.ok || !(status.value as OutputOf<'sync.status'>).running) return;
      await new Promise((resume) => setImmediate(resume));
    }
  }

  const self: SimTill = {
    machine,
    get isOpen() {
      return life !== undefined && !life.dead;
    },
    get view() {
      assert(view, `${machine.name} is open`);
      return view;
    },
    revision: () => `${opens}.${view?.dataVersion()}`,
    dataDir: () => dir,
    headOnDisk() {
      const key = machine.keys.get('ledger');
      assert(key && !life, 'a ledger that nobody has open');
      const files = viewLedger(dir, key);
      const { seq } = files.head();
      files.close();
      return seq;
    },
    hasLedger() {
      const key = machine.keys.get('ledger');
      return key !== undefined && holdsLedger(dir, key);
    },

    async open() {
      // It may have died while nobody was waiting for an answer.
      if (life?.dead) await endLife();
      assert(!life, 'one process for a ledger');
      armed = undefined;
      mkdirSync(dir, { recursive: true });
      const own = { dead: false, session: '', dir, timers: new Set<() => void>() } as Life;
      own.core = await createCore(portsFor(own));
      life = own;
      const status = await self.call('app.status', {});
      if (status === 'killed' || !status.ok) throw new Error(`${machine.name} does not start`);
      if (status.value.phase === 'setup') {
        const made = await self.call('setup.create', {
          locationName: machine.name,
          currency: 'EUR',
          timeZone: 'Europe/Berlin',
          language: 'en',
          adminName: 'Ada',
          adminPin: PIN,
        });
        if (made === 'killed' || !made.ok) throw new Error(`${machine.name}: ${JSON.stringify(made)}`);
      }
      const key = machine.keys.get('ledger');
      assert(key, 'an open ledger has a key');
      view = viewLedger(dir, key);
      opens++;
      await signIn(own);
    },

    async call(name, input) {
      const own = life;
      assert(own && !own.dead, `${machine.name} is closed`);
      const caller = own.session === '' ? {} : { session: own.session };
      const answer = await own.core.call(name, input, caller);
      await untilSynced(own);
      if (own.dead) {
        await endLife();
        return 'killed';
      }
      // A session ends by itself when nobody touches the till for long: somebody enters a PIN again.
      if (!answer.ok && answer.error.code === 'not_signed_in' && own.session !== '') {
        own.session = '';
        await signIn(own);
        return own.dead ? 'killed' : self.call(name, input);
      }
      // The core answers with the output of the operation that was called.
      return answer as Answer<never>;
    },

    armKill: (when) => {
      armed = when;
    },
    disarm: () => {
      armed = undefined;
    },
    tick(times) {
      for (let i = 0; i < times; i++) for (const work of life?.timers ?? []) work();
    },

    async kill({ withoutWal = false, powerLost = false } = {}) {
      die(withoutWal);
      if (powerLost) machine.anchor = flushed;
      await endLife();
    },
    shutDown: endLife,

    backup() {
      const folder = join(machine.folder, `backup-${++backups}`);
      copyLedger(dir, folder);
      return { folder, headSeq: self.view.head().seq, incarnation: self.view.identity()?.incarnation ?? 0 };
    },
    async restore(backup) {
      await endLife();
      dir = nextDir();
      copyLedger(backup.folder, dir);
    },
    twin(name) {
      const folder = join(world.root, name);
      copyLedger(dir, join(folder, 'data-0'));
      return {
        name,
        folder,
        keys: new Map(machine.keys),
        anchor: machine.anchor,
        clockOffsetMs: machine.clockOffsetMs,
      };
    },
  };
  return self;
}

export function newMachine(root: string, name: string): Machine {
  return {
    name,
    folder: join(root, name),
    keys: new Map(),
    anchor: { a: undefined, b: undefined },
    clockOffsetMs: 0,
  };
}
