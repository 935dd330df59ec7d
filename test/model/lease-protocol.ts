import {
  burnLease,
  type Escrow,
  escrowAddsUp,
  grantLease,
  type Held,
  type Lease,
  leaseAddsUp,
  NO_LEASE,
  newEscrow,
  payFromPool,
  relearnGrant,
  reportReturned,
  reportSpent,
  reportVoided,
  resizeEscrow,
} from '../../shared/redemption/escrow.ts';
import {
  grantRights,
  moveRights,
  NO_RIGHTS,
  type Rights,
  rightsAddUp,
} from '../../shared/redemption/rights.ts';
import type { Model, Step } from './explore.ts';

/**
 * The lease protocol of docs/PROTOCOL.md, small enough to visit every state: one strict offer, two ledgers and the
 * centre. The algebra is the product's own; the network, the chains and the faults are modelled:
 *
 * - A chain only grows, so any push ever sent is a prefix of a chain that ever existed. Delivering one more event of
 *   any such chain, at any time, or never, is therefore every loss, duplicate, delay and truncation of pushes.
 * - An answer to a pull stays deliverable for ever, any number of times.
 */
export type Bounds = {
  readonly n: number;
  /** Events that one incarnation of a ledger may write. */
  readonly events: number;
  readonly incarnations: number;
  /** How often each fault or rare action may happen in one run. */
  readonly web: number;
  readonly voids: number;
  readonly returns: number;
  readonly burns: number;
  readonly restores: number;
  readonly clones: number;
  readonly centreRestores: number;
  readonly resizes: number;
};

/** Each is one rule of the protocol; without it some order of events over-redeems, or loses count. */
export const guards = [
  'spend_needs_right',
  'return_leaves_the_lease',
  'grants_are_totals',
  'events_apply_once',
  'grants_name_an_incarnation',
  'anchor_suspends_old_copy',
  'old_copy_starts_a_new_incarnation',
  'burned_rights_stay_burned',
  'void_returns_to_its_lease',
  'lowering_takes_only_the_pool',
  'restored_centre_is_frozen',
  'answers_of_an_old_epoch_are_ignored',
  'fork_burns_the_lease',
  'claims_are_kept',
  'owed_is_paid_first',
] as const;
export type Guard = (typeof guards)[number];

/** `s2.0`: kind, position, life of the copy that wrote it. Two copies never write the same event. */
type Token = string;
type Log = readonly Token[];

type Copy = {
  readonly ledger: 'A' | 'B';
  readonly incarnation: number;
  readonly log: Log;
  readonly rights: Rights;
  readonly epoch: number;
  readonly suspended: boolean;
  /** A whole-device copy, anchor included: nothing tells it from the first. */
  readonly isTwin: boolean;
  readonly life: number;
};

type Centre = {
  readonly escrow: Escrow;
  readonly target: number;
  readonly leases: Readonly<Record<string, Lease>>;
  /** Branches received of each incarnation; more than one is a fork. */
  readonly seen: Readonly<Record<string, readonly Log[]>>;
  readonly retired: readonly string[];
  /** What an incarnation had been granted when its fork was seen. */
  readonly forkedAt: Readonly<Record<string, number>>;
  readonly incarnations: Readonly<Record<string, number>>;
  readonly epoch: number;
  /** Ledgers that have told everything since the last restore of the centre; others keep it frozen. */
  readonly reported: readonly string[];
  /** Redemptions that count: by a lease, or by nothing, which is an incident. */
  readonly live: Readonly<Record<string, 'lease' | 'pool' | 'incident'>>;
  readonly voided: readonly string[];
};

export type State = {
  readonly centre: Centre;
  readonly copies: readonly Copy[];
  /** Chains that were overwritten; what they sent may still arrive. */
  readonly lost: Readonly<Record<string, readonly Log[]>>;
  /** Answers to pulls on their way: `key epoch total`. */
  readonly answers: readonly string[];
  readonly backups: { readonly ledger?: Copy | undefined; readonly centre?: Centre | undefined };
  /** What really happened, wherever it was recorded. */
  readonly truth: {
    readonly live: readonly string[];
    readonly webOrders: readonly string[];
    /** Rights that exist twice because a ledger was cloned with its anchor. */
    readonly twice: number;
  };
  readonly left: Omit<Bounds, 'n' | 'events' | 'incarnations'>;
  readonly lives: number;
};

