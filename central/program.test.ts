import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
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
