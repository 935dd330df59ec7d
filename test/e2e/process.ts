import { type ChildProcess, spawn } from 'node:child_process';

/** A program under test: its output is kept, and it is always ended. */
export type Program = {
  readonly pid: number | undefined;
  /** The first capture of `pattern` in its standard output. Rejects with all output when the program ends first. */
  seen(pattern: RegExp): Promise<string>;
  output(): string;
  /** Asks it to end, and waits for it. */
  stop(): Promise<void>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
};

const START_MS = 30_000;
const STOP_MS = 10_000;

export function run(
  args: readonly string[],
  { env = {}, cwd }: { env?: Record<string, string>; cwd: string },
): Program {
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      for (const watch of watchers) watch();
    });
  }
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });

  async function end(signal: NodeJS.Signals): Promise<void> {
    child.kill(signal);
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(force);
  }

  return {
    pid: child.pid,
    output: () => output,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async seen(pattern) {
      const failure = (why: string) => new Error(`${why}; ${args.join(' ')} printed:\n${output}`);
      return await new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(failure(`no ${pattern} in ${START_MS} ms`)), START_MS);
        const watch = () => {
          const found = pattern.exec(output)?.[1];
          if (found === undefined) return;
          watchers.delete(watch);
          clearTimeout(timer);
          resolve(found);
        };
        watchers.add(watch);
        void ended.then(() => {
          watch();
          reject(failure('it ended'));
        });
        watch();
      });
    },
  };
}
