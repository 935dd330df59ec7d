import { readAnchor } from '../../till/anchor/anchor.ts';
import { auditLedger } from '../../till/audit/audit-ledger.ts';
import { recover, syncNow } from './actions.ts';
import type { Device } from './truth.ts';
import type { World } from './world.ts';

export const invariants = [
  'strict_limit',
  'rights_add_up',
  'shown_is_durable',
  'acked_is_central',
  'counted_once',
  'excess_is_known',
  'chain_is_whole',
  'convergence',
  'fork_is_known',
] as const;
export type Invariant = (typeof invariants)[number];

export type Violation = {
  readonly seed: number;
  readonly step: number;
  readonly invariant: Invariant;
  readonly detail: string;
};

type Found = { readonly invariant: Invariant; readonly detail: string };

type EscrowRow = {
  offer_id: string;
  n: string;
  pool: string;
  leased: string;
  reserved: string;
  spent: string;
  burned: string;
};
type RightsRow = EscrowRow & { lease_held: string; lease_burned: string; paid: string };

/** After every step: what may never be seen, not even for a moment. What nobody touched since needs no second look. */
export async function checkStep(world: World): Promise<Found[]> {
  return [
    ...checkLimits(world),
    ...(await checkRights(world)),
    ...checkDurability(world),
    ...(await checkAcked(world)),
  ];
}

/** No more in customers' hands than the offer allows, wherever it was recorded; a copy of a machine aside. */
function checkLimits({ truth }: World): Found[] {
  return [...truth.offers.values()].flatMap((offer) => {
    if (offer.policy !== 'strict' || offer.total === undefined) return [];
    const live = truth.liveOf(offer.id).length;
    const twice = truth.twiceOf(offer.id);
    const limit = (offer.ceiling ?? offer.total) + twice;
    return live > limit
      ? [
          {
            invariant: 'strict_limit' as const,
            detail: `${offer.codes[0]}: ${live} of ${limit} (twice ${twice})`,
          },
        ]
      : [];
  });
}

async function checkRights(world: World): Promise<Found[]> {
  const { centre, truth, checked } = world;
  if (checked.rights === centre.revision) return [];
  checked.rights = centre.revision;
  const rows = await centre.rows<RightsRow>(
    `SELECT e.*, coalesce(l.held, 0) AS lease_held, coalesce(l.burned, 0) AS lease_burned, coalesce(r.uses, 0) AS paid
     FROM escrows e
     LEFT JOIN (SELECT offer_id, sum(held) AS held, sum(burned) AS burned FROM leases GROUP BY offer_id) l
       USING (offer_id)
     LEFT JOIN (SELECT offer_id, count(*) AS uses FROM redemptions
       WHERE status = 'redeemed' AND paid_by IN ('pool', 'lease') GROUP BY offer_id) r USING (offer_id)`,
  );
  const found: Found[] = [];
  const wrong = (detail: string) => found.push({ invariant: 'rights_add_up', detail });
  for (const row of rows) {
    const places = [row.pool, row.leased, row.reserved, row.spent, row.burned].map(Number);
    const name = truth.offers.get(row.offer_id)?.codes[0] ?? row.offer_id;
    if (places.some((count) => count < 0) || places.reduce((a, b) => a + b, 0) !== Number(row.n))
      wrong(`${name}: ${JSON.stringify(row)}`);
    if (Number(row.leased) !== Number(row.lease_held))
      wrong(`${name}: ${row.leased} leased, its leases hold ${row.lease_held}`);
    if (Number(row.burned) !== Number(row.lease_burned))
      wrong(`${name}: ${row.burned} burned, its leases ${row.lease_burned}`);
    if (Number(row.spent) !== Number(row.paid))
      wrong(`${name}: ${row.spent} spent, ${row.paid} paid redemptions`);
  }
  const retired = await centre.rows<{ offer_id: string; held: string; incarnation: number }>(
    `SELECT l.offer_id, l.held, l.incarnation FROM leases l JOIN incarnations i USING (ledger_id, incarnation)
     WHERE i.status = 'retired' AND l.held > 0`,
  );
  for (const { offer_id, held, incarnation } of retired) {
    const name = truth.offers.get(offer_id)?.codes[0] ?? offer_id;
    wrong(`${name}: ${held} are held by incarnation ${incarnation}, which is over`);
  }
  return found;
}

