import { describe, expect, it } from 'vitest';
import { ok } from '../shared/kernel/result.ts';
import { createPushes } from './pushes.ts';
import { createWorks } from './works.ts';

describe('work that a window watches', () => {
  const workId = '0190c000-0000-7000-8000-000000000001';

  it('tells how far it is, not more often than anybody can see', async () => {
    let now = 0;
    const pushes = createPushes();
    const told: unknown[] = [];
    pushes.subscribe((push) => told.push(push));
    const works = createWorks(pushes, { monotonicMs: () => now });
    const outcome = await works.run(workId, async (step) => {
      for (let done = 1; done <= 10; done++) {
        now += 50;
        await step(done, 10);
      }
      return ok('whole');
    });
    expect(outcome).toEqual(ok('whole'));
    expect(told).toEqual([3, 6, 9].map((done) => ({ topic: 'work.step', workId, done, outOf: 10 })));
  });

  it('ends at its next step when it is cancelled, and may be begun again under the same name', async () => {
    const works = createWorks(createPushes(), { monotonicMs: () => 0 });
    let steps = 0;
    const work = () =>
      works.run(workId, async (step) => {
        for (steps = 0; steps < 5; steps++) await step(steps, 5);
        return ok(steps);
      });
    const first = work();
    works.cancel(workId);
    expect(await first).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(steps).toBe(0);
    expect(await work()).toEqual(ok(5));
  });

  it('asks nobody without a name, and passes other failures on', async () => {
    const works = createWorks(createPushes(), { monotonicMs: () => 0 });
    const unnamed = works.run(undefined, async (step) => {
      await step(1, 2);
      return ok(1);
    });
    expect(await unnamed).toEqual(ok(1));
    await expect(works.run(workId, () => Promise.reject(new Error('disk')))).rejects.toThrow('disk');
  });
});
