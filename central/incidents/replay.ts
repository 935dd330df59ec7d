import { and, eq } from 'drizzle-orm';
import { type LedgerEvent, ledgerEventSchema } from '../../shared/contracts/ledger-events.ts';
import { type Refusal, refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Centre, Outcome } from '../centre.ts';
import type { LeaseHolder } from '../escrow/held.ts';
import type { Db } from '../store/db.ts';
import { ledgerEvents, ledgers } from '../store/schema.ts';
import type { IncidentRow } from './incidents.ts';

/** How events take effect; given by the caller, because deciding about an incident is the effect of one of them. */
export type ApplyEvents = (
  tx: Db,
  centre: Centre,
  holder: LeaseHolder,
  events: readonly LedgerEvent[],
) => Promise<ReadonlyMap<number, Refusal>>;

/**
 * Tries once more to apply an event that was set aside, after what stood in its way was put right: another version of
 * the centre, an offer that came later. Events after it were applied long ago, so only what is still true takes effect.
 */
export async function replayEvent(
  tx: Db,
  centre: Centre,
  incident: IncidentRow,
  apply: ApplyEvents,
): Promise<Outcome<void>> {
  const stored = await quarantinedEvent(tx, incident);
  if (stored === undefined) return err(refusal('not_found', { what: 'event' }));
  const parsed = ledgerEventSchema.safeParse(readJson(stored.body));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return err(refusal('conflict', { why: `still not readable: ${issue?.message ?? ''}` }));
  }
  const [ledger] = await tx.select().from(ledgers).where(eq(ledgers.id, stored.ledgerId));
  assert(ledger !== undefined, 'an event belongs to a ledger');
  const holder = {
    ledgerId: stored.ledgerId,
    incarnation: stored.incarnation,
    locationId: ledger.locationId,
  };
  const refused = await apply(tx, centre, holder, [parsed.data]);
  const why = refused.get(stored.seq);
  if (why !== undefined)
    return err(refusal('conflict', { why: `still refused: ${why.code}`, ...why.params }));
  await tx
    .update(ledgerEvents)
    .set({ state: 'applied', reason: null })
    .where(
      and(
        eq(ledgerEvents.ledgerId, stored.ledgerId),
        eq(ledgerEvents.incarnation, stored.incarnation),
        eq(ledgerEvents.seq, stored.seq),
        eq(ledgerEvents.hash, stored.hash),
      ),
    );
  return ok(undefined);
}

/** The event that an incident is about, while it is still set aside. */
export async function quarantinedEvent(
  db: Db,
  { kind, dedupeKey }: Pick<IncidentRow, 'kind' | 'dedupeKey'>,
): Promise<typeof ledgerEvents.$inferSelect | undefined> {
  const [, ledgerId, incarnation, seq] = dedupeKey.split(' ');
  if (kind !== 'quarantine' || ledgerId === undefined) return undefined;
  const [row] = await db
    .select()
    .from(ledgerEvents)
    .where(
      and(
        eq(ledgerEvents.ledgerId, ledgerId),
        eq(ledgerEvents.incarnation, Number(incarnation)),
        eq(ledgerEvents.seq, Number(seq)),
        eq(ledgerEvents.state, 'quarantined'),
      ),
    )
    .limit(1);
  return row;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
