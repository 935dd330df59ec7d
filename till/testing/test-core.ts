import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Answer } from '../../shared/contracts/operation.ts';
import type { InputOf, OperationName, OutputOf } from '../../shared/contracts/operations.ts';
import { type Core, createCore } from '../core.ts';
import type { CentreTransport, CorePorts, KeyName, KeyRotation } from '../ports.ts';
import { fileAnchorStore } from '../system-ports.ts';

/** A real core on a real encrypted ledger in a throwaway folder, with a clock that tests set. */
export type TestTill = {
  readonly core: Core;
  readonly ports: CorePorts;
  readonly clock: TestClock;
  readonly dataDir: string;
  readonly keys: Map<KeyName, Uint8Array>;
  call<N extends OperationName>(name: N, input: InputOf<N>, session?: string): Promise<Answer<OutputOf<N>>>;
  /** The value, or a test failure that says the refusal. */
  ok<N extends OperationName>(name: N, input: InputOf<N>, session?: string): Promise<OutputOf<N>>;
  /** Closes the core and opens another on the same ledger. */
  reopen(ports?: Partial<CorePorts>): Promise<TestTill>;
  close(): Promise<void>;
};

export type TestClock = { nowMs: number; monotonic: number; now(): number; monotonicMs(): number };

/** Tuesday, 24 November 2026, 10:00 in Berlin. */
export const TEST_NOW = Date.UTC(2026, 10, 24, 9, 0, 0);
export const ADMIN_PIN = '482913';

/** The cheapest PIN hash that scrypt allows: tests of other things should not wait for it. */
const CHEAP_PIN_COST = 4;

export function testClock(nowMs = TEST_NOW): TestClock {
  return {
    nowMs,
    monotonic: 0,
    now() {
      return this.nowMs;
    },
    monotonicMs() {
      return this.monotonic;
    },
  };
}

/** Memory where the system has it: throwaway ledgers need no disk. */
export function throwawayFolder(prefix: string): string {
  return mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), `counterfoil-${prefix}-`));
}

const noCentre: CentreTransport = { request: () => Promise.reject(new Error('no network')) };

export async function openTestTill(
  options: Partial<CorePorts> & { readonly folder?: string; readonly clock?: TestClock } = {},
): Promise<TestTill> {
  const folder = options.folder ?? throwawayFolder('till');
  const dataDir = options.dataDir ?? folder;
  const clock = options.clock ?? testClock();
  const keys = new Map<KeyName, Uint8Array>();
  const ports: CorePorts = {
    clock,
    random: { bytes: (count) => randomBytes(count) },
    keys: {
      load: async (name) => ({ ok: true, value: keys.get(name) }),
      async save(name, key) {
        keys.set(name, Uint8Array.from(key));
        return { ok: true, value: undefined };
      },
      rotation: rotationOf(keys),
    },
    anchor: fileAnchorStore(`${folder}-outside`),
    centre: noCentre,
    logger: { info() {}, warn() {}, error: (message, fields) => console.error(message, fields) },
    dataDir,
    host: 'web',
    version: '0.0.0',
    demo: false,
    pinCost: CHEAP_PIN_COST,
    ...options,
  };
  return startTill(ports, clock, folder, keys);
}

function rotationOf(keys: Map<KeyName, Uint8Array>): KeyRotation {
  const retired: Uint8Array[] = [];
  return {
    async promote() {
      const before = keys.get('ledger');
      const next = keys.get('next');
      if (before) retired.unshift(before);
      if (next) keys.set('ledger', next);
      keys.delete('next');
      return { ok: true, value: undefined };
    },
    async discardNext() {
      keys.delete('next');
      return { ok: true, value: undefined };
    },
    retired: async () => ({ ok: true, value: retired }),
  };
}

async function startTill(
  ports: CorePorts,
  clock: TestClock,
  folder: string,
  keys: Map<KeyName, Uint8Array>,
): Promise<TestTill> {
  const core = await createCore(ports);
  const call: TestTill['call'] = (name, input, session) =>
    // The core parsed the input by the operation's own schema; its answer has that operation's output.
    core.call(name, input, session === undefined ? {} : { session }) as Promise<Answer<never>>;
  return {
    core,
    ports,
    clock,
    dataDir: ports.dataDir,
    keys,
    call,
    async ok(name, input, session) {
      const answer = await call(name, input, session);
      if (!answer.ok) throw new Error(`${name} was refused: ${JSON.stringify(answer.error)}`);
      return answer.value;
    },
    async reopen(changed = {}) {
      await core.close();
      const again = { ...ports, anchor: fileAnchorStore(`${folder}-outside`), ...changed };
      return startTill(again, clock, folder, keys);
    },
    async close() {
      await core.close();
      for (const path of [folder, `${folder}-outside.anchor-a`, `${folder}-outside.anchor-b`]) {
        rmSync(path, { recursive: true, force: true });
      }
    },
  };
}

/** A till after its first run, with its admin signed in. */
export async function openShop(
  options: Parameters<typeof openTestTill>[0] = {},
): Promise<TestTill & { readonly session: string; readonly adminId: string }> {
  const till = await openTestTill(options);
  const { adminId } = await till.ok('setup.create', {
    locationName: 'Corner Shop',
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    language: 'en',
    adminName: 'Ada',
    adminPin: ADMIN_PIN,
  });
  const { session } = await till.ok('session.signIn', { operatorId: adminId, pin: ADMIN_PIN });
  return { ...till, session, adminId };
}
