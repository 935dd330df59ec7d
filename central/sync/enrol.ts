import { and, eq, isNull } from 'drizzle-orm';
import { refusal } from '../../shared/contracts/refusal.ts';
import { type EnrolRequest, type EnrolResponse, SYNC_PROTOCOL } from '../../shared/contracts/sync.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { type Centre, newId, type Outcome } from '../centre.ts';
import { hashEnrolmentCode } from '../locations/locations.ts';
import type { Db } from '../store/db.ts';
import { transactResult } from '../store/retry.ts';
import { devices, enrolmentCodes, ledgers, locations } from '../store/schema.ts';

/** A ledger joins with a one-time code. The same ledger that asks again, because the answer was lost, gets it again. */
export async function enrol(centre: Centre, request: EnrolRequest): Promise<Outcome<EnrolResponse>> {
  if (request.protocol !== SYNC_PROTOCOL)
    return err(refusal('incompatible_version', { centre: SYNC_PROTOCOL, ledger: request.protocol }));
  const hash = hashEnrolmentCode(request.enrolmentCode);
  if (hash === undefined) return err(refusal('enrolment_code_invalid'));
  const joined = await transactResult(centre.db, (tx) => join(tx, centre, request, hash));
  if (!joined.ok) return joined;
  return ok({
    protocol: SYNC_PROTOCOL,
    deviceId: joined.value,
    serverEpoch: centre.store.epoch,
    serverTime: centre.ports.now(),
    customerKey: Buffer.from(centre.store.customerKey).toString('base64url'),
  });
}

async function join(tx: Db, centre: Centre, request: EnrolRequest, hash: string): Promise<Outcome<string>> {
  const now = centre.ports.now();
  const [code] = await tx.select().from(enrolmentCodes).where(eq(enrolmentCodes.hash, hash)).for('update');
  if (code === undefined) return err(refusal('enrolment_code_invalid'));
  if (code.usedByDevice !== null) {
    const [device] = await tx.select().from(devices).where(eq(devices.id, code.usedByDevice));
    const same = device?.ledgerId === request.ledgerId && device.publicKey === request.publicKey;
    return same ? ok(device.id) : err(refusal('enrolment_code_invalid'));
  }
  if (code.expiresAt <= now) return err(refusal('enrolment_code_invalid'));
  if (code.locationId !== null && code.locationId !== request.locationId)
    return err(refusal('enrolment_code_invalid', { why: 'the code is for another location' }));

  const added = await tx
    .insert(locations)
    .values({
      id: request.locationId,
      name: request.locationName,
      currency: request.currency,
      timeZone: request.timeZone,
      createdAt: now,
    })
    .onConflictDoNothing()
    .returning({ id: locations.id });
  if (code.locationId === null && added.length === 0)
    return err(
      refusal('enrolment_code_invalid', { why: 'the location is known: it needs a code of its own' }),
    );
  // A location is one ledger: another one may not speak for it.
  const [other] = await tx.select().from(ledgers).where(eq(ledgers.locationId, request.locationId));
  if (other !== undefined && other.id !== request.ledgerId)
    return err(refusal('conflict', { why: 'the location has another ledger' }));
  const [known] = await tx.select().from(ledgers).where(eq(ledgers.id, request.ledgerId)).for('update');
  if (known !== undefined && known.locationId !== request.locationId)
    return err(refusal('conflict', { why: 'the ledger belongs to another location' }));
  if (known === undefined)
    await tx.insert(ledgers).values({ id: request.ledgerId, locationId: request.locationId, createdAt: now });

  // A request that arrives late, after the same machine has joined by another, must not turn it away.
  const [present] = await tx
    .select()
    .from(devices)
    .where(
      and(
        eq(devices.ledgerId, request.ledgerId),
        eq(devices.publicKey, request.publicKey),
        eq(devices.status, 'active'),
      ),
    );
  const deviceId = present?.id ?? newId(centre.ports);
  if (present === undefined) await addDevice(tx, request, deviceId, now);
  const used = await tx
    .update(enrolmentCodes)
    .set({ usedAt: now, usedByDevice: deviceId })
    .where(and(eq(enrolmentCodes.id, code.id), isNull(enrolmentCodes.usedByDevice)))
    .returning({ id: enrolmentCodes.id });
  return used.length === 1 ? ok(deviceId) : err(refusal('enrolment_code_invalid'));
}

/** Of two machines with one ledger, the one that joined last speaks for it. */
async function addDevice(tx: Db, request: EnrolRequest, deviceId: string, now: number): Promise<void> {
  await tx
    .update(devices)
    .set({ status: 'revoked' })
    .where(and(eq(devices.ledgerId, request.ledgerId), eq(devices.status, 'active')));
  await tx.insert(devices).values({
    id: deviceId,
    ledgerId: request.ledgerId,
    publicKey: request.publicKey,
    status: 'active',
    enrolledAt: now,
    lastSeenAt: now,
  });
}
