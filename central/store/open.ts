import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { eq, sql } from 'drizzle-orm';
import { drizzle as drizzlePg } from 'drizzle-orm/node-postgres';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import pg from 'pg';
import { assert } from '../../shared/kernel/assert.ts';
import type { Ports } from '../ports.ts';
import type { Db } from './db.ts';
import { migrate, StoreIsNewerError } from './migrate.ts';
import * as schema from './schema.ts';

/** A reason that the person who starts the centre can act on; shown as one line. */
export class StoreOpenError extends Error {}

export type Store = {
  readonly db: Db;
  readonly kind: 'pglite' | 'postgresql';
  /** Ledgers that know another epoch re-teach the centre what it may have lost. */
  readonly epoch: number;
  readonly customerKey: Uint8Array;
  /** What `migrate` applied. */
  readonly migrated: readonly string[];
  /** The embedded store was not shut down last time. Nobody else has it open, so no claim of that time stands. */
  readonly wasUnclean: boolean;
  /** The centre may have forgotten something: until every ledger has told what it knows, strict offers wait. */
  readonly startedRecovering: boolean;
  close(): Promise<void>;
};

const CUSTOMER_KEY_BYTES = 32;
const POOL_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
/** A request's transaction that waits longer than this for a row gives up; the caller may retry. */
const LOCK_TIMEOUT_MS = 10_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;

type Opened = { db: Db; kind: Store['kind']; close: () => Promise<void> };

/** Opens the store, brings its schema up to date, and settles the server epoch. */
export async function openStore(
  where: { readonly dataDir: string; readonly databaseUrl?: string | undefined },
  ports: Pick<Ports, 'now' | 'randomBytes'>,
  options: OpenOptions = {},
): Promise<Store> {
  const opened =
    where.databaseUrl === undefined
      ? await openEmbedded(where.dataDir)
      : await openPostgres(where.databaseUrl);
  try {
    return await prepareStore(opened, ports, options);
  } catch (error) {
    await opened.close();
    if (error instanceof StoreIsNewerError) throw new StoreOpenError(error.message);
    throw error;
  }
}

/** For tests that share one embedded store: the same preparation over a PGlite that is already open. */
export async function openStoreOn(
  client: PGlite,
  ports: Pick<Ports, 'now' | 'randomBytes'>,
  options: OpenOptions = {},
): Promise<Store> {
  const db = drizzlePglite(client, { schema });
  return prepareStore({ db, kind: 'pglite', close: async () => {} }, ports, options);
}

/** `restored`: this database was put back from a backup. Nothing in it says so; the operator must. */
export type OpenOptions = { readonly restored?: boolean | undefined };

/** Epochs follow the clock: a backup that is restored twice must not open the same epoch twice. */
const EPOCHS_BEGIN = Date.UTC(2026, 0, 1);

async function prepareStore(
  opened: Opened,
  ports: Pick<Ports, 'now' | 'randomBytes'>,
  { restored = false }: OpenOptions,
): Promise<Store> {
  const { db, kind } = opened;
  const migrated = await migrate(db, ports.now());
  const embedded = kind === 'pglite';
  const { epoch, customerKey, wasUnclean, startedRecovering } = await db.transaction(async (tx) => {
    await tx
      .insert(schema.serverState)
      .values({
        id: 1,
        epoch: 1,
        clean: true,
        customerKey: ports.randomBytes(CUSTOMER_KEY_BYTES),
        createdAt: ports.now(),
      })
      .onConflictDoNothing();
    const [state] = await tx.select().from(schema.serverState).for('update');
    assert(state !== undefined, 'the server state is there after its insert');
    // Without fsync a power loss may have taken committed rows: ledgers must be asked again what they sent.
    const unclean = embedded && !state.clean;
    const isNew = unclean || restored;
    const byClock = Math.floor((ports.now() - EPOCHS_BEGIN) / 1_000);
    const next = isNew ? Math.max(state.epoch + 1, byClock) : state.epoch;
    const ordersMissing = state.ordersMissing || restored;
    // Where no ledger ever joined, nobody holds anything that the store may have forgotten.
    const recovering = (state.recovering || isNew) && (ordersMissing || (await hasLedgers(tx)));
    if (embedded || isNew)
      await tx
        .update(schema.serverState)
        .set({ epoch: next, clean: !embedded, recovering, ordersMissing })
        .where(eq(schema.serverState.id, 1));
    if (restored) await letHoldsGo(tx);
    return {
      epoch: next,
      customerKey: new Uint8Array(state.customerKey),
      wasUnclean: unclean,
      startedRecovering: recovering,
    };
  });
  return {
    db,
    kind,
    epoch,
    customerKey,
    migrated,
    wasUnclean,
    startedRecovering,
    close: async () => {
      if (embedded)
        await db.update(schema.serverState).set({ clean: true }).where(eq(schema.serverState.id, 1));
      await opened.close();
    },
  };
}

/** Somebody who may know more than the store: every active incarnation is asked in a new epoch. */
async function hasLedgers(tx: Db): Promise<boolean> {
  const [one] = await tx
    .select({ id: schema.incarnations.ledgerId })
    .from(schema.incarnations)
    .where(eq(schema.incarnations.status, 'active'))
    .limit(1);
  return one !== undefined;
}

/** A hold in a backup may have become a sale, or have ended, since: the sale is given again, and the hold is over. */
async function letHoldsGo(tx: Db): Promise<void> {
  await tx.execute(sql`UPDATE reservations SET status = 'expired' WHERE status = 'reserved'`);
  await tx.execute(sql`UPDATE escrows SET pool = pool + reserved, reserved = 0 WHERE reserved > 0`);
  await tx.execute(sql`UPDATE coupons SET reserved = 0 WHERE reserved > 0`);
}

async function openEmbedded(dataDir: string): Promise<Opened> {
  let unlock: () => void;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    unlock = lockFolder(dataDir);
  } catch (error) {
    if (error instanceof StoreOpenError) throw error;
    throw new StoreOpenError(`the data directory ${dataDir} cannot be written: ${messageOf(error)}`);
  }
  try {
    const client = await PGlite.create({ dataDir: path.join(dataDir, 'pglite') });
    return {
      db: drizzlePglite(client, { schema }),
      kind: 'pglite',
      close: async () => {
        await client.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw new StoreOpenError(`the store in ${dataDir} cannot be opened: ${messageOf(error)}`);
  }
}

/** PGlite has no lock of its own, and two processes on one directory destroy it. */
function lockFolder(dataDir: string): () => void {
  const file = path.join(dataDir, 'central.lock');
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const handle = openSync(file, 'wx', 0o600);
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(readFileSync(file, 'utf8'));
    if (isRunning(owner)) {
      throw new StoreOpenError(`the data directory ${dataDir} is in use by process ${owner}`);
    }
    rmSync(file, { force: true });
  }
  throw new StoreOpenError(`the data directory ${dataDir} is in use`);
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function openPostgres(databaseUrl: string): Promise<Opened> {
  let pool: pg.Pool;
  try {
    pool = new pg.Pool({
      connectionString: databaseUrl,
      max: POOL_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    });
    // A broken idle connection is replaced at its next use; without a listener it would end the process.
    pool.on('error', () => {});
    await pool.query('SELECT 1');
  } catch (error) {
    // The URL holds a password: never part of the message.
    throw new StoreOpenError(`the database of DATABASE_URL cannot be opened: ${messageOf(error)}`);
  }
  return { db: drizzlePg(pool, { schema }), kind: 'postgresql', close: () => pool.end() };
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