function checkDurability({ truth }: World): Found[] {
  const found: Found[] = [];
  for (const device of truth.devices.values()) {
    if (device.destroyed || !device.till.isOpen) continue;
    const revision = device.till.revision();
    if (device.checked.durability === revision) continue;
    device.checked.durability = revision;
    const { name } = device.machine;
    const there = device.till.view.redemptionIds();
    for (const one of truth.redemptions.values()) {
      if (one.by === name && one.shown && !one.lost && !there.has(one.id))
        found.push({ invariant: 'shown_is_durable', detail: `${one.id} is not on ${name}` });
    }
  }
  return found;
}

/** What a ledger was told to be at the centre is there. A restored centre may lack it until the ledger hears of that. */
async function checkAcked(world: World): Promise<Found[]> {
  const { centre, truth } = world;
  const found: Found[] = [];
  for (const device of truth.devices.values()) {
    if (device.destroyed || !device.till.isOpen) continue;
    const { view } = device.till;
    const ledger = device.till.revision();
    const revision = `${ledger} ${centre.epoch}`;
    const { checked } = device;
    if (checked.acked.revision === revision) continue;
    const identity = view.identity();
    if (!identity || view.reads.meta.get('sync.serverEpoch') !== String(centre.epoch)) continue;
    const acked = Number(view.reads.meta.get('sync.ackedSeq') ?? 0);
    const opened = `${ledger.split('.')[0]} ${centre.epoch}`;
    // Opened again, it may be an older copy; at another epoch, nothing is sure.
    const before = checked.acked.opened === opened ? Math.min(checked.acked.seq, acked) : 0;
    checked.acked = { revision, opened, seq: acked };
    if (before >= acked) continue;
    const rows = await centre.rows<{ seq: string; hash: string }>(
      `SELECT seq, hash FROM ledger_events
       WHERE ledger_id = '${identity.ledgerId}' AND seq > ${before} AND seq <= ${acked}`,
    );
    const known = new Set(rows.map((row) => `${row.seq} ${row.hash}`));
    for (const event of view.reads.events.from(before + 1, acked - before)) {
      if (!known.has(`${event.seq} ${event.hash}`))
        found.push({
          invariant: 'acked_is_central',
          detail: `${device.machine.name}: event ${event.seq} was acknowledged`,
        });
    }
  }
  return found;
}

const MAX_ROUNDS = 24;

/** Nothing was left to say for so long: what one ledger returned has reached the others. */
const QUIET_ROUNDS = 3;

/** Lines heal, clocks are set, machines that are gone are given up: after some rounds everything must agree. */
export async function heal(world: World): Promise<void> {
  const { network, truth } = world;
  network.heal();
  world.betweenMessages = undefined;
  for (const device of world.liveDevices()) device.machine.clockOffsetMs = 0;
  await network.deliverDelayed(1_000);
  let quiet = 0;
  for (let round = 0; round < MAX_ROUNDS && quiet < QUIET_ROUNDS; round++) {
    let waiting = 0;
    for (const device of world.liveDevices()) {
      await answerForClock(device);
      const outcome = await syncNow(world, device);
      truth.absorb(device);
      const { view } = device.till;
      waiting += view.head().seq - Number(view.reads.meta.get('sync.ackedSeq') ?? 0);
      world.trace.add(`heal ${round} ${outcome}`);
    }
    world.trace.add(`heal ${round} ${await recover(world)}`);
    quiet = waiting === 0 ? quiet + 1 : 0;
    world.passTime(61_000);
  }
}

/** The clock is right again; whoever is there says so. */
async function answerForClock(device: Device): Promise<void> {
  const status = await device.till.call('app.status', {});
  if (status === 'killed' || !status.ok || status.value.phase !== 'ready') return;
  if (status.value.faults.some((fault) => fault.kind === 'clock_set_back'))
    await device.till.call('faults.clear', { kind: 'clock_set_back' });
}

