import { unmet } from '../../shared/redemption/escrow.ts';
import { type Account, accountNames, type Books, readBooks } from './books.ts';
import type { Found } from './found.ts';
import type { Device } from './truth.ts';
import type { World } from './world.ts';

/** Where each right and each cent is, at the centre and in the ledgers. */

const sum = <T>(list: readonly T[], of: (one: T) => number) => list.reduce((all, one) => all + of(one), 0);
const keyOf = (lease: { offer_id: string; ledger_id: string; incarnation: number }) =>
  `${lease.offer_id} ${lease.ledger_id} ${lease.incarnation}`;

/** What may never be seen, after any step. The books are read again when the centre was asked anything since. */
export async function checkRights(world: World): Promise<Found[]> {
  const { centre, checked } = world;
  const isNews = checked.rights !== centre.revision;
  if (isNews || checked.books === undefined) checked.books = await readBooks(world.centre);
  checked.rights = centre.revision;
  const { books } = checked;
  return [
    ...(isNews ? accountNames.flatMap((name) => checkBooks(world, books, name)) : []),
    ...checkClaims(world, books),
    ...checkSpentOnce(world),
    ...world.liveDevices().flatMap((device) => checkLedger(world, books, device)),
  ];
}

export function nameOf({ truth }: World, offerId: string): string {
  return truth.offers.get(offerId)?.codes[0] ?? offerId;
}

function checkBooks(world: World, books: Books, name: keyof Pick<Books, 'rights' | 'money'>): Found[] {
  const found: Found[] = [];
  const account: Account = books[name];
  for (const row of account.places) {
    const wrong = (detail: string) =>
      found.push({
        invariant: 'rights_add_up',
        detail: `${name} of ${nameOf(world, row.offer_id)}: ${detail}`,
      });
    const places = [row.pool, row.leased, row.reserved, row.spent, row.burned];
    const leases = account.leases.filter((one) => one.offer_id === row.offer_id);
    const uses = account.uses.filter((one) => one.offer_id === row.offer_id);
    if (places.some((count) => count < 0) || sum(places, (count) => count) !== row.n)
      wrong(JSON.stringify(row));
    const held = sum(leases, (one) => one.held);
    if (row.leased !== held) wrong(`${row.leased} leased, its leases hold ${held}`);
    const burned = sum(leases, (one) => one.burned);
    if (row.burned !== burned) wrong(`${row.burned} burned, its leases ${burned}`);
    const paid = sum(uses, (one) => one.pool + one.lease);
    if (row.spent !== paid) wrong(`${row.spent} spent, ${paid} paid by redemptions`);
    const waiting = sum(leases, unmet) + sum(uses, (one) => one.owed);
    const isFrozen = books.recovering && world.truth.offers.get(row.offer_id)?.policy === 'strict';
    if (row.pool > 0 && waiting > 0 && !isFrozen)
      wrong(`${waiting} are owed or claimed while the pool has ${row.pool}`);
  }
  const over = new Set(
    books.incarnations
      .filter(({ status }) => status === 'retired')
      .map((one) => `${one.ledger_id} ${one.incarnation}`),
  );
  for (const { offer_id, ledger_id, incarnation, held } of account.leases) {
    if (held > 0 && over.has(`${ledger_id} ${incarnation}`))
      found.push({
        invariant: 'rights_add_up',
        detail: `${name} of ${nameOf(world, offer_id)}: ${held} are held by incarnation ${incarnation}, which is over`,
      });
  }
  return found;
}

/** Since all have told what a restored centre lost, it grants before anybody has: nothing more is to be learned. */
function checkClaims({ checked, centre, truth }: World, books: Books): Found[] {
  const found: Found[] = [];
  const reported = new Set(
    books.incarnations
      .filter((one) => one.status === 'active' && one.reported_epoch === centre.epoch)
      .map((one) => `${one.ledger_id} ${one.incarnation}`),
  );
  for (const name of accountNames) {
    for (const lease of books[name].leases) {
      const holder = `${lease.ledger_id} ${lease.incarnation}`;
      const key = `${centre.epoch} ${name} ${keyOf(lease)}`;
      if (books.recovering || !reported.has(holder) || truth.copied.has(holder)) continue;
      const before = checked.claims.get(key);
      if (before !== undefined && lease.claimed > before)
        found.push({
          invariant: 'rights_add_up',
          detail: `${name} ${holder}: ${lease.claimed} were never granted, only ${before}`,
        });
      checked.claims.set(key, lease.claimed);
    }
  }
  return found;
}

