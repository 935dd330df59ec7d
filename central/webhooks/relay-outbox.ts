import { asc, eq, inArray } from 'drizzle-orm';
import type { Centre } from '../centre.ts';
import { outbox, webhookDeliveries, webhookEndpoints } from '../store/schema.ts';

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
