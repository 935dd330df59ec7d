import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { GuardName } from '../../shared/redemption/guards.ts';
import type { FaultName } from './faults.ts';
import type { Simulated } from './simulate.ts';

export type SeedJob = {
  readonly seed: number;
  readonly faults?: readonly FaultName[] | undefined;
  readonly without?: GuardName | undefined;
  readonly steps?: number | undefined;
};

export type SeedResult = { readonly seed: number } & (
  | { readonly done: Simulated }
  | { readonly crashed: string }
);

/** Processes that simulate seeds side by side. A seed says the same in whichever of them it runs. */
export type SeedPool = {
  run(job: SeedJob): Promise<SeedResult>;
  close(): Promise<void>;
};

type Waiting = { readonly job: SeedJob; readonly resolve: (result: SeedResult) => void };

export function openSeedPool(processes: number): SeedPool {
  const waiting: Waiting[] = [];
  const idle: ChildProcess[] = [];
  const all = new Set<ChildProcess>();

  function start(): ChildProcess {
    // Nothing of the caller's own flags: a test runner's loader would be in the way.
    const child = fork(join(import.meta.dirname, 'seed-worker.ts'), {
      execArgv: [],
      serialization: 'advanced',
    });
    all.add(child);
    child.once('exit', () => all.delete(child));
    return child;
  }

  function next(child: ChildProcess): void {
    const one = waiting.shift();
    if (!one) {
      idle.push(child);
      return;
    }
    const { job, resolve } = one;
    const ended = (code: number | null, signal: string | null) => {
      resolve({ seed: job.seed, crashed: `its process ended with ${signal ?? code}` });
      next(start());
    };
    child.once('exit', ended);
    child.once('message', (result: SeedResult) => {
      child.off('exit', ended);
      resolve(result);
      next(child);
    });
    child.send(job);
  }

  for (let i = 0; i < processes; i++) next(start());
  return {
    run: (job) =>
      new Promise((resolve) => {
        waiting.push({ job, resolve });
        const free = idle.shift();
        if (free) next(free);
      }),
    async close() {
      waiting.length = 0;
      await Promise.all(
        [...all].map(async (child) => {
          const exited = once(child, 'exit');
          child.kill();
          await exited;
        }),
      );
    },
  };
}