const keyOf = ({ ledger, incarnation }: Pick<Copy, 'ledger' | 'incarnation'>) => `${ledger}${incarnation}`;
const idOf = (key: string, token: Token) => `${key}${token.slice(1)}`;

const without = <T>(list: readonly T[], one: T) => list.filter((other) => other !== one);
const sorted = (list: readonly string[]) => [...new Set(list)].sort();
const isPrefix = (short: Log, long: Log) =>
  short.length <= long.length && short.every((token, i) => token === long[i]);

export function leaseProtocol(bounds: Bounds, missing?: Guard): Model<State> {
  const has = (guard: Guard) => guard !== missing;
  const fresh = (ledger: Copy['ledger'], life: number): Copy => ({
    ledger,
    incarnation: 1,
    log: [],
    rights: NO_RIGHTS,
    epoch: 1,
    suspended: false,
    isTwin: false,
    life,
  });
  const { n, events, incarnations, ...left } = bounds;
  const initial: State = {
    centre: {
      escrow: newEscrow(n),
      target: n,
      leases: { A1: NO_LEASE, B1: NO_LEASE },
      seen: {},
      retired: [],
      forkedAt: {},
      incarnations: { A: 1, B: 1 },
      epoch: 1,
      reported: ['A', 'B'],
      live: {},
      voided: [],
    },
    copies: [fresh('A', 0), fresh('B', 1)],
    lost: {},
    answers: [],
    backups: {},
    truth: { live: [], webOrders: [], twice: 0 },
    left,
    lives: 2,
  };

  const isFrozen = ({ reported }: Centre) => has('restored_centre_is_frozen') && reported.length < 2;
  const use = (state: State, what: keyof State['left']): State['left'] => ({
    ...state.left,
    [what]: state.left[what] - 1,
  });

  /** Rights that came back go to leases that claim them, then pay what is owed, then follow a lowered limit. */
  function settled(centre: Centre): Centre {
    if (isFrozen(centre)) return centre;
    let next = centre;
    for (const [key, lease] of Object.entries(centre.leases)) {
      if ((lease.claimed ?? 0) > lease.granted && has('claims_are_kept'))
        next = withHeld(next, key, relearnGrant({ escrow: next.escrow, lease }, lease.granted));
    }
    for (const id of Object.keys(next.live)) {
      if (next.live[id] !== 'incident' || !has('owed_is_paid_first')) continue;
      const key = id.slice(0, 2);
      const lease = next.leases[key];
      const byLease = lease && reportSpent({ escrow: next.escrow, lease });
      if (byLease?.ok) {
        next = { ...withHeld(next, key, byLease.value), live: { ...next.live, [id]: 'lease' } };
        continue;
      }
      const byPool = payFromPool(next.escrow);
      if (byPool.ok) next = { ...next, escrow: byPool.value, live: { ...next.live, [id]: 'pool' } };
    }
    return next.escrow.n > next.target ? { ...next, escrow: resizeEscrow(next.escrow, next.target) } : next;
  }
  const withHeld = (centre: Centre, key: string, { escrow, lease }: Held): Centre => ({
    ...centre,
    escrow,
    leases: { ...centre.leases, [key]: lease },
  });

  function apply(centre: Centre, key: string, token: Token): Centre {
    const held: Held = { escrow: centre.escrow, lease: centre.leases[key] ?? NO_LEASE };
    const id = idOf(key, token);
    switch (token[0]) {
      case 'g':
        return settled(withHeld(centre, key, relearnGrant(held, Number(token.split('=')[1]))));
      case 's': {
        if (centre.voided.includes(id)) return centre;
        const spent = reportSpent(held);
        const paid = spent.ok ? withHeld(centre, key, spent.value) : centre;
        return settled({ ...paid, live: { ...paid.live, [id]: spent.ok ? 'lease' : 'incident' } });
      }
      case 'v': {
        const undone = `${key}${token.split('=')[1]}`;
        const { [undone]: paidBy, ...live } = centre.live;
        const voided = sorted([...centre.voided, undone]);
        if (paidBy === 'pool') {
          const { escrow } = centre;
          const freed = { ...escrow, spent: escrow.spent - 1, pool: escrow.pool + 1 };
          return settled({ ...centre, escrow: freed, live, voided });
        }
        if (paidBy !== 'lease') return { ...centre, live, voided };
        const back = reportVoided(held);
        if (has('void_returns_to_its_lease'))
          return settled({ ...withHeld(centre, key, back), live, voided });
        const { lease, escrow } = back;
        const pooled: Held = {
          lease: { ...lease, held: lease.held - 1, returned: lease.returned + 1 },
          escrow: { ...escrow, leased: escrow.leased - 1, pool: escrow.pool + 1 },
        };
        return settled({ ...withHeld(centre, key, lease.status === 'open' ? pooled : back), live, voided });
      }
      case 'r':
        return settled(withHeld(centre, key, reportReturned(held, 1)));
      default:
        throw new Error(`unknown event ${token}`);
    }
  }

  function retire(centre: Centre, key: string): Centre {
    if (centre.retired.includes(key)) return centre;
    const held: Held = { escrow: centre.escrow, lease: centre.leases[key] ?? NO_LEASE };
    const burned = burnLease(held);
    const gone = withHeld({ ...centre, retired: sorted([...centre.retired, key]) }, key, burned);
    if (has('burned_rights_stay_burned')) return gone;
    // Wrong on purpose: as if a lost ledger could not come back.
    const { escrow, lease } = burned;
    return {
      ...gone,
      escrow: { ...escrow, burned: escrow.burned - lease.burned, pool: escrow.pool + lease.burned },
      leases: { ...gone.leases, [key]: { ...lease, burned: 0, returned: lease.returned + lease.burned } },
    };
  }

  /** The centre receives the next event of a chain that it does not have yet. */
  function receive(centre: Centre, key: string, log: Log): { centre: Centre; seq: number } | undefined {
    const branches = centre.seen[key] ?? [];
    let known = 0;
    while (known < log.length && branches.some((b) => isPrefix(log.slice(0, known + 1), b))) known++;
    const token = log[known];
    if (token === undefined) {
      const again = log.at(-1);
      if (has('events_apply_once') || again === undefined) return undefined;
      return { centre: apply(centre, key, again), seq: log.length };
    }
    const before = log.slice(0, known);
    const extended = branches.find((b) => b.length === known && isPrefix(before, b));
    const isFork = extended === undefined && branches.length > 0;
    const after = [...before, token];
    const seen = {
      ...centre.seen,
      [key]: [...branches.filter((b) => b !== extended), after].sort((a, b) =>
        a.join() < b.join() ? -1 : 1,
      ),
    };
    const granted = centre.leases[key]?.granted ?? 0;
    const forkedAt = isFork ? { [key]: granted, ...centre.forkedAt } : centre.forkedAt;
    const received = { ...centre, seen, forkedAt };
    const told = isFork && has('fork_burns_the_lease') ? retire(received, key) : received;
    return { centre: apply(told, key, token), seq: known + 1 };
  }

  function* steps(state: State): Iterable<Step<State>> {
    yield* ledgerSteps(state);
    yield* networkSteps(state);
    yield* centreSteps(state);
    yield* faultSteps(state);
  }

  const replaced = (state: State, at: number, copy: Copy): readonly Copy[] =>
    state.copies.map((other, i) => (i === at ? copy : other));

  function* ledgerSteps(state: State): Iterable<Step<State>> {
    for (const [i, copy] of state.copies.entries()) {
      const key = keyOf(copy);
      const name = `${key}.${copy.life}`;
      if (copy.log.length >= events) continue;
      const write = (kind: string, rights: Rights, about = ''): Copy => ({
        ...copy,
        rights,
        log: [...copy.log, `${kind}${copy.log.length}.${copy.life}${about}`],
      });
      const mayUse = !copy.suspended;
      const spent = moveRights(copy.rights, 'spend');
      if (mayUse && (spent.ok || !has('spend_needs_right'))) {
        const next = write('s', spent.ok ? spent.value : copy.rights);
        const id = idOf(key, next.log.at(-1) ?? '');
        const truth = { ...state.truth, live: sorted([...state.truth.live, id]) };
        yield { action: `spend ${name}`, next: { ...state, copies: replaced(state, i, next), truth } };
      }
      const returned = moveRights(copy.rights, 'return');
      if (mayUse && state.left.returns > 0 && returned.ok) {
        const next = write('r', has('return_leaves_the_lease') ? returned.value : copy.rights);
        yield {
          action: `return ${name}`,
          next: { ...state, copies: replaced(state, i, next), left: use(state, 'returns') },
        };
      }
      const open = copy.log.findLast(
        (token) =>
          token.startsWith('s') &&
          !copy.log.some((v) => v.startsWith('v') && v.endsWith(`=${token.slice(1)}`)),
      );
      const back = moveRights(copy.rights, 'give_back');
      if (state.left.voids > 0 && open !== undefined && back.ok) {
        const next = write('v', back.value, `=${open.slice(1)}`);
        const truth = { ...state.truth, live: without(state.truth.live, idOf(key, open)) };
        yield {
          action: `void ${name}`,
          next: { ...state, copies: replaced(state, i, next), truth, left: use(state, 'voids') },
        };
      }
    }
  }

  function* networkSteps(state: State): Iterable<Step<State>> {
    const chains = new Map<string, Log[]>();
    for (const copy of state.copies) chains.set(keyOf(copy), [...(chains.get(keyOf(copy)) ?? []), copy.log]);
    for (const [key, logs] of Object.entries(state.lost))
      chains.set(key, [...(chains.get(key) ?? []), ...logs]);
    for (const [key, logs] of chains) {
      for (const log of logs) {
        const received = receive(state.centre, key, log);
        if (received)
          yield { action: `push ${key}#${received.seq}`, next: { ...state, centre: received.centre } };
      }
    }
    for (const answer of state.answers) {
      const [key = '', epochText, totalText] = answer.split(' ');
      for (const [i, copy] of state.copies.entries()) {
        if (copy.ledger !== key[0] || copy.log.length >= events) continue;
        if (has('grants_name_an_incarnation') && key !== keyOf(copy)) continue;
        if (has('answers_of_an_old_epoch_are_ignored') && Number(epochText) < copy.epoch) continue;
        const total = has('grants_are_totals') ? Number(totalText) : copy.rights.total + 1;
        const rights = grantRights(copy.rights, total);
        if (rights === copy.rights) continue;
        const next: Copy = {
          ...copy,
          rights,
          log: [...copy.log, `g${copy.log.length}.${copy.life}=${rights.total}`],
        };
        // Of two copies both hear of a grant; from when their fork is known, no more is granted to either.
        const known = Math.min(rights.total, state.centre.forkedAt[key] ?? rights.total);
        const more = copy.isTwin ? Math.max(0, known - copy.rights.total) : 0;
        const truth = { ...state.truth, twice: state.truth.twice + more };
        yield {
          action: `pull ${keyOf(copy)}.${copy.life}`,
          next: { ...state, copies: replaced(state, i, next), truth },
        };
      }
    }
    yield* contactSteps(state);
  }

  /** A ledger talks with the centre and hears where it stands: about its incarnation, and about the epoch. */
  function* contactSteps(state: State): Iterable<Step<State>> {
    const { centre } = state;
    for (const [i, copy] of state.copies.entries()) {
      const key = keyOf(copy);
      const branches = centre.seen[key] ?? [];
      const allSent = branches.some((b) => isPrefix(copy.log, b)) || copy.log.length === 0;
      const isRetired = centre.retired.includes(key);
      if (isRetired || copy.suspended) {
        const kept = !has('old_copy_starts_a_new_incarnation') && !isRetired;
        const retired = kept ? centre : retire(centre, key);
        const number =
          Math.max(...state.copies.map((c) => c.incarnation), centre.incarnations[copy.ledger] ?? 1) + 1;
        if (number > incarnations && !kept) continue;
        const next: Copy = kept
          ? { ...copy, suspended: false }
          : {
              ...copy,
              incarnation: number,
              log: [],
              rights: NO_RIGHTS,
              suspended: false,
              isTwin: false,
              epoch: centre.epoch,
            };
        const lost = kept ? state.lost : { ...state.lost, [key]: [...(state.lost[key] ?? []), copy.log] };
        yield {
          action: `continue ${key}.${copy.life}`,
          next: {
            ...state,
            centre: kept
              ? centre
              : {
                  ...retired,
                  incarnations: { ...retired.incarnations, [copy.ledger]: number },
                  leases: { ...retired.leases, [keyOf(next)]: NO_LEASE },
                },
            copies: replaced(state, i, next),
            lost,
          },
        };
        continue;
      }
      if (copy.epoch < centre.epoch) {
        yield {
          action: `hear-epoch ${key}.${copy.life}`,
          next: { ...state, copies: replaced(state, i, { ...copy, epoch: centre.epoch }) },
        };
      } else if (allSent && !centre.reported.includes(copy.ledger)) {
        const reported = sorted([...centre.reported, copy.ledger]);
        yield { action: `report ${key}`, next: { ...state, centre: settled({ ...centre, reported }) } };
      }
    }
  }

  function* centreSteps(state: State): Iterable<Step<State>> {
    const { centre } = state;
    if (!isFrozen(centre)) {
      for (const ledger of ['A', 'B']) {
        const key = `${ledger}${centre.incarnations[ledger]}`;
        const granted = grantLease({ escrow: centre.escrow, lease: centre.leases[key] ?? NO_LEASE }, 1);
        if (!granted.ok) continue;
        const answers = sorted([...state.answers, `${key} ${centre.epoch} ${granted.value.lease.granted}`]);
        yield {
          action: `grant ${key}`,
          next: { ...state, centre: withHeld(centre, key, granted.value), answers },
        };
      }
      if (state.left.web > 0 && centre.escrow.pool > 0) {
        const { escrow } = centre;
        const id = `W${state.left.web}`;
        const sold = { ...escrow, pool: escrow.pool - 1, spent: escrow.spent + 1 };
        yield {
          action: 'web-order',
          next: {
            ...state,
            centre: { ...centre, escrow: sold, live: { ...centre.live, [id]: 'pool' } },
            truth: {
              ...state.truth,
              live: sorted([...state.truth.live, id]),
              webOrders: sorted([...state.truth.webOrders, id]),
            },
            left: use(state, 'web'),
          },
        };
      }
    }
    if (state.left.burns > 0) {
      for (const copy of state.copies) {
        if (centre.retired.includes(keyOf(copy))) continue;
        const told = retire(centre, keyOf(copy));
        const reported = sorted([...told.reported, copy.ledger]);
        yield {
          action: `burn ${keyOf(copy)}`,
          next: { ...state, centre: settled({ ...told, reported }), left: use(state, 'burns') },
        };
      }
    }
    if (state.left.resizes > 0 && !isFrozen(centre)) {
      const left = use(state, 'resizes');
      const raised = centre.target + 1;
      yield {
        action: 'raise',
        next: {
          ...state,
          centre: {
            ...centre,
            target: raised,
            escrow: resizeEscrow(centre.escrow, Math.max(raised, centre.escrow.n)),
          },
          left,
        },
      };
      const lowered = centre.target - 1;
      if (lowered >= 0) {
        const { escrow } = centre;
        const takesLeased = !has('lowering_takes_only_the_pool') && escrow.pool === 0 && escrow.leased > 0;
        const lower = takesLeased
          ? { ...escrow, n: escrow.n - 1, leased: escrow.leased - 1 }
          : resizeEscrow(escrow, lowered);
        yield {
          action: 'lower',
          next: { ...state, centre: { ...centre, target: lowered, escrow: lower }, left },
        };
      }
    }
  }

  function* faultSteps(state: State): Iterable<Step<State>> {
    const [first] = state.copies;
    const { backups, left: may } = state;
    if (first && may.restores > 0) {
      if (!backups.ledger) {
        yield { action: 'backup A', next: { ...state, backups: { ...backups, ledger: first } } };
      } else if (keyOf(backups.ledger) === keyOf(first) && backups.ledger.log.length < first.log.length) {
        const key = keyOf(first);
        const old: Copy = {
          ...backups.ledger,
          // The anchor outside the data directory remembers a later event.
          suspended: has('anchor_suspends_old_copy'),
          life: state.lives,
        };
        yield {
          action: 'restore A',
          next: {
            ...state,
            copies: replaced(state, 0, old),
            lost: { ...state.lost, [key]: [...(state.lost[key] ?? []), first.log] },
            backups: { ...backups, ledger: undefined },
            left: use(state, 'restores'),
            lives: state.lives + 1,
          },
        };
      }
    }
    if (first && may.clones > 0) {
      const twin: Copy = { ...first, isTwin: true, life: state.lives };
      yield {
        action: 'clone A',
        next: {
          ...state,
          copies: [...state.copies, twin],
          truth: { ...state.truth, twice: state.truth.twice + first.rights.leased },
          left: use(state, 'clones'),
          lives: state.lives + 1,
        },
      };
    }
    if (may.centreRestores > 0) {
      if (!backups.centre) {
        yield { action: 'backup centre', next: { ...state, backups: { ...backups, centre: state.centre } } };
      } else {
        const centre = reimported({ ...backups.centre, epoch: state.centre.epoch + 1, reported: [] }, state);
        yield {
          action: 'restore centre',
          next: {
            ...state,
            centre,
            backups: { ...backups, centre: undefined },
            left: use(state, 'centreRestores'),
          },
        };
      }
    }
  }

  /** The web shop gives its orders again: they are known by their ids, and owed until the pool can be trusted. */
  function reimported(centre: Centre, state: State): Centre {
    const missed = state.truth.webOrders.filter((id) => !(id in centre.live));
    const owed = Object.fromEntries(missed.map((id) => [id, 'incident' as const]));
    return settled({ ...centre, live: { ...centre.live, ...owed } });
  }

  function broken(state: State): string | undefined {
    const { centre, truth } = state;
    const { escrow } = centre;
    if (!escrowAddsUp(escrow)) return 'pool + leased + reserved + spent + burned = n';
    const leases = Object.values(centre.leases);
    if (!leases.every(leaseAddsUp)) return 'held + spent + returned + burned = granted';
    const sum = (of: (lease: Lease) => number) => leases.reduce((total, lease) => total + of(lease), 0);
    const paid = Object.values(centre.live);
    const fromPool = paid.filter((by) => by === 'pool').length;
    if (escrow.leased !== sum((lease) => lease.held)) return 'the escrow counts what its leases hold';
    if (escrow.spent !== sum((lease) => lease.spent) + fromPool) return 'the escrow counts what was spent';
    if (!state.copies.every((copy) => rightsAddUp(copy.rights)))
      return 'each right of a ledger is in one place';
    // A limit that was lowered holds from when the rights came back: until then n is what may be spent.
    if (truth.live.length > escrow.n + truth.twice) return 'spent <= N';
    if (everythingArrived(state)) {
      if (truth.live.join() !== Object.keys(centre.live).sort().join())
        return 'each redemption counts once at the centre';
      const excess = Math.max(0, truth.live.length - escrow.n);
      const incidents = paid.filter((by) => by === 'incident').length;
      if (incidents < excess) return 'every excess has an incident';
    }
    return undefined;
  }

  function everythingArrived({ centre, copies, lost }: State): boolean {
    const has = (key: string, log: Log) =>
      log.length === 0 || (centre.seen[key] ?? []).some((b) => isPrefix(log, b));
    return (
      copies.every((copy) => has(keyOf(copy), copy.log)) &&
      Object.entries(lost).every(([key, logs]) => logs.every((log) => has(key, log)))
    );
  }

  return { initial, steps, broken };
}
