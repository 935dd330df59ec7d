import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as send } from 'node:http';
import path from 'node:path';
import type { TestAnswer } from './test-centre.ts';

const MAIN = path.join(import.meta.dirname, '..', 'main.ts');
const START_MS = 90_000;
export const PROGRAM_KEY = 'cfk_an_admin_key_of_the_test_0123';

/** The centre as its own process, which may be killed. */
export type CentreProgram = {
  readonly child: ChildProcess;
  readonly url: string;
  /** What it wrote so far. */
  output(): string;
  /** Answers `undefined` where the process ended before it had answered. */
  post(target: string, body: unknown, headers?: Record<string, string>): Promise<TestAnswer | undefined>;
  get(target: string): Promise<TestAnswer | undefined>;
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
};

export async function startCentre(where: {
  readonly data: string;
  readonly databaseUrl?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
}): Promise<CentreProgram> {
  const child = spawn(process.execPath, [MAIN, '--port', '0', '--data', where.data], {
    env: {
      PATH: process.env.PATH ?? '',
      COUNTERFOIL_ADMIN_KEY: PROGRAM_KEY,
      COUNTERFOIL_LOG_LEVEL: 'error',
      ...where.env,
      ...(where.databaseUrl === undefined ? {} : { DATABASE_URL: where.databaseUrl }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      text += chunk;
    });
  const ended = once(child, 'close');
  const url = await started(child, () => text);
  // As many connections as callers: each waits for its own answer.
  const agent = new Agent({ keepAlive: true });
  const call = (method: string, target: string, body: unknown, headers: Record<string, string>) =>
    callOnce(agent, new URL(target, url), method, body, headers);
  return {
    child,
    url,
    output: () => text,
    post: (target, body, headers = {}) => call('POST', target, body, headers),
    get: (target) => call('GET', target, undefined, {}),
    async kill(signal) {
      child.kill(signal);
      await ended;
      agent.destroy();
    },
  };
}

async function started(child: ChildProcess, output: () => string): Promise<string> {
  const until = Date.now() + START_MS;
  while (Date.now() < until) {
    const match = /Counterfoil centre \S+ on (http:\S+)/.exec(output());
    if (match?.[1] !== undefined) return match[1];
    if (child.exitCode !== null) break;
    await new Promise((resume) => setTimeout(resume, 20));
  }
  child.kill('SIGKILL');
  throw new Error(`not started: ${output()}`);
}

function callOnce(
  agent: Agent,
  { hostname, port, pathname, search }: URL,
  method: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<TestAnswer | undefined> {
  const text = body === undefined ? '' : JSON.stringify(body);
  return new Promise((resolve) => {
    const request = send(
      {
        agent,
        hostname,
        port,
        path: pathname + search,
        method,
        headers: {
          authorization: `Bearer ${PROGRAM_KEY}`,
          ...(text === ''
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', () => resolve(undefined));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = response.headers['content-type']?.includes('json') === true;
          resolve({
            status: response.statusCode ?? 0,
            body: isJson ? JSON.parse(text) : text,
            headers: response.headers,
          });
        });
        // Cut off in the middle of an answer.
        response.on('aborted', () => resolve(undefined));
      },
    );
    request.on('error', () => resolve(undefined));
    request.end(text);
  });
}
