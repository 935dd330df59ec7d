import path from 'node:path';
import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../../shared/kernel/result.ts';

/** What may be said on the command line of `npm start` and of either host. Each caller has its own defaults. */
export type LaunchOptions = {
  readonly host?: 'electron' | 'web';
  readonly port?: number;
  /** Open a window or the browser. */
  readonly window?: boolean;
  /** Absolute. */
  readonly dataDir?: string;
  /** Make a demo location when the data folder is empty. */
  readonly demo?: boolean;
  /** Absolute; holds the passphrase of the key file (web host). */
  readonly passphraseFile?: string;
  /** Keep no ledger: use that of a hub on the shop's network. */
  readonly lane?: boolean;
};

export const launchUsage = `Options:
  --host electron|web   which host to open (default: electron where its runtime is there)
  --port N              port of the web host on 127.0.0.1, 0 for any free one
  --no-window           serve only, open no window
  --data DIR            folder of the ledger
  --no-demo             ask for a location instead of making a demo one
  --passphrase-file FILE  holds the passphrase of the key file, for a start without a person (web host)
  --lane                keep no ledger: use that of another till on the network (web host)`;

const MAX_PORT = 65_535;

/** Understands `argv` whole, or says in one sentence what it does not understand. */
export function parseLaunchOptions(
  argv: readonly string[],
  workingDir: string,
): Result<LaunchOptions, string> {
  let values: ReturnType<typeof parse>['values'];
  try {
    values = parse(argv).values;
  } catch (error) {
    // Node's own sentence names the option; what follows the first full stop explains argument syntax.
    return err(error instanceof Error ? (error.message.split(/\.\s/)[0] ?? error.message) : String(error));
  }
  const { host, port, window, data, demo, lane, 'passphrase-file': passphraseFile } = values;
  if (host !== undefined && host !== 'electron' && host !== 'web') {
    return err(`--host must be electron or web, not "${host}"`);
  }
  if (lane === true && host === 'electron') return err('--lane needs the web host');
  if (port !== undefined && (!/^[0-9]{1,5}$/.test(port) || Number(port) > MAX_PORT)) {
    return err(`--port must be a number from 0 to ${MAX_PORT}, not "${port}"`);
  }
  if (data?.trim() === '') return err('--data needs a folder');
  if (passphraseFile !== undefined && host === 'electron') return err('--passphrase-file needs the web host');
  return ok({
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(window === undefined ? {} : { window }),
    ...(data === undefined ? {} : { dataDir: path.resolve(workingDir, data) }),
    ...(demo === undefined ? {} : { demo }),
    ...(passphraseFile === undefined ? {} : { passphraseFile: path.resolve(workingDir, passphraseFile) }),
    ...(lane === undefined ? {} : { lane }),
  });
}

function parse(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowNegative: true,
    options: {
      host: { type: 'string' },
      port: { type: 'string' },
      window: { type: 'boolean' },
      data: { type: 'string' },
      demo: { type: 'boolean' },
      'passphrase-file': { type: 'string' },
      lane: { type: 'boolean' },
    },
  });
}
