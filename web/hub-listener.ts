import os from 'node:os';
import type { OutputOf } from '../shared/contracts/operations.ts';
import { MINUTE_MS } from '../shared/kernel/instant.ts';
import type { Core } from '../till/core.ts';
import type { Page } from '../till/host/page.ts';
import type { Logger } from '../till/ports.ts';
import { lanAccess } from './access.ts';
import { startWebServer, type WebServer } from './server.ts';

type Door = NonNullable<OutputOf<'hub.listener'>['door']>;

const EVERY_ADDRESS = '0.0.0.0';
const LOOPBACK = '127.0.0.1';
/** A router gave this machine another address. */
const LOOK_AGAIN_MS = MINUTE_MS;
const host = { from: { kind: 'host' } } as const;

/** The hub's door to the shop's network: open while the core says so, with the certificate that fits. */
export type HubListener = { close(): Promise<void> };

export function startHubListener(parts: {
  readonly core: Core;
  readonly page: Page;
  readonly logger: Logger;
  readonly network?: () => Network;
}): HubListener {
  const { core, page, logger, network = machineNetwork } = parts;
  let open: { readonly door: Door; readonly server: WebServer } | undefined;
  let closing = false;
  // One change after the other.
  let work: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    if (closing) return;
    const { addresses, hostName } = network();
    const names = { addresses: [...addresses, LOOPBACK], ...(hostName === undefined ? {} : { hostName }) };
    const answer = await core.call('hub.listener', names, host);
    // Before the set-up there is no shop that could have a door.
    if (!answer.ok && answer.error.code === 'setup_required') return;
    if (!answer.ok) return logger.error('the door of the hub cannot be made', { code: answer.error.code });
    // The core made it by the operation's own schema.
    const { door } = answer.value as OutputOf<'hub.listener'>;
    if (sameDoor(door, open?.door)) return;
    await open?.server.close();
    open = undefined;
    if (!door) return report({ state: 'off' }, []);
    try {
      const server = await startWebServer({
        page,
        logger,
        access: () => lanAccess(door.names),
        host: EVERY_ADDRESS,
        port: door.port,
        lan: door,
      });
      server.serve(core);
      open = { door, server };
      await report({ state: 'on' }, urlsOf(door, addresses, hostName));
    } catch (error) {
      logger.error('the door of the hub cannot be opened', { error: String(error) });
      await report({ state: 'failed', why: whyOf(error) }, []);
    }
  }

  async function report(listening: object, urls: readonly string[]): Promise<void> {
    await core.call('hub.report', { listening, urls }, host);
  }

  function lookSoon(): void {
    work = work.then(look);
  }

  core.subscribe((push) => {
    if (push.topic !== 'hub.changed') return;
    // Whoever was revoked is not let in again.
    open?.server.dropStreams();
    lookSoon();
  });
  const timer = setInterval(lookSoon, LOOK_AGAIN_MS);
  lookSoon();

  return {
    async close() {
      closing = true;
      clearInterval(timer);
      await work;
      await open?.server.close();
    },
  };
}

export type Network = { readonly addresses: readonly string[]; readonly hostName: string | undefined };

/** Where others in the same network find this machine. */
function machineNetwork(): Network {
  const addresses = Object.values(os.networkInterfaces())
    .flatMap((one) => one ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
  const name = os.hostname().toLowerCase().split('.', 1)[0] ?? '';
  return { addresses, hostName: /^[a-z0-9][a-z0-9-]{0,62}$/.test(name) ? name : undefined };
}

function urlsOf(door: Door, addresses: readonly string[], hostName: string | undefined): string[] {
  const names = addresses.length > 0 ? [...addresses] : [LOOPBACK];
  if (hostName !== undefined) names.push(`${hostName}.local`);
  return names.map((name) => `https://${name}:${door.port}`);
}

function sameDoor(one: Door | undefined, other: Door | undefined): boolean {
  return one?.port === other?.port && one?.certificatePem === other?.certificatePem;
}

function whyOf(error: unknown): 'port_in_use' | 'not_allowed' | 'unknown' {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return 'port_in_use';
  return code === 'EACCES' ? 'not_allowed' : 'unknown';
}
