import type { CouponRow } from '../../db/queries/coupons.ts';
import type { Reads, Tx } from '../../db/store.ts';
import {
  issueToken,
  looksLikeToken,
  type TokenClaim,
  type TokenFault,
  verifyToken,
} from '../../shared/codes/signed/token.ts';
import type { ErrorCode } from '../../shared/contracts/error-codes.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import type { Offer } from '../../shared/engine/offer.ts';
import { SECOND_MS } from '../../shared/kernel/instant.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Outcome } from '../handlers.ts';
import type { KeyPair } from './ed25519.ts';
import { verifyEd25519 } from './ed25519.ts';
import { trustedKeys } from './keys.ts';

/** The text of a coupon's QR that proves where it comes from. Whether uses are left, the ledgers alone know. */
export function tokenOf(
  coupon: CouponRow,
  offer: Offer,
  locationId: string,
  key: KeyPair & { readonly keyId: Uint8Array },
): string {
  const { endsAt, afterIssueMs } = offer.validity;
  const ends = [endsAt, afterIssueMs === undefined ? undefined : coupon.issuedAt + afterIssueMs];
  const known = ends.filter((end) => end !== undefined);
  const wholeSeconds = (at: number) => Math.floor(at / SECOND_MS) * SECOND_MS;
  return issueToken(
    {
      couponId: coupon.id,
      offerId: coupon.offerId,
      uses: coupon.maxUses ?? 1,
      homeLocationId: locationId,
      ...worthOf(offer),
      ...(known.length === 0 ? {} : { expiresAt: wholeSeconds(Math.min(...known)) }),
    },
    key.keyId,
    key.sign,
  );
}

/** What one coupon is worth where the offer alone decides that. */
function worthOf({ benefits, currency }: Offer): Pick<TokenClaim, 'value'> {
  const [only, another] = benefits;
  if (another !== undefined || only?.type !== 'fixed' || only.per !== 'total') return {};
  return { value: { amountMinor: only.amountMinor, currency } };
}

const faults: Readonly<Record<TokenFault, ErrorCode>> = {
  token_malformed: 'code_malformed',
  token_key_unknown: 'code_forged',
  token_key_revoked: 'code_void',
  token_void: 'code_void',
  token_forged: 'code_forged',
  token_not_started: 'not_started',
  token_expired: 'expired',
};

/** `undefined`: it is no token at all. */
export function readToken(read: Reads, entered: string, now: number): Outcome<TokenClaim> | undefined {
  if (!looksLikeToken(entered)) return undefined;
  const claim = verifyToken(entered, trustedKeys(read), now, verifyEd25519);
  return claim.ok ? claim : err(refusal(faults[claim.error]));
}

/**
 * A genuine code that this ledger never heard of is taken in as one whose uses are at home elsewhere: what may be done
 * with it offline, its offer's policy says. An offer that is unknown has none.
 */
export function admitTokens(tx: Tx, codes: readonly string[], now: number): void {
  for (const entered of codes) {
    const token = readToken(tx.read, entered, now);
    if (!token?.ok) continue;
    const { couponId, offerId, uses } = token.value;
    if (tx.read.coupons.byId(couponId) || !tx.read.offers.byId(offerId)) continue;
    tx.write.coupons.insert({
      id: couponId,
      // Its own text comes with its batch; until then the id stands for it.
      code: couponId.replaceAll('-', '').toUpperCase(),
      offerId,
      batchId: null,
      serial: 1,
      maxUses: uses,
      home: 'centre',
      issuedAt: now,
    });
  }
}

export function findByToken(read: Reads, entered: string, now: number): Outcome<CouponRow> | undefined {
  const token = readToken(read, entered, now);
  if (!token?.ok) return token;
  const coupon = read.coupons.byId(token.value.couponId);
  return coupon?.offerId === token.value.offerId ? ok(coupon) : err(refusal('code_unknown'));
}
