import { and, eq } from 'drizzle-orm';
import { outcomesOf } from '../../shared/contracts/incident.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Centre, Outcome } from '../centre.ts';
import type { Db } from '../store/db.ts';
import { incidents } from '../store/schema.ts';
import { closeIncidents, type Decision, type IncidentRow } from './incidents.ts';
import { type ApplyEvents, replayEvent } from './replay.ts';

/** A person decides. Deciding the same again changes nothing; something else is a conflict. */
export async function resolveIncident(
  tx: Db,
  centre: Centre,
  id: string,
  decision: Decision,
  apply: ApplyEvents,
): Promise<Outcome<IncidentRow>> {
  const [row] = await tx.select().from(incidents).where(eq(incidents.id, id)).for('update');
  if (row === undefined) return err(refusal('not_found', { what: 'incident' }));
  if (row.status === 'resolved')
    return row.outcome === decision.outcome
      ? ok(row)
      : err(refusal('conflict', { why: 'it was decided before' }));
  const allowed: readonly string[] = outcomesOf[row.kind];
  if (!allowed.includes(decision.outcome))
    return err(refusal('invalid_input', { why: `one of ${allowed.join(', ')}` }, 'outcome'));
  if (decision.outcome === 'recovered' && decision.recoveredFrom === undefined)
    return err(refusal('invalid_input', { why: 'from whom it was recovered' }, 'recovered_from'));
  if (decision.outcome === 'replayed') {
    const replayed = await replayEvent(tx, centre, row, apply);
    if (!replayed.ok) return replayed;
  }
  const [closed] = await closeIncidents(tx, and(eq(incidents.id, id)), decision, centre.ports.now());
  return closed === undefined ? err(refusal('conflict', { why: 'it was decided before' })) : ok(closed);
}
