import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Answer } from '../../../shared/contracts/operation.ts';
import type { InputOf, OperationName, OutputOf } from '../../../shared/contracts/operations.ts';
import { coreLimits } from '../../../till/worker/limits.ts';

export type TillOrder =
  | { readonly do: 'open' | 'close' | 'memory' }
  | {
      readonly do: 'call';
      readonly name: string;
      readonly input: unknown;
      readonly session?: string | undefined;
    }
  | { readonly do: 'redeem'; readonly codes: readonly string[]; readonly session: string };

export const ADMIN_PIN = '482913';
export const ADMIN_KEY = 'cfk_process_admin_key_0123456789';
const START_MS = 60_000;

export type TillProcess = {
  /** Redemptions that a cashier was shown, with their codes, over all lives of this till. */
  readonly shown: Map<string, string>;
  readonly session: () => string;
  tell<T>(order: TillOrder): Promise<T>;
  ok<N extends OperationName>(name: N, input: InputOf<N>): Promise<OutputOf<N>>;
  kill(): Promise<void>;
  /** Starts it again on the same ledger and signs in. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** A till in a process of its own, from its sources or as one bundled file; its ledger, key and anchor are in the folder. */
export async function startTill(
  folder: string,
  locationName: string,
  program = path.join(import.meta.dirname, 'till.ts'),
): Promise<TillProcess> {
  mkdirSync(path.join(folder, 'data'), { recursive: true });
  const shown = new Map<string, string>();
  let child: ChildProcess | undefined;
  let session = '';
  let adminId: string | undefined;
  let nextId = 0;
  const open = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();

  function begin(): ChildProcess {
    const started = fork(program, [folder], {
      // As much memory for young objects as a host gives its core: three half-spaces.
      execArgv: [`--max-semi-space-size=${coreLimits.maxYoungGenerationSizeMb / 3}`],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    if (started.stdout)
      createInterface({ input: started.stdout }).on('line', (line) => {
        const [what, id, code] = line.split(' ');
        if (what === 'redeemed' && id !== undefined && code !== undefined) shown.set(id, code);
      });
    started.on('message', (message: { id: number; value?: never; error?: string } | 'ready') => {
      if (message === 'ready') return;
      const waiting = open.get(message.id);
      open.delete(message.id);
      if (message.error === undefined) waiting?.resolve(message.value as never);
      else waiting?.reject(new Error(message.error));
    });
    started.on('exit', () => {
      for (const { reject } of open.values()) reject(new Error('the till was killed'));
      open.clear();
    });
    return started;
  }

  const till: TillProcess = {
    shown,
    session: () => session,
    tell: (order) =>
      new Promise((resolve, reject) => {
        if (child?.connected !== true) return reject(new Error('the till does not run'));
        nextId += 1;
        open.set(nextId, { resolve, reject });
        child.send({ id: nextId, order });
      }),
    async ok(name, input) {
      const answer = await till.tell<Answer<never>>({ do: 'call', name, input, session });
      if (!answer.ok) throw new Error(`${name} was refused: ${JSON.stringify(answer.error)}`);
      return answer.value;
    },
    async kill() {
      const gone = child && once(child, 'exit');
      child?.kill('SIGKILL');
      await gone;
    },
    async start() {
      child = begin();
      await once(child, 'message');
      await till.tell({ do: 'open' });
      if (adminId !== undefined)
        ({ session } = await till.ok('session.signIn', { operatorId: adminId, pin: ADMIN_PIN }));
    },
    async stop() {
      await till.tell({ do: 'close' });
      const gone = child && once(child, 'exit');
      child?.disconnect();
      await gone;
    },
  };
  await till.start();
  ({ adminId } = await till.ok('setup.create', {
    locationName,
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    language: 'en',
    adminName: 'Ada',
    adminPin: ADMIN_PIN,
  }));
  ({ session } = await till.ok('session.signIn', { operatorId: adminId, pin: ADMIN_PIN }));
  return till;
}

export type CentreProcess = {
  readonly url: string;
  // Answers of many shapes; whoever asks knows which.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  call(method: 'GET' | 'POST', target: string, body?: unknown): Promise<{ status: number; body: any }>;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** The centre in a process of its own, on a PostgreSQL, always at the same port. */
export async function startCentre(folder: string, databaseUrl: string): Promise<CentreProcess> {
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  let child: ChildProcess | undefined;
  let url = '';
  let port = '0';

  async function start(): Promise<void> {
    const started = spawn(process.execPath, [path.join(import.meta.dirname, '../../../central/main.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        COUNTERFOIL_ADMIN_KEY: ADMIN_KEY,
        COUNTERFOIL_DATA: folder,
        COUNTERFOIL_PORT: port,
        COUNTERFOIL_LOG_LEVEL: 'error',
      },
    });
    child = started;
    const address = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the centre does not start')), START_MS);
      started.on('exit', (code) => reject(new Error(`the centre ended with ${code}`)));
      createInterface({ input: started.stdout }).on('line', (line) => {
        const found = / on (http:\S+)$/.exec(line)?.[1];
        if (found === undefined) return void (line.startsWith('{') && console.error(line));
        clearTimeout(timer);
        resolve(found);
      });
    });
    url = address;
    port = new URL(address).port;
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  await start();
  return {
    get url() {
      return url;
    },
    async call(method, target, body) {
      const response = await fetch(url + target, {
        method,
        headers: {
          authorization: `Bearer ${ADMIN_KEY}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
    },
    kill: () => end('SIGKILL'),
    start,
    stop: () => end('SIGTERM'),
  };
}
