import { unmet } from '../../shared/redemption/escrow.ts';
import { readAnchor } from '../../till/anchor/anchor.ts';
import { auditLedger } from '../../till/audit/audit-ledger.ts';
import { accountNames, type Books, readBooks } from './books.ts';
import type { Found } from './found.ts';
import { checkStep } from './invariants.ts';
import { checkUnpaid, nameOf } from './rights-checks.ts';
import type { Device } from './truth.ts';
import type { World } from './world.ts';

type UseRow = {
  readonly id: string;
  readonly offer_id: string;
  readonly coupon_id: string;
  readonly status: string;
  readonly paid_by: string;
  readonly owed: string;
  readonly n: string;
};

/** When everything has healed: each redemption is at the centre once, and every ledger says what the centre says. */
export async function checkHealed(world: World): Promise<Found[]> {
  for (const device of world.truth.devices.values()) device.checked.acked.opened = '';
  for (const device of world.truth.devices.values()) device.checked.acked.revision = '';
  return [
    ...(await checkStep(world)),
    ...(await checkCounted(world)),
    ...checkUnpaid(world, await readBooks(world.centre)),
    ...(await checkExcess(world)),
    ...(await checkForks(world)),
    ...(await checkConvergence(world)),
    ...checkChains(world),
  ];
}

async function checkCounted({ centre, truth }: World): Promise<Found[]> {
  const rows = await centre.rows<{ id: string; status: string; n: string }>(
    'SELECT id, min(status) AS status, count(*) AS n FROM redemptions GROUP BY id',
  );
  const central = new Map(rows.map((row) => [row.id, row]));
  const found: Found[] = [];
  const wrong = (detail: string) => found.push({ invariant: 'counted_once', detail });
  for (const one of truth.redemptions.values()) {
    // What only a destroyed machine knew, nobody can tell the centre; voids are lost with it too.
    if (one.lost) continue;
    const row = central.get(one.id);
    if (!row) wrong(`${one.id} of ${one.by} is missing`);
    else if (Number(row.n) !== 1) wrong(`${one.id} is there ${row.n} times`);
    else if (!one.voidLost && (row.status === 'redeemed') !== one.live)
      wrong(`${one.id} of ${one.by} is ${row.status}, live ${one.live}`);
  }
  for (const id of central.keys()) if (!truth.redemptions.has(id)) wrong(`${id} never happened`);
  return found;
}

/** Each use past a limit, and each gift past a budget, is one open incident, and nothing else is. */
async function checkExcess(world: World): Promise<Found[]> {
  const { centre, truth } = world;
  const rows = await centre.rows<UseRow>(
    `SELECT r.id, r.offer_id, r.coupon_id, r.status, r.paid_by, coalesce(s.owed_minor, 0) AS owed, count(i.id) AS n
     FROM redemptions r
     LEFT JOIN budget_spends s ON s.redemption_id = r.id
     LEFT JOIN incidents i ON i.redemption_id = r.id AND i.kind = 'over_redemption' AND i.status = 'open'
     GROUP BY r.id, r.offer_id, r.coupon_id, r.status, r.paid_by, s.owed_minor`,
  );
  const found: Found[] = [];
  const wrong = (detail: string) => found.push({ invariant: 'excess_is_known', detail });
  for (const row of rows) {
    const incidents = Number(row.n);
    world.counts.incidents += incidents;
    if (truth.singles.has(row.coupon_id)) continue;
    const isExcess = row.status === 'redeemed' && (row.paid_by === 'nothing' || Number(row.owed) > 0);
    if (incidents !== (isExcess ? 1 : 0))
      wrong(
        `${nameOf(world, row.offer_id)}: ${row.id} is ${row.status}, paid by ${row.paid_by}, owes ${row.owed} and has ${incidents} incidents`,
      );
  }
  for (const [couponId, code] of truth.singles) {
    const live = rows.filter((row) => row.coupon_id === couponId && row.status === 'redeemed');
    const incidents = live.reduce((sum, row) => sum + Number(row.n), 0);
    if (incidents !== Math.max(0, live.length - 1))
      wrong(`${code}: ${live.length} uses, ${incidents} incidents`);
  }
  // Rights that are with a ledger, or burned, may serve nobody else: what went past the rest is an excess.
  const { rights } = await readBooks(world.centre);
  for (const { offer_id, n } of rights.places) {
    const uses = rows.filter((one) => one.offer_id === offer_id && one.status === 'redeemed');
    const owed = uses.filter((one) => Number(one.n) > 0).length;
    if (owed < uses.length - n)
      wrong(`${nameOf(world, offer_id)}: ${owed} incidents, ${uses.length} uses of ${n}`);
  }
  return found;
}

