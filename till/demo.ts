import { z } from 'zod';
import { idSchema, pinSchema } from '../shared/contracts/common.ts';
import type { OfferDraft } from '../shared/contracts/offer.ts';
import { assert } from '../shared/kernel/assert.ts';
import { DAY_MS } from '../shared/kernel/instant.ts';
import { createBatch } from './batches/create-batch.ts';
import type { SignedIn } from './handlers.ts';
import { createOffer } from './offers/create-offer.ts';
import { DEFAULT_PIN_COST, hashPin } from './operators/pin.ts';
import type { Random } from './ports.ts';
import type { Services } from './services.ts';
import { createLedger } from './setup/create-ledger.ts';

/** The sign-in screen of a demo location shows its PINs, so the ledger keeps them; no other location's does. */
export const DEMO_PINS_KEY = 'demo.pins';
export const demoPinsSchema = z.array(z.object({ operatorId: idSchema, pin: pinSchema }));

const people = [
  { name: 'Ada', role: 'admin' },
  { name: 'Marco', role: 'manager' },
  { name: 'Kim', role: 'cashier' },
] as const;

const CURRENCY = 'EUR';
const BATCH_CODES = 20;
const CODE_LENGTH = 10;
/** How long the welcome codes of the demo hold. */
const WELCOME_MS = 90 * DAY_MS;

/** A location to look around in: people, telling offers and a batch of codes. It can never be enrolled. */
export async function createDemo(services: Services): Promise<void> {
  const { random, pinCost = DEFAULT_PIN_COST } = services.ports;
  const pins = distinctPins(random, people.length);
  const hashes = await Promise.all(pins.map((pin) => hashPin(pin, pinCost, (count) => random.bytes(count))));
  // Somebody else may have been first while the PINs were hashed.
  if (services.location()) return;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const made = createLedger(services, {
    location: {
      name: 'Demo Store',
      currency: CURRENCY,
      timeZone,
      language: 'en',
      tillName: 'Till 1',
      taxMode: 'inclusive',
      demo: true,
    },
    operators: people.map((person, i) => ({ ...person, pinHash: hashes[i] as string })),
    meta: (ids) => ({
      [DEMO_PINS_KEY]: JSON.stringify(ids.map((operatorId, i) => ({ operatorId, pin: pins[i] }))),
    }),
  });
  const [, managerId] = made.operatorIds;
  assert(managerId, 'the demo has a manager');
  const by: SignedIn = { session: '', operatorId: managerId, name: people[1].name, role: 'manager' };
  for (const { draft, sharedCode } of demoOffers(services.clock.now(), timeZone)) {
    const offer = createOffer(services, by, { requestId: services.newId(), draft, sharedCode });
    assert(offer.ok, 'the demo offers are sound');
    if (sharedCode !== undefined) continue;
    const batch = createBatch(services, by, {
      requestId: services.newId(),
      offerId: offer.value.id,
      name: 'Welcome cards',
      count: BATCH_CODES,
      signed: false,
      format: { kind: 'crockford', length: CODE_LENGTH },
    });
    assert(batch.ok, 'the demo batch is sound');
  }
}

const usual = {
  currency: CURRENCY,
  trigger: 'code',
  conditions: [],
  validity: {},
  limits: {},
  stacking: { mode: 'stackable', priority: 0 },
  fundedBy: { type: 'merchant' },
  taxTreatment: 'before_tax',
  refundPolicy: { brokenThreshold: 'keep', giveUseBack: 'never' },
  offlinePolicy: { type: 'strict' },
} as const satisfies Partial<OfferDraft>;

/** Percent, fixed with a minimum spend, limited, and unique codes: `sharedCode` is absent for those. */
function demoOffers(
  now: number,
  zone: string,
): { readonly draft: OfferDraft; readonly sharedCode?: string }[] {
  const order = { scope: 'order' } as const;
  return [
    {
      sharedCode: 'SAVE10',
      draft: {
        ...usual,
        name: '10 % off everything',
        benefits: [{ type: 'percent', percentBp: 1_000, target: order, base: 'sequential' }],
      },
    },
    {
      sharedCode: 'FIVER',
      draft: {
        ...usual,
        name: '5.00 off from 30.00',
        benefits: [{ type: 'fixed', amountMinor: 500, per: 'total', target: order }],
        conditions: [{ type: 'min_spend', amountMinor: 3_000, measure: 'before_discounts' }],
      },
    },
    {
      sharedCode: 'EARLYBIRD',
      draft: {
        ...usual,
        name: 'First ten: a quarter off',
        benefits: [
          { type: 'percent', percentBp: 2_500, target: order, base: 'sequential', maxDiscountMinor: 5_000 },
        ],
        limits: { total: 10 },
        stacking: { mode: 'exclusive', priority: 10 },
      },
    },
    {
      draft: {
        ...usual,
        name: 'Welcome: 15 % once',
        benefits: [{ type: 'percent', percentBp: 1_500, target: order, base: 'sequential' }],
        validity: { days: { zone, last: new Date(now + WELCOME_MS).toISOString().slice(0, 10) } },
      },
    },
  ];
}

const PINS = 1_000_000;

function distinctPins(random: Random, count: number): string[] {
  const pins = new Set<string>();
  while (pins.size < count) {
    // The remainder of 2^32 favours some PINs by one part in four thousand: these PINs are on the screen anyway.
    const number = Buffer.from(random.bytes(4)).readUInt32BE() % PINS;
    pins.add(String(number).padStart(6, '0'));
  }
  return [...pins];
}
