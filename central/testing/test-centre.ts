import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import { ensureAdminKey } from '../access/admin-key.ts';
import type { Centre } from '../centre.ts';
import { type Config, configSchema } from '../config.ts';
import type { Ports } from '../ports.ts';
import { buildServer } from '../server.ts';
import { query } from '../store/db.ts';
import { readMigrations } from '../store/migrate.ts';
import { openStore, openStoreOn, type Store } from '../store/open.ts';
import { postgresPrograms, startPostgres } from './postgres-cluster.ts';

export type StoreKind = 'pglite' | 'postgresql';

/** The storages that this machine can test; without PostgreSQL's programs the embedded one alone. */
export function testableStores(): StoreKind[] {
  if (postgresPrograms() !== undefined) return ['pglite', 'postgresql'];
  console.warn('PostgreSQL is not installed (Debian: apt-get install postgresql): its tests are left out');
  return ['pglite'];
}

/** 24 November 2026, 09:00 UTC. */
export const TEST_NOW = Date.UTC(2026, 10, 24, 9, 0, 0);
const ADMIN_KEY = 'cfk_test_admin_key_0123456789';

export type TestPorts = Ports & { nowMs: number };

export function testPorts(nowMs = TEST_NOW): TestPorts {
  return {
    nowMs,
    now() {
      return this.nowMs;
    },
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
  };
}

export type TestCentre = {
  readonly centre: Centre;
  readonly app: FastifyInstance;
  readonly ports: TestPorts;
  readonly adminKey: string;
  /** A call over HTTP's full path, without a socket. */
  call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<TestAnswer>;
  /** Listens on a free loopback port. */
  listen(): Promise<string>;
  /** Empties every table; schema and admin key stay. */
  empty(): Promise<void>;
  close(): Promise<void>;
};

// Tests look into answers of many shapes; each asserts what it reads.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type TestAnswer = { status: number; body: any; headers: Record<string, unknown> };

export async function openTestCentre(
  kind: StoreKind,
  options: {
    readonly config?: Partial<Config>;
    readonly ports?: TestPorts;
    readonly hook?: Centre['hook'];
    readonly logger?: Logger;
    /** It was put back from a backup, and nobody has told it anything yet. */
    readonly restored?: boolean;
  } = {},
): Promise<TestCentre> {
  const ports = options.ports ?? testPorts();
  const { store, release } = await openTestStore(kind, ports, options.restored);
  const defaults: Config = configSchema.parse({});
  const config: Config = { ...defaults, admin_key: ADMIN_KEY, log_level: 'silent', ...options.config };
  const centre: Centre = { db: store.db, store, config, ports, hook: options.hook };
  await ensureAdminKey(centre);
  const app = await buildServer(centre, options.logger ?? pino({ level: 'silent' }));
  return {
    centre,
    app,
    ports,
    adminKey: ADMIN_KEY,
    async call(method, url, body, headers = {}) {
      const response = await app.inject({
        method,
        url,
        headers: {
          authorization: `Bearer ${ADMIN_KEY}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const isJson = String(response.headers['content-type'] ?? '').includes('json');
      return {
        status: response.statusCode,
        body: isJson ? JSON.parse(response.body) : response.body,
        headers: response.headers,
      };
    },
    listen: () => app.listen({ host: '127.0.0.1', port: 0 }),
    async empty() {
      const tables = await query<{ name: string }>(
        store.db,
        sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'
            AND tablename NOT IN ('schema_migrations', 'server_state', 'api_keys', 'feed_head')`,
      );
      await store.db.execute(sql.raw(`TRUNCATE ${tables.map(({ name }) => name).join(', ')} CASCADE`));
    },
    async close() {
      await app.close();
      await store.close();
      await release();
    },
  };
}

async function openTestStore(
  kind: StoreKind,
  ports: Ports,
  restored = false,
): Promise<{ store: Store; release: () => Promise<void> }> {
  if (kind === 'postgresql') {
    const programs = postgresPrograms();
    if (programs === undefined) throw new Error('ask testableStores() first');
    const cluster = startPostgres(programs);
    const store = await openStore({ dataDir: '', databaseUrl: cluster.url }, ports, { restored });
    return { store, release: async () => cluster.stop() };
  }
  const client = await embeddedStore(ports);
  return { store: await openStoreOn(client, ports, { restored }), release: () => client.close() };
}

/** A fresh embedded store takes seconds to make; from a dump of one it is there at once. */
async function embeddedStore(ports: Ports): Promise<PGlite> {
  const fingerprint = createHash('sha256')
    .update(
      readMigrations()
        .map((migration) => migration.text)
        .join('\n'),
    )
    .digest('hex')
    .slice(0, 16);
  const dump = path.join(tmpdir(), `counterfoil-pglite-clean-${fingerprint}.tar`);
  if (!existsSync(dump)) {
    const made = await PGlite.create();
    const store = await openStoreOn(made, ports);
    await store.close();
    const bytes = Buffer.from(await (await made.dumpDataDir('none')).arrayBuffer());
    await made.close();
    // Renaming is atomic: a test that runs beside this one never sees half a file.
    const folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-dump-'));
    writeFileSync(path.join(folder, 'dump.tar'), bytes);
    renameSync(path.join(folder, 'dump.tar'), dump);
    rmSync(folder, { recursive: true });
  }
  return PGlite.create({ loadDataDir: new Blob([readFileSync(dump)]) });
}
