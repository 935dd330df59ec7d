import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { type Call, type Outcome, type SignedIn, signedIn } from '../handlers.ts';
import type { Services } from '../services.ts';
import { verifyPin } from './verify-pin.ts';

/**
 * For what touches the ledger as a whole: it is done at the till that holds it, and whoever finds the screen of an admin
 * unlocked must still know their PIN.
 */
export async function adminHere(services: Services, call: Call, pin: string): Promise<Outcome<SignedIn>> {
  const by = signedIn(call);
  if (by.lane) return err(refusal('forbidden', { why: 'this is done at the till that holds the ledger' }));
  const operator = services.store.read.operators.byId(by.operatorId);
  if (!operator) return err(refusal('not_signed_in'));
  const verified = await verifyPin(services, operator, pin, call);
  return verified.ok ? ok(by) : verified;
}
