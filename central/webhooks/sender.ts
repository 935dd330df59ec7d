import { and, eq, sql } from 'drizzle-orm';
import { Webhook } from 'standardwebhooks';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/kernel/instant.ts';
import type { Centre } from '../centre.ts';
import { webhookDeliveries, webhookEndpoints } from '../store/schema.ts';
import { postWebhook } from './post-webhook.ts';

/** Of one process to one endpoint. One that hangs fills its own places and no other's. */
const MAX_IN_FLIGHT = 4;
/** While one server sends a delivery, no other one does; when it dies, the delivery is due again after this. */
const LEASE_MS = MINUTE_MS;

/** Waits after each failed attempt; after the last one the delivery is dead until somebody replays it. */
const RETRY_AFTER_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
];

type Delivery = typeof webhookDeliveries.$inferSelect;
type Endpoint = typeof webhookEndpoints.$inferSelect;

/** Sends what is due. Each delivery arrives at least once, under an id that stays the same. */
export type Sender = {
  /** Begins what is due and has a place, and waits for none of it. @returns how many were begun */
  begin(): Promise<number>;
  /** When all that was begun has ended, and what followed it to the same endpoints. */
  idle(): Promise<void>;
  /** Begins nothing more; what has not ended after so long is handed back, due at once. */
  stop(graceMs: number): Promise<void>;
};

/** @param onFault what the store refused; the delivery is due again when its lease ends */
export function createSender(centre: Centre, onFault: (error: unknown) => void): Sender {
  const { db, ports } = centre;
  /** Places that are taken, by endpoint. */
  const taken = new Map<string, number>();
  const sending = new Set<Promise<void>>();
  const handBack = new AbortController();
  let stopped = false;

  /** As many as have a place: the places are taken before the store is asked, since this may run twice at once. */
  async function fill(endpoint: Endpoint): Promise<number> {
    const places = MAX_IN_FLIGHT - (taken.get(endpoint.id) ?? 0);
    if (places <= 0 || stopped) return 0;
    taken.set(endpoint.id, MAX_IN_FLIGHT);
    const claimed = await claim(centre, endpoint.id, places).catch((error: unknown) => {
      onFault(error);
      return [];
    });
    free(endpoint.id, places - claimed.length);
    for (const delivery of claimed) start(endpoint, delivery, claimed.length === places);
    return claimed.length;
  }

  function free(endpointId: string, places: number): void {
    const left = (taken.get(endpointId) ?? 0) - places;
    if (left > 0) taken.set(endpointId, left);
    else taken.delete(endpointId);
  }

  function start(endpoint: Endpoint, delivery: Delivery, mayBeMore: boolean): void {
    const one = send(endpoint, delivery)
      .catch(onFault)
      .then(async () => {
        free(endpoint.id, 1);
        if (mayBeMore) await fill(endpoint);
      })
      .finally(() => sending.delete(one));
    sending.add(one);
  }

  async function send(endpoint: Endpoint, delivery: Delivery): Promise<void> {
    const fault = await attempt(centre, delivery, endpoint, handBack.signal);
    const now = ports.now();
    if (fault !== undefined && handBack.signal.aborted)
      return setDelivery(centre, delivery, { nextAt: now, updatedAt: now });
    const wait = RETRY_AFTER_MS[delivery.attempts];
    await setDelivery(centre, delivery, {
      attempts: delivery.attempts + 1,
      updatedAt: now,
      lastError: fault ?? null,
      ...(fault === undefined
        ? { state: 'delivered' as const }
        : wait === undefined
          ? { state: 'dead' as const }
          : { nextAt: now + wait }),
    });
  }

  async function idle(): Promise<void> {
    while (sending.size > 0) await Promise.all(sending);
  }

  return {
    async begin() {
      const due = await db
        .select()
        .from(webhookEndpoints)
        .where(
          sql`EXISTS (SELECT 1 FROM ${webhookDeliveries} WHERE ${webhookDeliveries.endpointId} = ${webhookEndpoints.id}
            AND ${webhookDeliveries.state} = 'pending' AND ${webhookDeliveries.nextAt} <= ${ports.now()})`,
        );
      const begun = await Promise.all(
        due.map((endpoint) =>
          endpoint.status === 'active' ? fill(endpoint) : giveUpRemoved(centre, endpoint),
        ),
      );
      return begun.reduce((sum, n) => sum + n, 0);
    },
    idle,
    async stop(graceMs) {
      stopped = true;
      const timer = setTimeout(() => handBack.abort(), graceMs);
      await idle();
      clearTimeout(timer);
    },
  };
}

async function claim({ db, ports }: Centre, endpointId: string, limit: number): Promise<Delivery[]> {
  const now = ports.now();
  const due = db
    .select({ eventId: webhookDeliveries.eventId })
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.endpointId, endpointId),
        eq(webhookDeliveries.state, 'pending'),
        sql`${webhookDeliveries.nextAt} <= ${now}`,
      ),
    )
    .orderBy(webhookDeliveries.nextAt)
    .limit(limit)
    .for('update', { skipLocked: true });
  return db
    .update(webhookDeliveries)
    .set({ nextAt: now + LEASE_MS })
    .where(and(eq(webhookDeliveries.endpointId, endpointId), sql`${webhookDeliveries.eventId} IN ${due}`))
    .returning();
}

async function giveUpRemoved({ db, ports }: Centre, { id }: Endpoint): Promise<number> {
  await db
    .update(webhookDeliveries)
    .set({ state: 'dead', lastError: 'the endpoint was removed', updatedAt: ports.now() })
    .where(and(eq(webhookDeliveries.endpointId, id), eq(webhookDeliveries.state, 'pending')));
  return 0;
}

async function setDelivery(
  { db }: Centre,
  { eventId, endpointId }: Delivery,
  changes: Partial<Delivery>,
): Promise<void> {
  await db
    .update(webhookDeliveries)
    .set(changes)
    .where(and(eq(webhookDeliveries.eventId, eventId), eq(webhookDeliveries.endpointId, endpointId)));
}

/** First attempts of a process that was killed: where it was the only one, they are due at once. */
export async function endLeases({ db, ports }: Centre): Promise<void> {
  await db
    .update(webhookDeliveries)
    .set({ nextAt: ports.now() })
    .where(and(eq(webhookDeliveries.state, 'pending'), eq(webhookDeliveries.attempts, 0)));
}

/** After a rotation the former secret signs too for a while: a receiver takes whichever it knows. */
function secretsOf({ secret, oldSecret, oldSecretUntil }: Endpoint, now: number): string[] {
  return oldSecret !== null && oldSecretUntil !== null && now < oldSecretUntil
    ? [secret, oldSecret]
    : [secret];
}

/** Standard Webhooks: id, time and body are signed together. @returns what went wrong */
async function attempt(
  centre: Centre,
  { eventId, body }: Delivery,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<string | undefined> {
  const at = new Date(centre.ports.now());
  return postWebhook(endpoint.url, {
    body,
    signal,
    allowPrivate: centre.config.webhook_allow_private,
    headers: {
      'webhook-id': eventId,
      'webhook-timestamp': String(Math.floor(at.getTime() / SECOND_MS)),
      'webhook-signature': secretsOf(endpoint, at.getTime())
        .map((secret) => new Webhook(secret).sign(eventId, at, body))
        .join(' '),
    },
  });
}
