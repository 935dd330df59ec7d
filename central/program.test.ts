import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CODES_PER_STEP } from './batches/make-codes.ts';
import { type CentreProgram, startCentre } from './testing/centre-program.ts';
import { postgresPrograms, startPostgres } from './testing/postgres-cluster.ts';
import { testableStores } from './testing/test-centre.ts';

const WAIT_MS = 60_000;

async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + WAIT_MS;
  while (Date.now() < end) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new Error('it did not come about');
}

/** Takes events with a valid signature; silent until it `answers`. Coupons by the id of the event. */
async function startReceiver() {
  const receiver = {
    url: '',
    secret: '',
    answers: false,
    heard: new Map<string, string>(),
    told: new Map<string, string>(),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  const server = createServer((request, reply) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const headers = request.headers as Record<string, string>;
      const event = new Webhook(receiver.secret).verify(body, headers) as { data: { coupon_id: string } };
      const id = headers['webhook-id'] ?? '';
      receiver.heard.set(id, event.data.coupon_id);
      if (!receiver.answers) return;
      receiver.told.set(id, event.data.coupon_id);
      reply.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return receiver;
}

/** As if the time had passed that others wait for a process that may still live. */
async function letClaimsEnd(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query("UPDATE jobs SET claimed_until = 0 WHERE state = 'running'");
  await client.query('UPDATE webhook_deliveries SET next_at = 0');
  await client.end();
}

describe.each(testableStores())('a centre on %s', (kind) => {
  let data: string;
  let cluster: ReturnType<typeof startPostgres> | undefined;
  let program: CentreProgram | undefined;
  beforeEach(() => {
    data = mkdtempSync(path.join(tmpdir(), 'counterfoil-killed-'));
    const programs = kind === 'postgresql' ? postgresPrograms() : undefined;
    cluster = programs === undefined ? undefined : startPostgres(programs);
  }, 60_000);
  afterEach(async () => {
    await program?.kill('SIGKILL');
    cluster?.stop();
    rmSync(data, { recursive: true, force: true });
  });
  async function start(): Promise<CentreProgram> {
    program = await startCentre({
      data,
      databaseUrl: cluster?.url,
      env: { COUNTERFOIL_WEBHOOK_ALLOW_PRIVATE: 'true' },
    });
    return program;
  }

  it('that is killed goes on with a batch where it was, and loses no event', async () => {
    const receiver = await startReceiver();
    try {
      let centre = await start();
      const made = await centre.post('/api/webhooks', { url: receiver.url, events: ['coupon.created'] });
      receiver.secret = made?.body.secret;
      const ids: string[] = [];
      const createCoupons = async () => {
        const answers = await Promise.all(
          Array.from({ length: 10 }, () => centre.post('/api/coupons', { discount_value: 10 })),
        );
        ids.push(...answers.map((answer) => answer?.body.id));
      };
      // Of the first ones the receiver has heard, and says nothing; nobody has been told of the others.
      await createCoupons();
      await until(async () => (receiver.heard.size > 0 ? true : undefined));
      const count = 40_000;
      const asked = await centre.post('/api/coupons/bulk', { name: 'Many', discount_value: 10, count });
      const job = async () => (await centre.get(`/api/jobs/${asked?.body.id}`))?.body;
      const reached = await until(async () => (await job()).done || undefined);
      await createCoupons();
      await centre.kill('SIGKILL');
      const unanswered = new Map(receiver.heard);
      receiver.answers = true;
      if (cluster !== undefined) await letClaimsEnd(cluster.url);
      centre = await start();

      const { done } = await job();
      expect(done).toBeGreaterThanOrEqual(reached);
      expect(done).toBeLessThan(count);
      const ended = await until(async () => {
        const now = await job();
        return now.state === 'done' ? now : undefined;
      });
      const csv = await centre.get(`/api/batches/${ended.batch_id}/codes.csv`);
      const codes = String(csv?.body).trimEnd().split('\r\n').slice(1);
      expect(new Set(codes.map((line) => line.split(',')[1])).size).toBe(count);

      await until(async () => (receiver.told.size >= ids.length ? true : undefined));
      expect(new Set(receiver.told.values())).toEqual(new Set(ids));
      // The same event is told again under the id that it had.
      for (const [id, coupon] of unanswered) expect(receiver.told.get(id)).toBe(coupon);
    } finally {
      receiver.close();
    }
  }, 120_000);

  it('that is asked to stop finishes what it does, and is not ready meanwhile', async () => {
    const centre = await start();
    expect((await centre.get('/readyz'))?.status).toBe(200);
    const asked = await centre.post('/api/coupons/bulk', {
      name: 'Many',
      discount_value: 10,
      count: 60_000,
    });
    await until(async () =>
      (await centre.get(`/api/jobs/${asked?.body.id}`))?.body.done > 0 ? true : undefined,
    );
    const calls = Array.from({ length: 40 }, () => centre.post('/api/coupons', { discount_value: 10 }));
    await new Promise((resume) => setTimeout(resume, 20));
    await centre.kill('SIGTERM');
    expect(centre.child.exitCode, centre.output()).toBe(0);
    const answers = await Promise.all(calls);
    const made = answers.filter((answer) => answer?.status === 201).length;
    // Whoever was let in got an answer; whoever came later was told so, or not let in.
    expect(answers.every((answer) => answer === undefined || [201, 503].includes(answer.status))).toBe(true);
    const again = await start();
    const job = (await again.get(`/api/jobs/${asked?.body.id}`))?.body;
    expect(job.done % CODES_PER_STEP).toBe(0);
    // Handed back: it goes on at once, without waiting for a claim to end.
    await until(async () =>
      (await again.get(`/api/jobs/${job.id}`))?.body.done > job.done ? true : undefined,
    );
    const coupons = (await again.get('/api/coupons?status=live&limit=200'))?.body.coupons;
    expect(
      coupons.filter((one: { batch_id: string | null }) => one.batch_id === null).length,
    ).toBeGreaterThanOrEqual(Math.min(made, 1));
  }, 120_000);
});
