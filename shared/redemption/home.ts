import { err, ok, type Result } from '../kernel/result.ts';

/**
 * Where the uses of one code with a limit of its own are at home. They are in one place; only who has them there spends
 * them. `move` grows with each removal to a ledger, so that a message of an earlier one, late or doubled, says nothing.
 */
export type Home = {
  /** Absent: at the centre. */
  readonly holder?: Holder | undefined;
  readonly move: number;
};

export type Holder = { readonly ledgerId: string; readonly incarnation: number };

/** Asked for by a ledger. The same one that asks again, because the answer was lost, has it already. */
export function moveHome(home: Home, to: Holder): Result<Home, 'elsewhere'> {
  if (home.holder === undefined) return ok({ holder: to, move: home.move + 1 });
  return isSame(home.holder, to) ? ok(home) : err('elsewhere');
}

/** A ledger gave it back. Said by an earlier holder, or of an earlier move, it is void. */
export function returnHome(home: Home, from: Holder, move: number): Home {
  if (home.holder === undefined || !isSame(home.holder, from) || home.move !== move) return home;
  return { move };
}

/** A ledger has it by a removal that the centre, restored from a backup, does not know any more. */
export function relearnHome(home: Home, holder: Holder, move: number): Home {
  return move > home.move ? { holder, move } : home;
}

function isSame(a: Holder, b: Holder): boolean {
  return a.ledgerId === b.ledgerId && a.incarnation === b.incarnation;
}
