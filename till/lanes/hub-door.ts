import { z } from 'zod';
import { DEFAULT_HUB_PORT, type HubStatus } from '../../shared/contracts/operations/lanes.ts';
import type { Services } from '../services.ts';
import { createAuthority, fingerprint, type Identity, issueServer, stillServes } from './authority.ts';

const SETTINGS_KEY = 'hub.settings';
const AUTHORITY_KEY = 'hub.authority';
const SERVER_KEY = 'hub.server';

const settingsSchema = z.object({ enabled: z.boolean(), port: z.int() });
const identitySchema = z.object({ certificatePem: z.string(), keyPem: z.string() });

type HubSettings = z.output<typeof settingsSchema>;

/** What the host needs to listen on the shop's network. */
export type Door = {
  readonly port: number;
  readonly names: readonly string[];
  readonly keyPem: string;
  readonly certificatePem: string;
  readonly authorityPem: string;
};

/** How the hub is reached: its settings and certificates, kept in the ledger and so in its backups. */
export type HubDoor = {
  settings(): HubSettings;
  configure(settings: HubSettings): void;
  /** Makes what is missing or outworn. Undefined while the door is closed. */
  open(addresses: readonly string[], hostName: string | undefined): Promise<Door | undefined>;
  /** Of the authority, hex; undefined before the door was ever open. */
  authority(): string | undefined;
  /** As the host last said. */
  reported: { listening: HubStatus['listening']; urls: readonly string[] };
};

export function createHubDoor({ store, ports, location }: Services): HubDoor {
  const load = <T>(key: string, schema: z.ZodType<T>): T | undefined => {
    const text = store.read.meta.get(key);
    return text === undefined ? undefined : schema.parse(JSON.parse(text));
  };
  const save = (key: string, value: unknown) =>
    store.transact((tx) => tx.write.meta.set(key, JSON.stringify(value)));

  const settings = () => load(SETTINGS_KEY, settingsSchema) ?? { enabled: false, port: DEFAULT_HUB_PORT };

  async function authority(nowMs: number): Promise<Identity> {
    const known = load(AUTHORITY_KEY, identitySchema);
    if (known) return known;
    const made = await createAuthority(location()?.name ?? '', nowMs);
    save(AUTHORITY_KEY, made);
    return made;
  }

  return {
    settings,
    configure: (changed) => save(SETTINGS_KEY, changed),
    async open(addresses, hostName) {
      const { enabled, port } = settings();
      if (!enabled || !location()) return undefined;
      // The machine's own time: lanes judge certificates by theirs.
      const nowMs = ports.clock.now();
      const names = [...addresses, ...(hostName === undefined ? [] : [`${hostName}.local`])];
      const issuer = await authority(nowMs);
      let server = load(SERVER_KEY, identitySchema);
      if (!server || !stillServes(server, issuer, names, nowMs)) {
        server = await issueServer(issuer, names, nowMs);
        save(SERVER_KEY, server);
      }
      const { keyPem, certificatePem } = server;
      return { port, names, keyPem, certificatePem, authorityPem: issuer.certificatePem };
    },
    authority() {
      const known = load(AUTHORITY_KEY, identitySchema);
      return known && fingerprint(known.certificatePem);
    },
    reported: { listening: { state: 'off' }, urls: [] },
  };
}
