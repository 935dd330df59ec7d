import { type Answer, roleMay } from '../shared/contracts/operation.ts';
import { isOperationName, type OperationName, operations } from '../shared/contracts/operations.ts';
import type { Push } from '../shared/contracts/pushes.ts';
import { type Refusal, refusal } from '../shared/contracts/refusal.ts';
import { assert } from '../shared/kernel/assert.ts';
import { CoreStartError } from './core-start-error.ts';
import { createDemo } from './demo.ts';
import { createFeatures } from './features.ts';
import type { Call, Feature, Handler, Lane } from './handlers.ts';
import type { CorePorts } from './ports.ts';
import { openServices, type Services } from './services.ts';

/** Where a call comes from: a window of this machine, the shop's network, or the host itself. */
export type From =
  | { readonly kind: 'window' }
  | { readonly kind: 'lan'; readonly lane?: string | undefined }
  | { readonly kind: 'host' };

/** `from` absent: a window of this machine. `lane`: the token that a lane was given when it was attached. */
export type Caller = { readonly session?: string | undefined; readonly from?: From | undefined };

/** The whole till behind one door. The hosts translate it to IPC or HTTP and know nothing else of it. */
export type Core = {
  /** Never rejects: a programmer error is logged and answered as `internal`. */
  call(name: string, input: unknown, caller: Caller): Promise<Answer<unknown>>;
  subscribe(listener: (push: Push) => void): () => void;
  /** Stops the background work, then closes the ledger. */
  close(): Promise<void>;
};

/** What answers calls, from the opening of a ledger to its closing. */
type Running = {
  readonly services: Services;
  readonly features: readonly Feature[];
  readonly handlers: ReadonlyMap<string, AnyHandler>;
};

/** @throws CoreStartError */
export async function createCore(ports: CorePorts): Promise<Core> {
  const listeners = new Set<(push: Push) => void>();
  const send = (push: Push) => {
    for (const listener of listeners) listener(push);
  };
  let running: Running | undefined;
  let restart: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  async function start(startPorts: CorePorts): Promise<void> {
    const opened = await openServices(startPorts);
    if (!opened.ok) throw new CoreStartError(opened.error);
    const services = opened.value;
    services.pushes.subscribe(send);
    const features = await startFeatures(services, () => {
      restart = startOver();
    });
    running = { services, features, handlers: collectHandlers(features) };
  }

  /** The demo is gone: the same till, with no ledger yet. */
  async function startOver(): Promise<void> {
    const before = running;
    running = undefined;
    if (!before || closing) return;
    try {
      await shutDown(before.features, before.services);
      await start({ ...ports, demo: false });
    } catch (error) {
      // Calls are refused until the till is started again, which removes what is left.
      ports.logger.error('the till cannot start over', {
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
    send({ topic: 'hub.changed' });
    send({ topic: 'app.changed' });
  }

  await start(ports);
  return {
    call: (name, input, caller) =>
      closing || !running ? Promise.resolve(refused('busy')) : answer(running, name, input, caller),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      closing ??= close();
      return closing;
    },
  };

  async function close(): Promise<void> {
    await restart;
    if (running) await shutDown(running.features, running.services);
  }
}

/** What is damaged may show only here, where the ledger is read further than to open it. */
async function startFeatures(services: Services, startOver: () => void): Promise<readonly Feature[]> {
  let features: readonly Feature[] = [];
  try {
    if (services.ports.demo && !services.location()) await createDemo(services);
    features = createFeatures(services, startOver);
    for (const feature of features) feature.start?.();
    return features;
  } catch (error) {
    await shutDown(features, services);
    const fault = services.storageFault(error);
    if (!fault) throw error;
    throw new CoreStartError(fault);
  }
}

async function shutDown(features: readonly Feature[], services: Services): Promise<void> {
  for (const feature of features) await feature.stop?.();
  services.close();
}

type AnyHandler = (call: Call, input: unknown) => ReturnType<Handler<OperationName>>;

function collectHandlers(features: readonly Feature[]): ReadonlyMap<string, AnyHandler> {
  const handlers = new Map<string, AnyHandler>();
  for (const feature of features) {
    for (const [name, handler] of Object.entries(feature.handlers)) {
      assert(!handlers.has(name), `two handlers for ${name}`);
      // Each handler is typed by its own operation; what reaches it was parsed by that operation's schema.
      handlers.set(name, handler as AnyHandler);
    }
  }
  return handlers;
}

function refused(code: Refusal['code']): Answer<never> {
  return { ok: false, error: refusal(code) };
}

/** Usable before there is a location. */
const BEFORE_SETUP: ReadonlySet<string> = new Set(['app.status', 'setup.create', 'demo.make', 'sync.status']);

function findLane(services: Services, token: string | undefined): Lane | undefined {
  return token === undefined ? undefined : services.lanes.find(token);
}

async function answer(
  { services, handlers }: Running,
  name: string,
  input: unknown,
  caller: Caller,
): Promise<Answer<unknown>> {
  const handler = handlers.get(name);
  if (!isOperationName(name) || !handler) return refused('unknown_operation');
  const operation = operations[name];
  if (!services.location() && !BEFORE_SETUP.has(name)) return refused('setup_required');

  const from = caller.from?.kind ?? 'window';
  const lane = caller.from?.kind === 'lan' ? findLane(services, caller.from.lane) : undefined;
  if (from === 'lan' && !lane) {
    const { version, host } = services.ports;
    if (name !== 'app.status') return refused('lane_unknown');
    return { ok: true, value: { phase: 'pairing', version, host, asksForHub: false } };
  }
  if (operation.role === 'host' && from !== 'host') return refused('unknown_operation');

  const session = caller.session === undefined ? undefined : services.sessions.find(caller.session);
  // A session is worth something only where it was begun.
  const by = session?.lane?.id === lane?.id ? session : undefined;
  if (operation.role !== 'anyone' && operation.role !== 'host') {
    if (!by) return refused('not_signed_in');
    if (!roleMay(by.role, operation.role)) return refused('forbidden');
  }

  const parsed = operation.input.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return {
      ok: false,
      error: refusal('invalid_input', { why: issue?.message ?? '' }, issue?.path.join('.') ?? ''),
    };
  }

  try {
    return await handler({ by, lane }, parsed.data);
  } catch (error) {
    const fault = services.storageFault(error);
    services.ports.logger.error(fault ? 'the ledger refused' : 'an operation failed', {
      operation: name,
      code: fault?.code,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    return { ok: false, error: fault ?? refusal('internal') };
  }
}
