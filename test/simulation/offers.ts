import type { OfferDraft } from '../../shared/contracts/offer.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { DAY_MS } from '../../shared/kernel/instant.ts';
import { pickDevice } from './devices.ts';
import type { TrueOffer } from './truth.ts';
import type { World } from './world.ts';

/** The offers of a simulation: what is limited, by what, and who made it. */

type Limits = Pick<TrueOffer, 'total' | 'budgetMinor'>;

function draft(policy: TrueOffer['policy'], limits: Limits): OfferDraft {
  return {
    name: `${policy} ${limits.total ?? limits.budgetMinor ?? 'without limit'}`,
    currency: 'EUR',
    trigger: 'code',
    benefits: [{ type: 'percent', percentBp: 1_000, target: { scope: 'order' }, base: 'sequential' }],
    conditions: [],
    validity: {},
    limits: {
      ...(limits.total === undefined ? {} : { total: limits.total }),
      ...(limits.budgetMinor === undefined ? {} : { budgetMinor: limits.budgetMinor }),
    },
    stacking: { mode: 'stackable', priority: 0 },
    fundedBy: { type: 'merchant' },
    taxTreatment: 'before_tax',
    refundPolicy: { brokenThreshold: 'keep', giveUseBack: 'full_return' },
    offlinePolicy:
      policy === 'bounded'
        ? { type: 'bounded', maxDiscountMinor: 400, maxUses: 3, maxAgeMs: DAY_MS, managerPin: false }
        : policy === 'open'
          ? { type: 'open' }
          : { type: 'strict' },
  };
}

async function addOffer(world: World, policy: TrueOffer['policy'], limits: Limits): Promise<TrueOffer> {
  const made = await world.centre.rest('POST', '/api/offers', draft(policy, limits));
  assert(made.status === 201, `an offer is made: ${JSON.stringify(made.body)}`);
  const offer: TrueOffer = {
    id: String(made.body.id),
    policy,
    ...limits,
    codes: [],
    madeBy: 'centre',
    version: 1,
  };
  world.truth.offers.set(offer.id, offer);
  return offer;
}

async function addCode(world: World, offer: TrueOffer, code: string, maxUses?: number): Promise<string> {
  const made = await world.centre.rest('POST', '/api/coupons', {
    offer_id: offer.id,
    code,
    ...(maxUses === undefined ? {} : { max_uses: maxUses }),
  });
  assert(made.status === 201, `a code is made: ${JSON.stringify(made.body)}`);
  offer.codes.push(code);
  // A restored centre would not know it, and nobody could give back what was sold of it.
  if (world.centre.hasBackup) await world.centre.backup();
  return String(made.body.id);
}

/** Makes an offer at the centre with one shared code. */
export async function makeCentralOffer(
  world: World,
  policy: TrueOffer['policy'],
  limits: Limits = {},
): Promise<void> {
  const code = `C${world.truth.offers.size}${limits.budgetMinor === undefined ? '' : 'BUDGET'}${policy.toUpperCase()}`;
  await addCode(world, await addOffer(world, policy, limits), code);
}

/** An offer whose codes serve once each. A code is at home in one place; whoever meets it elsewhere must ask for it. */
export async function makeSingleUseOffer(world: World): Promise<void> {
  const offer = await addOffer(world, 'strict', {});
  world.singleUse = offer;
  for (let i = 0; i < SINGLES_IN_USE; i++) await addSingleUseCode(world);
}

/** Older ones are mostly spent. */
const SINGLES_IN_USE = 3;
const MAX_SINGLES = 30;

export async function addSingleUseCode(world: World): Promise<string> {
  const { truth, singleUse: offer } = world;
  if (!offer || truth.singles.size >= MAX_SINGLES) return 'enough';
  const code = `U${truth.singles.size}SINGLE`;
  truth.singles.set(await addCode(world, offer, code, 1), code);
  return code;
}

/** Codes that customers have at hand. */
export function codesInUse({ codes }: TrueOffer): readonly string[] {
  return codes.slice(-SINGLES_IN_USE);
}

const MAX_OFFERS = 14;

export async function makeOffer(world: World): Promise<string> {
  const { prng, truth } = world;
  if (truth.offers.size >= MAX_OFFERS) return 'enough';
  const policy = prng.pick(['strict', 'strict', 'bounded', 'open'] as const);
  const total = prng.between(2, 14);
  await makeCentralOffer(world, policy, { total });
  return `${policy} ${total}`;
}

export async function makeOfferHere(world: World): Promise<string> {
  const { prng, truth } = world;
  const device = pickDevice(world);
  if (!device || truth.offers.size >= MAX_OFFERS) return 'enough';
  const total = prng.between(2, 8);
  const code = `H${truth.offers.size}${device.machine.name.replace(/\W/g, '')}`;
  const policy = prng.chance(0.7) ? 'strict' : 'unlimited';
  const limits = policy === 'strict' ? { total } : {};
  const made = await device.till.call('offers.create', {
    requestId: prng.uuid(),
    draft: draft(policy, limits),
    sharedCode: code,
  });
  if (made === 'killed') return `${device.machine.name} killed`;
  if (!made.ok) return `${device.machine.name} ${made.error.code}`;
  const { id } = made.value.offer;
  truth.offers.set(id, { id, policy, ...limits, codes: [code], madeBy: device.machine.name, version: 1 });
  return `${device.machine.name} ${code} ${total}`;
}

export async function changeLimit(world: World): Promise<string> {
  const { prng, truth, centre } = world;
  const offers = [...truth.offers.values()].filter(
    (offer) => offer.madeBy === 'centre' && (offer.total !== undefined || offer.budgetMinor !== undefined),
  );
  if (offers.length === 0) return 'no offers';
  const offer = prng.pick(offers);
  const by = prng.between(-3, 4);
  const limits =
    offer.budgetMinor === undefined
      ? { total: Math.max(1, (offer.total ?? 0) + by) }
      : { budgetMinor: Math.max(100, offer.budgetMinor + by * 100) };
  const changed = await centre.rest('PUT', `/api/offers/${offer.id}`, { terms: draft(offer.policy, limits) });
  if (changed.status !== 200) return `${changed.status} ${JSON.stringify(changed.body)}`;
  Object.assign(offer, limits);
  // What ledgers hold is not taken from them: until it comes back, the limit is the higher one.
  const table = offer.budgetMinor === undefined ? 'escrows' : 'budgets';
  const [row] = await centre.rows<{ n: string }>(`SELECT n FROM ${table} WHERE offer_id = '${offer.id}'`);
  offer.ceiling = Number(row?.n);
  // A backup from before would bring the old limit back, and nobody would know that it was changed.
  if (centre.hasBackup) await centre.backup();
  return `${offer.codes[0]} to ${JSON.stringify(limits)}`;
}
