import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ledgerExists } from '../db/open.ts';
import { MAX_PASSPHRASE_CHARS, MIN_PASSPHRASE_CHARS } from '../shared/contracts/operations/keys.ts';
import type { Refusal } from '../shared/contracts/refusal.ts';
import { fetchTransport } from './host/fetch-transport.ts';
import { productVersion } from './host/version.ts';
import { askHidden } from './keys/ask-hidden.ts';
import { openKeyFile, terminalLogger } from './keys/command-line.ts';
import { readPassphraseFile } from './keys/passphrase-file.ts';
import { rotateKey } from './keys/rotate-key.ts';
import { setPassphrase } from './keys/set-passphrase.ts';
import { openServices, type Services } from './services.ts';
import { fileAnchorStore, systemClock, systemRandom } from './system-ports.ts';

/**
 * `npm run keys -- rotate|set-passphrase|remove-passphrase --data DIR`: what the settings do, for a ledger whose till is
 * not running.
 */
const USAGE = `npm run keys -- rotate|set-passphrase|remove-passphrase --data DIR
  --key FILE                  the key file (DIR.key)
  --passphrase-file FILE      holds the passphrase that opens it; it is asked for otherwise
  --new-passphrase-file FILE  holds the passphrase to set; it is asked for otherwise`;
const FAILED = 1;

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { data: text, key: text, 'passphrase-file': text, 'new-passphrase-file': text },
  });
  const { data } = values;
  const [command] = positionals;
  if (data === undefined || command === undefined || positionals.length > 1) return complain(USAGE);
  if (!ledgerExists(data)) return complain(`there is no ledger in ${data}`);
  const file = values.key ?? `${data}.key`;
  if (!existsSync(file)) return complain(`there is no key file ${file}`);
  const { keys, passphrase: current } = await openKeyFile(file, values['passphrase-file']);
  const open = () =>
    openServices({
      clock: systemClock,
      random: systemRandom,
      keys,
      anchor: fileAnchorStore(data),
      centre: fetchTransport,
      logger: terminalLogger,
      dataDir: data,
      host: 'web',
      version: productVersion,
      demo: false,
    });
  switch (command) {
    case 'rotate':
      return use(
        await open(),
        rotateKey,
        'The ledger is under a new key. Earlier keys are kept for older backups.',
      );
    case 'set-passphrase': {
      const next = await newPassphrase(values['new-passphrase-file']);
      const change = (services: Services) => setPassphrase(services, undefined, { current, next });
      return use(await open(), change, 'Every start asks for the passphrase now. Nobody can recover it.');
    }
    case 'remove-passphrase': {
      const change = (services: Services) => setPassphrase(services, undefined, { current });
      return use(await open(), change, 'No passphrase wraps the key file any more.');
    }
    default:
      return complain(USAGE);
  }
}

async function use(
  opened: Awaited<ReturnType<typeof openServices>>,
  work: (services: Services, by: undefined) => ReturnType<typeof rotateKey>,
  done: string,
): Promise<number> {
  if (!opened.ok) return complain(sentence(opened.error));
  try {
    const outcome = await work(opened.value, undefined);
    if (!outcome.ok) return complain(sentence(outcome.error));
    console.log(done);
    return 0;
  } finally {
    opened.value.close();
  }
}

/** @throws Error with a sentence for the person at the terminal */
async function newPassphrase(file: string | undefined): Promise<string> {
  const next = file === undefined ? await askHidden('New passphrase: ') : readPassphraseFile(file);
  if (next === undefined) throw new Error('name a file that holds it with --new-passphrase-file FILE');
  if (next.length < MIN_PASSPHRASE_CHARS || next.length > MAX_PASSPHRASE_CHARS) {
    throw new Error(`a passphrase has ${MIN_PASSPHRASE_CHARS} to ${MAX_PASSPHRASE_CHARS} characters`);
  }
  if (file === undefined && (await askHidden('Once more: ')) !== next) {
    throw new Error('the two passphrases differ; nothing was changed');
  }
  return next;
}

function sentence({ code, params }: Refusal): string {
  return params.reason === undefined ? code : `${code}: ${params.reason}`;
}

function complain(text: string): number {
  console.error(text);
  return FAILED;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.exitCode = complain(error instanceof Error ? error.message : String(error));
}
