import type { CheckResult } from '../../shared/contracts/operations/redemption.ts';
import type { Client } from '../api/client.ts';
import { useManagerDialog } from './manager-dialog.tsx';
import { isWorthSomething, useRedeem } from './redeem-store.ts';

/** What Enter does: always the one next step. */
export function advanceRedeem(client: Client): void {
  const redeem = useRedeem.getState();
  const accepted = isWorthSomething(redeem.result);
  if (redeem.draft.trim() !== '') void redeem.present(client, redeem.draft);
  else if (redeem.phase === 'done' || redeem.phase === 'undone') redeem.clear();
  else if (redeem.phase === 'entry' || redeem.stale) void redeem.check(client);
  else if (redeem.phase === 'result' && accepted) void redeem.confirm(client);
  else if (redeem.phase === 'result' && redeem.fault !== undefined) void redeem.check(client);
  else if (redeem.phase === 'result' && wantsManager(redeem.result))
    useManagerDialog.setState({ open: true });
  else if (redeem.phase === 'result') redeem.clear();
}

/** All that is left is a manager's word. */
function wantsManager(result: CheckResult | undefined): boolean {
  const [coupon] = result?.coupons ?? [];
  return coupon?.status === 'refused' && coupon.refusal.code === 'manager_required';
}
