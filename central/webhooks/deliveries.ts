import { and, asc, eq, inArray, lte } from 'drizzle-orm';
import { Webhook } from 'standardwebhooks';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/kernel/instant.ts';
import type { Centre } from '../centre.ts';
import { outbox, webhookDeliveries, webhookEndpoints } from '../store/schema.ts';
import { postWebhook } from './post-webhook.ts';

export const webhookEvents = [
  'coupon.created',
  'coupon.updated',
  'coupon.redeemed',
  'coupon.voided',
  'coupon.refunded',
  'coupon.exhausted',
  'coupon.expired',
  'batch.completed',
  'over_redemption.detected',
] as const;

const MAX_EVENTS_PER_ROUND = 500;
const MAX_SENDS_PER_ROUND = 20;

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

/**
 * Turns events into deliveries, one for each endpoint that wants them. Event and deliveries change places in one
 * transaction: a process that is killed here loses none and makes none twice.
 */
export async function relayOutbox(centre: Centre): Promise<number> {
  return centre.db.transaction(async (tx) => {
    const events = await tx
      .select()
      .from(outbox)
      .orderBy(asc(outbox.id))
      .limit(MAX_EVENTS_PER_ROUND)
      .for('update', { skipLocked: true });
    if (events.length === 0) return 0;
    const endpoints = await tx.select().from(webhookEndpoints).where(eq(webhookEndpoints.status, 'active'));
    const now = centre.ports.now();
    const rows = events.flatMap((event) =>
      endpoints
        .filter((endpoint) => endpoint.events.includes(event.type))
        .map((endpoint) => ({
          eventId: event.eventId,
          endpointId: endpoint.id,
          type: event.type,
          body: JSON.stringify({
            type: event.type,
            timestamp: new Date(event.at).toISOString(),
            data: event.data,
          }),
          state: 'pending' as const,
          nextAt: now,
          createdAt: now,
          updatedAt: now,
        })),
    );
    for (let start = 0; start < rows.length; start += MAX_EVENTS_PER_ROUND)
      await tx.insert(webhookDeliveries).values(rows.slice(start, start + MAX_EVENTS_PER_ROUND));
    await tx.delete(outbox).where(
      inArray(
        outbox.id,
        events.map((event) => event.id),
      ),
    );
    return events.length;
  });
}

/** While one server sends a delivery, no other one does; when it dies, the delivery is due again after this. */
const LEASE_MS = MINUTE_MS;

/** Sends what is due. Each delivery arrives at least once, under an id that stays the same. @returns how many were tried */
export async function sendDue(centre: Centre): Promise<number> {
  const { db, ports } = centre;
  const due = await db.transaction(async (tx) => {
    const now = ports.now();
    const rows = await tx
      .select({ delivery: webhookDeliveries, endpoint: webhookEndpoints })
      .from(webhookDeliveries)
      .innerJoin(webhookEndpoints, eq(webhookEndpoints.id, webhookDeliveries.endpointId))
      .where(and(eq(webhookDeliveries.state, 'pending'), lte(webhookDeliveries.nextAt, now)))
      .orderBy(asc(webhookDeliveries.nextAt))
      .limit(MAX_SENDS_PER_ROUND)
      .for('update', { of: webhookDeliveries, skipLocked: true });
    for (const { delivery } of rows)
      await tx
        .update(webhookDeliveries)
        .set({ nextAt: now + LEASE_MS })
        .where(isDelivery(delivery));
    return rows;
  });
  await Promise.all(due.map(({ delivery, endpoint }) => sendOne(centre, delivery, endpoint)));
  return due.length;
}

/** First attempts of a process that was killed: where it was the only one, they are due at once. */
export async function endLeases({ db, ports }: Centre): Promise<void> {
  await db
    .update(webhookDeliveries)
    .set({ nextAt: ports.now() })
    .where(and(eq(webhookDeliveries.state, 'pending'), eq(webhookDeliveries.attempts, 0)));
}

type Delivery = typeof webhookDeliveries.$inferSelect;
type Endpoint = typeof webhookEndpoints.$inferSelect;

function isDelivery({ eventId, endpointId }: Pick<Delivery, 'eventId' | 'endpointId'>) {
  return and(eq(webhookDeliveries.eventId, eventId), eq(webhookDeliveries.endpointId, endpointId));
}

async function sendOne(centre: Centre, delivery: Delivery, endpoint: Endpoint): Promise<void> {
  const fault =
    endpoint.status === 'active' ? await attempt(centre, delivery, endpoint) : 'the endpoint was removed';
  const now = centre.ports.now();
  const attempts = delivery.attempts + 1;
  const wait = endpoint.status === 'active' ? RETRY_AFTER_MS[delivery.attempts] : undefined;
  await centre.db
    .update(webhookDeliveries)
    .set({
      attempts,
      updatedAt: now,
      lastError: fault ?? null,
      ...(fault === undefined
        ? { state: 'delivered' as const }
        : wait === undefined
          ? { state: 'dead' as const }
          : { nextAt: now + wait }),
    })
    .where(isDelivery(delivery));
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
): Promise<string | undefined> {
  const at = new Date(centre.ports.now());
  return postWebhook(endpoint.url, {
    body,
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
