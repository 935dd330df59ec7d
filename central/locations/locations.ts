import { createHash } from 'node:crypto';
import { asc, eq, sql } from 'drizzle-orm';
import { canonicalCode } from '../../shared/codes/canonical-code.ts';
import { displayCode } from '../../shared/codes/display-code.ts';
import { generateCode } from '../../shared/codes/generate-code.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { HOUR_MS } from '../../shared/kernel/instant.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { type Centre, newId, type Outcome } from '../centre.ts';
import type { Db } from '../store/db.ts';
import { devices, enrolmentCodes, incarnations, ledgers, locations } from '../store/schema.ts';

/** 80 random bits: one-time, expiring, and typed by a person. */
const ENROLMENT_CODE_LENGTH = 16;

export function hashEnrolmentCode(entered: string): string | undefined {
  const canonical = canonicalCode(entered);
  return canonical && createHash('sha256').update(canonical).digest('hex');
}

/**
 * With a location, the code is for the next machine of that location's ledger; without, for a location that the centre
 * does not know yet. So whoever finds a code of one shop cannot speak for another.
 * @returns the code, which can be shown only now: the centre keeps its hash
 */
export async function createEnrolment(
  centre: Centre,
  input: { readonly note: string; readonly locationId?: string | undefined },
): Promise<Outcome<{ id: string; enrolmentCode: string; expiresAt: number }>> {
  const { ports, config } = centre;
  const { note, locationId = null } = input;
  if (locationId !== null) {
    const [known] = await centre.db
      .select({ id: locations.id })
      .from(locations)
      .where(eq(locations.id, locationId));
    if (known === undefined) return err(refusal('not_found', { what: 'location' }, 'location_id'));
  }
  const code = generateCode({ kind: 'crockford', length: ENROLMENT_CODE_LENGTH }, (n) =>
    ports.randomBytes(n),
  );
  const now = ports.now();
  const id = newId(ports);
  const expiresAt = now + config.enrolment_hours * HOUR_MS;
  const hash = hashEnrolmentCode(code) as string; // a generated code is always canonical
  await centre.db.insert(enrolmentCodes).values({ id, hash, note, locationId, createdAt: now, expiresAt });
  return ok({ id, enrolmentCode: displayCode(code), expiresAt });
}

export type LocationState = {
  readonly id: string;
  readonly name: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly lastSeenAt: number | undefined;
  /** Events that the ledger reported and the centre does not have yet. */
  readonly behind: number;
};

/** Every location with what its active device last said. Their number is that of shops: no paging is needed. */
export async function listLocations(db: Db): Promise<LocationState[]> {
  const rows = await db
    .select({
      id: locations.id,
      name: locations.name,
      currency: locations.currency,
      timeZone: locations.timeZone,
      lastSeenAt: sql<string | null>`max(${devices.lastSeenAt})`,
      behind: sql<string | null>`sum(greatest(${incarnations.headSeq} - ${incarnations.ackedSeq}, 0))`,
    })
    .from(locations)
    .leftJoin(ledgers, sql`${ledgers.locationId} = ${locations.id}`)
    .leftJoin(devices, sql`${devices.ledgerId} = ${ledgers.id} AND ${devices.status} = 'active'`)
    .leftJoin(
      incarnations,
      sql`${incarnations.ledgerId} = ${ledgers.id} AND ${incarnations.status} = 'active'`,
    )
    .groupBy(locations.id)
    .orderBy(asc(locations.name), asc(locations.id))
    .limit(MAX_LOCATIONS);
  return rows.map((row) => ({
    ...row,
    lastSeenAt: row.lastSeenAt === null ? undefined : Number(row.lastSeenAt),
    behind: Number(row.behind ?? 0),
  }));
}

const MAX_LOCATIONS = 20_000;
