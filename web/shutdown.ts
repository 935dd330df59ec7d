/** Closing the ledger takes milliseconds; a process that still runs after this hangs. */
const SHUTDOWN_MS = 10_000;

export type Shutdown = {
  /** Steps are taken in the order in which they were added. */
  add(step: () => Promise<void>): void;
  stop(exitCode: number): Promise<void>;
  isStopping(): boolean;
};

/** Listens for signals from the start on: one that comes while the till opens must close what is open already. */
export function listenForShutdown(): Shutdown {
  const steps: (() => Promise<void>)[] = [];
  let stopping = false;

  async function stop(exitCode: number): Promise<void> {
    // Ctrl+C often arrives twice, from the terminal and from npm.
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      console.error('Counterfoil did not stop in time and was ended. The ledger is safe.');
      process.exit(1);
    }, SHUTDOWN_MS).unref();
    for (const step of steps) await step();
    process.exit(exitCode);
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));
  return { add: (step) => steps.push(step), stop, isStopping: () => stopping };
}
