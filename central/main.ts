import { pino } from 'pino';
import { ensureAdminKey } from './access/admin-key.ts';
import type { Centre } from './centre.ts';
import { ConfigError, printableConfig, readConfig } from './config.ts';
import { hookOfConfig } from './hook/hook-of-config.ts';
import { startJobs } from './jobs.ts';
import { systemPorts } from './ports.ts';
import { buildServer } from './server.ts';
import { answerStarting } from './starting.ts';
import { openStore, StoreOpenError } from './store/open.ts';
import { asksForHelp, usage } from './usage.ts';
import { VERSION } from './version.ts';

/** In-flight requests get this long to end; then the process ends without them. */
const SHUTDOWN_MS = 10_000;

/** A reason to stop that the person at the terminal can act on. */
class StartError extends Error {}

async function start(): Promise<void> {
  if (asksForHelp(process.argv.slice(2))) return say(usage());
  const config = readConfig(process.argv.slice(2), process.env);
  const logger = pino({ level: config.log_level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  const cannotListen = (error: unknown) => {
    throw new StartError(listenMessage(error, config.host, config.port));
  };
  // A free port is only known once the real server listens: nobody can watch before.
  const ready =
    config.port === 0 ? async () => {} : await answerStarting(config.host, config.port).catch(cannotListen);
  const store = await openStore({ dataDir: config.data, databaseUrl: config.database_url }, systemPorts, {
    restored: config.restored,
  });
  const lifecycle = { stopping: false };
  try {
    const hook = await hookOfConfig(config, systemPorts, (fault) =>
      logger.warn({ fault }, 'the validation hook did not answer'),
    );
    const centre: Centre = { db: store.db, store, config, ports: systemPorts, hook };
    const keyFile = await ensureAdminKey(centre).catch((error: unknown) => {
      throw new StartError(`the admin key cannot be written to ${config.data}: ${messageOf(error)}`);
    });
    const app = await buildServer(centre, logger, lifecycle);
    await ready();
    const address = await app.listen({ host: config.host, port: config.port }).catch(cannotListen);
    const stopJobs = startJobs(centre, logger);
    say(`Counterfoil centre ${VERSION} on ${address}`);
    if (store.kind === 'pglite') {
      say(
        'Storage: embedded PGlite. It survives a killed process but makes no fsync: a power loss may cost the last ' +
          'changes. For evaluation and small demos; set DATABASE_URL to a PostgreSQL for real use.',
      );
      if (store.wasUnclean)
        say(
          `The last run was not shut down: server epoch ${store.epoch}, locations will send again what is missing.`,
        );
    }
    if (keyFile !== undefined) say(`Admin API key written to ${keyFile}`);
    logger.info({ config: printableConfig(config), epoch: store.epoch, migrated: store.migrated }, 'started');
    endOnSignal(async () => {
      lifecycle.stopping = true;
      logger.info('stopping');
      await stopJobs();
      await app.close();
      await store.close();
    });
  } catch (error) {
    await store.close();
    throw error;
  }
}

function endOnSignal(close: () => Promise<void>): void {
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
    close().then(
      () => process.exit(0),
      (error: unknown) => fail(messageOf(error)),
    );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(message: string): never {
  process.stderr.write(`counterfoil centre: ${message}\n`);
  process.exit(1);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function listenMessage(error: unknown, host: string, port: number): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is in use by another program; choose one with --port`;
    case 'EACCES':
      return `port ${port} on ${host} may not be used by this user; choose one above 1023 with --port`;
    case 'EADDRNOTAVAIL':
      return `this machine has no address ${host}`;
    default:
      return `cannot listen on ${host}:${port}: ${messageOf(error)}`;
  }
}

start().catch((error: unknown) => {
  const expected =
    error instanceof ConfigError || error instanceof StoreOpenError || error instanceof StartError;
  fail(expected ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error));
});
