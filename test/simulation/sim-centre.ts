import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import pino from 'pino';
import { ensureAdminKey } from '../../central/access/admin-key.ts';
import type { Centre } from '../../central/centre.ts';
import { configSchema } from '../../central/config.ts';
import type { Ports } from '../../central/ports.ts';
import { buildServer } from '../../central/server.ts';
import { query } from '../../central/store/db.ts';
import { openStoreOn, type Store } from '../../central/store/open.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { withPreparedStatements } from './prepared-client.ts';

/** The embedded PostgreSQL, opened once in a process and emptied for each seed. */
export type CentreStore = { readonly client: PGlite; close(): Promise<void> };

export async function openCentreStore(): Promise<CentreStore> {
  const client = withPreparedStatements(await PGlite.create());
  await client.exec('SET plan_cache_mode = force_generic_plan');
  return { client, close: () => client.close() };
}

/** The real centre: its routes, its services and its database, with time and randomness of the simulation. */
export type SimCentre = {
  readonly centre: Centre;
  /** Another number whenever the centre may say something else than before. */
  readonly revision: number;
  inject(request: InjectOptions): Promise<LightMyRequestResponse>;
  readonly epoch: number;
  rest(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    body?: unknown,
    key?: string,
  ): Promise<RestAnswer>;
  rows<Row>(text: string): Promise<Row[]>;
  /** Keeps the whole database as it is now. */
  backup(): Promise<void>;
  readonly hasBackup: boolean;
  /** Puts the kept database back, as an operator would, and starts the server on it. */
  restore(): Promise<void>;
  close(): Promise<void>;
};

export type RestAnswer = { readonly status: number; readonly body: Record<string, unknown> };

const ADMIN_KEY = 'simulation-admin-key-0123456789';

export async function startCentre(store: CentreStore, ports: Ports): Promise<SimCentre> {
  await empty(store.client);
  let running = await serve(store.client, ports);
  /** Every table as JSON: far cheaper than tables beside the real ones. */
  let kept: string | undefined;
  let revision = 0;
  /** A till's own sync may be where a restore strikes, while somebody else asks: nobody finds the centre half put back. */
  let restored: Promise<void> | undefined;
  const asked = new Set<Promise<unknown>>();

  /** Whoever comes while the operator restores is served afterwards; the operator waits for who came before. */
  async function whileServing<T>(ask: () => Promise<T>): Promise<T> {
    while (restored !== undefined) await restored;
    const answer = ask();
    const settled = answer.then(
      () => {},
      () => {},
    );
    asked.add(settled);
    try {
      return await answer;
    } finally {
      asked.delete(settled);
    }
  }

  const inject = (request: InjectOptions): Promise<LightMyRequestResponse> =>
    whileServing(async () => {
      revision++;
      try {
        return await running.app.inject(request);
      } finally {
        revision++;
      }
    });

  const tables = async () =>
    (
      await store.client.query<{ name: string }>(
        `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
         ORDER BY c.relname`,
      )
    ).rows.map((row) => row.name);

  async function putBack(backup: string): Promise<void> {
    await running.app.close();
    const names = await tables();
    await store.client.exec(`
      SET session_replication_role = replica;
      ${names.map((name) => `DELETE FROM ${name};`).join('\n')}
      SET session_replication_role = DEFAULT;`);
    await store.client.transaction(async (tx) => {
      await tx.exec('SET LOCAL session_replication_role = replica');
      const tablesOf = JSON.parse(backup) as Record<string, unknown>;
      for (const name of names) {
        if (tablesOf[name] === null || tablesOf[name] === undefined) continue;
        await tx.query(
          `INSERT INTO ${name} OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::${name}, $1::json)`,
          [JSON.stringify(tablesOf[name])],
        );
      }
    });
    await store.client.exec(
      `SELECT setval(pg_get_serial_sequence('public.changes', 'id'), coalesce(max(id), 0) + 1, false) FROM changes;`,
    );
    revision++;
    running = await serve(store.client, ports, true);
  }

  return {
    get centre() {
      return running.centre;
    },
    get revision() {
      return revision;
    },
    inject,
    get epoch() {
      return running.store.epoch;
    },
    async rest(method, url, body, key) {
      const answer = await inject({
        method,
        url,
        headers: {
          authorization: `Bearer ${ADMIN_KEY}`,
          ...(key === undefined ? {} : { 'idempotency-key': key }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      });
      return { status: answer.statusCode, body: answer.json() };
    },
    rows: (text) => whileServing(() => query(running.centre.db, sql.raw(text))),
    get hasBackup() {
      return kept !== undefined;
    },
    async backup() {
      while (restored !== undefined) await restored;
      const copies = (await tables()).map((name) => `'${name}', (SELECT json_agg(t) FROM ${name} t)`);
      const { rows } = await store.client.query<{ kept: string }>(
        `SELECT json_build_object(${copies.join(', ')})::text AS kept`,
      );
      kept = rows[0]?.kept;
    },
    async restore() {
      assert(kept !== undefined && restored === undefined, 'a backup was made, and nobody restores one yet');
      const backup = kept;
      kept = undefined;
      const done = Promise.withResolvers<void>();
      restored = done.promise;
      try {
        await Promise.all(asked);
        await putBack(backup);
      } finally {
        restored = undefined;
        done.resolve();
      }
    },
    async close() {
      while (restored !== undefined) await restored;
      await running.app.close();
    },
  };
}

async function serve(
  client: PGlite,
  ports: Ports,
  restored = false,
): Promise<{ centre: Centre; app: FastifyInstance; store: Store }> {
  const store = await openStoreOn(client, ports, { restored });
  const config = configSchema.parse({
    admin_key: ADMIN_KEY,
    log_level: 'silent',
    validate_rate_per_minute: 1_000_000,
  });
  const centre: Centre = { db: store.db, store, config, ports };
  await ensureAdminKey(centre);
  const app = await buildServer(centre, pino({ level: process.env.SIM_LOG ?? 'silent' }));
  return { centre, app, store };
}

/** As after the first migration: cheaper than making the schema anew for each seed. */
async function empty(client: PGlite): Promise<void> {
  const { rows } = await client.query<{ exists: boolean }>(
    `SELECT to_regclass('public.server_state') IS NOT NULL AS exists`,
  );
  if (!rows[0]?.exists) return;
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND c.relname NOT IN ('schema_migrations', 'feed_head')`,
  );
  await client.exec(
    `TRUNCATE ${tables.map(({ name }) => name).join(', ')} RESTART IDENTITY;
     UPDATE feed_head SET position = 0;`,
  );
}