/** What an incarnation spent of its leases, wherever the record is now, it was granted and did not give back. */
function checkSpentOnce({ truth }: World): Found[] {
  const spent = new Map<string, number>();
  for (const one of truth.redemptions.values()) {
    if (one.live && one.lease !== undefined) spent.set(one.lease, (spent.get(one.lease) ?? 0) + 1);
  }
  const found: Found[] = [];
  for (const [lease, count] of spent) {
    const { total, returned } = truth.leases.get(lease) ?? { total: 0, returned: 0 };
    const [offerId = '', ledgerId, incarnation] = lease.split(' ');
    if (count <= total - returned || truth.copied.has(`${ledgerId} ${incarnation}`)) continue;
    const code = truth.offers.get(offerId)?.codes[0];
    found.push({
      invariant: 'spent_once',
      detail: `${code}: incarnation ${incarnation} of ${ledgerId} spent ${count} of ${total} rights, ${returned} of them returned`,
    });
  }
  return found;
}

/**
 * What a ledger spent and still holds is at most what the centre counts for it: granting writes the centre first,
 * returning the ledger. A ledger that may be one of two copies, or has not told a restored centre yet, is not meant.
 */
function checkLedger(world: World, books: Books, device: Device): Found[] {
  const { centre, truth, checked } = world;
  const { till, enrolled, machine } = device;
  if (!enrolled || !till.isOpen) return [];
  const revision = `${till.revision()} ${centre.revision}`;
  if (checked.ledgers.get(machine.name) === revision) return [];
  checked.ledgers.set(machine.name, revision);
  const { view } = till;
  const identity = view.identity();
  const isSuspended = view.reads.meta.get('fault.ledger_unanchored') !== undefined;
  if (!identity || isSuspended || truth.copied.has(`${identity.ledgerId} ${identity.incarnation}`)) return [];
  const known = books.incarnations.find(
    (one) => one.ledger_id === identity.ledgerId && one.incarnation === identity.incarnation,
  );
  if (known?.status !== 'active' || known.reported_epoch !== centre.epoch) return [];
  const found: Found[] = [];
  const here = { rights: view.reads.leases.all(), money: view.reads.budgets.all() };
  for (const name of accountNames) {
    for (const lease of here[name]) {
      if (lease.incarnation !== identity.incarnation) continue;
      const there = books[name].leases.find(
        (one) =>
          one.offer_id === lease.offerId &&
          one.ledger_id === identity.ledgerId &&
          one.incarnation === identity.incarnation,
      );
      // An offer that was made here and not heard of there yet.
      if (!there && !books[name].places.some((one) => one.offer_id === lease.offerId)) continue;
      const counted = there ? Math.max(there.granted, there.claimed) - there.returned : 0;
      const kept = lease.total - lease.returned;
      if (kept > counted)
        found.push({
          invariant: 'rights_add_up',
          detail: `${name} of ${nameOf(world, lease.offerId)}: ${machine.name} has spent or holds ${kept}, the centre counts ${counted}`,
        });
    }
  }
  return found;
}

/**
 * When all has healed, what a ledger of a strict offer spent from its lease is paid by that lease; but for copies of a
 * machine, and for what a restored centre burned with a ledger before it heard where those rights had gone.
 */
export function checkUnpaid({ truth }: World, books: Books): Found[] {
  return accountNames.flatMap((name) =>
    books[name].places.flatMap(({ offer_id, burned }): Found[] => {
      const offer = truth.offers.get(offer_id);
      if (offer?.policy !== 'strict') return [];
      const twice = name === 'rights' ? truth.twiceOf(offer_id) : truth.twiceMinorOf(offer_id);
      const own = books[name].uses.filter(
        (one) => one.offer_id === offer_id && one.ledger_id !== null && !one.at_risk,
      );
      const open = books[name].leases.filter((one) => one.offer_id === offer_id && one.status === 'open');
      const byPool = sum(own, (one) => one.pool);
      const missing = sum(own, (one) => one.owed) + sum(open, unmet);
      if (byPool <= twice && missing <= twice + burned) return [];
      return [
        {
          invariant: 'spent_once',
          detail: `${name} of ${offer.codes[0]}: ${byPool} of leases were paid by the pool, ${missing} by nothing; twice ${twice}, burned ${burned}`,
        },
      ];
    }),
  );
}