/** When everything has healed: each redemption is at the centre once, and every ledger says what the centre says. */
export async function checkHealed(world: World): Promise<Found[]> {
  for (const device of world.truth.devices.values()) device.checked.acked.opened = '';
  for (const device of world.truth.devices.values()) device.checked.acked.revision = '';
  return [
    ...(await checkStep(world)),
    ...(await checkCounted(world)),
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

/** Each use past the limit is one open incident, and nothing else is. */
async function checkExcess(world: World): Promise<Found[]> {
  const { centre, truth } = world;
  const rows = await centre.rows<{
    id: string;
    offer_id: string;
    status: string;
    paid_by: string;
    n: string;
  }>(
    `SELECT r.id, r.offer_id, r.status, r.paid_by, count(i.id) AS n FROM redemptions r
     LEFT JOIN incidents i ON i.redemption_id = r.id AND i.kind = 'over_redemption' AND i.status = 'open'
     GROUP BY r.id, r.offer_id, r.status, r.paid_by`,
  );
  const found: Found[] = [];
  const wrong = (detail: string) => found.push({ invariant: 'excess_is_known', detail });
  for (const row of rows) {
    const incidents = Number(row.n);
    world.counts.incidents += incidents;
    const isExcess = row.status === 'redeemed' && row.paid_by === 'nothing';
    if (incidents !== (isExcess ? 1 : 0))
      wrong(
        `${truth.offers.get(row.offer_id)?.codes[0]}: ${row.id} is ${row.status}, paid by ${row.paid_by}, and has ${incidents} incidents`,
      );
  }
  // Rights that are with a ledger, or burned, may serve nobody else: what went past the rest is an excess.
  const escrows = await centre.rows<EscrowRow & { uses: string }>(
    `SELECT e.*, (SELECT count(*) FROM redemptions r WHERE r.offer_id = e.offer_id AND status = 'redeemed') AS uses
     FROM escrows e`,
  );
  for (const row of escrows) {
    const owed = rows.filter((one) => one.offer_id === row.offer_id && Number(one.n) > 0).length;
    if (owed < Number(row.uses) - Number(row.n))
      wrong(`${truth.offers.get(row.offer_id)?.codes[0]}: ${owed} incidents, ${JSON.stringify(row)}`);
    if (owed > 0 && Number(row.pool) > 0)
      wrong(`${truth.offers.get(row.offer_id)?.codes[0]}: ${owed} owed while the pool has ${row.pool}`);
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
  const found: Found[] = [];
  const wrong = (detail: string) => found.push({ invariant: 'convergence', detail });
  for (const device of world.liveDevices()) {
    const { view } = device.till;
    const { name } = device.machine;
    if (!device.enrolled) continue;
    const identity = view.identity();
    const head = view.head().seq;
    const acked = Number(view.reads.meta.get('sync.ackedSeq') ?? 0);
    if (acked < head) wrong(`${name}: ${head - acked} events wait`);
    const offers = await world.centre.rows<{ id: string; version: number; location_id: string | null }>(
      'SELECT id, version, location_id FROM offers',
    );
    for (const offer of offers) {
      const here = view.reads.offers.byId(offer.id);
      if (offer.location_id === null && here?.version !== offer.version)
        wrong(`${name}: offer ${offer.id} is version ${here?.version}, not ${offer.version}`);
    }
    // What a restored centre has no rights for is claimed; what was spent of it is owed.
    const leases = await world.centre.rows<{ offer_id: string; held: string }>(
      `SELECT l.offer_id, held + greatest(coalesce(claimed, 0) - granted, 0) - (SELECT count(*) FROM redemptions r
         WHERE (r.offer_id, r.ledger_id, r.incarnation) = (l.offer_id, l.ledger_id, l.incarnation)
           AND r.status = 'redeemed' AND r.paid_by = 'nothing' AND NOT r.at_risk) AS held
       FROM leases l WHERE status = 'open'
       AND ledger_id = '${identity?.ledgerId}' AND incarnation = ${identity?.incarnation ?? 0}`,
    );
    for (const lease of leases) {
      const here = view.reads.leases.ofOffer(lease.offer_id);
      // What a restored centre has burned with a copy, it cannot give to who claims it: the claim stays on record.
      const free = here.reduce((sum, one) => sum + one.leased + one.reserved, 0);
      if (free !== Number(lease.held))
        wrong(
          `${name}: holds ${free} of ${world.truth.offers.get(lease.offer_id)?.codes[0]}, the centre says ${lease.held}`,
        );
    }
  }
  return found;
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