/** Two histories of one incarnation are at the centre: that is a fork, and one incident says so. */
async function checkForks(world: World): Promise<Found[]> {
  const forks = await world.centre.rows<{ ledger_id: string; incarnation: number; n: string }>(
    `SELECT f.ledger_id, f.incarnation, count(i.id) AS n
     FROM (SELECT DISTINCT ledger_id, incarnation FROM ledger_events
       GROUP BY ledger_id, incarnation, seq HAVING count(DISTINCT hash) > 1) f
     LEFT JOIN incidents i ON i.kind = 'fork' AND i.ledger_id = f.ledger_id
       AND (i.sides->0->>'incarnation')::int = f.incarnation
     GROUP BY f.ledger_id, f.incarnation`,
  );
  return forks
    .filter((fork) => Number(fork.n) !== 1)
    .map(({ ledger_id, incarnation, n }) => ({
      invariant: 'fork_is_known' as const,
      detail: `incarnation ${incarnation} of ${ledger_id} has two histories and ${n} incidents`,
    }));
}

async function checkConvergence(world: World): Promise<Found[]> {
  const books = await readBooks(world.centre);
  const offers = await world.centre.rows<{ id: string; version: number }>(
    'SELECT id, version FROM offers WHERE location_id IS NULL',
  );
  return world
    .liveDevices()
    .filter(({ enrolled }) => enrolled)
    .flatMap((device) => {
      const { view } = device.till;
      const found: Found[] = [];
      const wrong = (detail: string) =>
        found.push({ invariant: 'convergence', detail: `${device.machine.name}: ${detail}` });
      const waiting = view.head().seq - Number(view.reads.meta.get('sync.ackedSeq') ?? 0);
      if (waiting > 0) wrong(`${waiting} events wait`);
      if (view.reads.meta.get('fault.ledger_unanchored') !== undefined)
        wrong('its rights are still suspended');
      const identity = view.identity();
      const status = books.incarnations.find(
        (one) => one.ledger_id === identity?.ledgerId && one.incarnation === identity?.incarnation,
      )?.status;
      if (status !== 'active') wrong(`its incarnation ${identity?.incarnation} is ${status ?? 'unknown'}`);
      for (const { id, version } of offers) {
        const here = view.reads.offers.byId(id)?.version;
        if (here !== version) wrong(`offer ${id} is version ${here}, not ${version}`);
      }
      for (const { name, offerId, here, there } of countBoth(books, device))
        if (here !== there)
          wrong(`holds ${here} of the ${name} of ${nameOf(world, offerId)}, the centre says ${there}`);
      return found;
    });
}

type Counted = {
  readonly name: string;
  readonly offerId: string;
  readonly here: number;
  readonly there: number;
};

/** What a ledger may still spend, as itself and as the centre counts it. */
function countBoth(books: Books, { till }: Device): Counted[] {
  const { view } = till;
  const identity = view.identity();
  const isOwn = (one: { ledger_id: string | null; incarnation: number | null }) =>
    one.ledger_id === identity?.ledgerId && one.incarnation === identity?.incarnation;
  const own = { rights: view.reads.leases.all(), money: view.reads.budgets.all() };
  return accountNames.flatMap((name) =>
    books[name].places.map(({ offer_id }) => {
      const here = own[name].filter(
        (one) => one.offerId === offer_id && one.incarnation === identity?.incarnation,
      );
      const lease = books[name].leases.find((one) => one.offer_id === offer_id && isOwn(one));
      // What a restored centre has no rights for is claimed; what was spent of it is owed.
      const owed = books[name].uses
        .filter((one) => one.offer_id === offer_id && isOwn(one) && !one.at_risk)
        .reduce((sum, one) => sum + one.owed, 0);
      return {
        name,
        offerId: offer_id,
        here: here.reduce((sum, one) => sum + one.leased + one.reserved, 0),
        there: lease?.status === 'open' ? lease.held + unmet(lease) - owed : 0,
      };
    }),
  );
}

function checkChains(world: World): Found[] {
  return world.liveDevices().flatMap((device) => {
    const { view } = device.till;
    const slots = { ...noAnchorStore, read: (slot: 'a' | 'b') => device.machine.anchor[slot] };
    const audited = auditLedger({ read: view.reads, identity: view.identity() }, readAnchor(slots));
    return audited.ok
      ? []
      : [
          {
            invariant: 'chain_is_whole' as const,
            detail: `${device.machine.name}: ${audited.error.seq ?? ''} ${audited.error.what}`,
          },
        ];
  });
}

const noAnchorStore = { write() {}, flush() {}, close() {} };
