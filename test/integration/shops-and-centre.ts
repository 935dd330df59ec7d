import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { openTestCentre, type TestCentre, testPorts } from '../../central/testing/test-centre.ts';
import { fetchTransport } from '../../till/host/fetch-transport.ts';
import type { Timers } from '../../till/ports.ts';
import { systemClock } from '../../till/system-ports.ts';
import { openShop, testClock } from '../../till/testing/test-core.ts';
import { type Network, unreliableNetwork } from './unreliable-network.ts';

export type Shop = Awaited<ReturnType<typeof openShop>> & { readonly network: Network };

/**
 * Real ledgers, a real centre, real HTTP; only the network between them is a test's to break. The centre serves all
 * tests of the block that calls this and is emptied before each; shops close after theirs.
 */
export function shopsAndCentre(kind: Parameters<typeof openTestCentre>[0]) {
  let centre: TestCentre | undefined;
  let url: string;
  let shops: Shop[] = [];

  beforeAll(async () => {
    centre = await openTestCentre(kind, { ports: { ...testPorts(), now: () => Date.now() } });
    url = await centre.listen();
  }, 60_000);
  afterAll(() => centre?.close());
  beforeEach(async () => {
    await centre?.empty();
    return async () => {
      for (const shop of shops) {
        await shop.close();
        await shop.network.close();
      }
      shops = [];
    };
  });

  const world = {
    get centre(): TestCentre {
      if (centre === undefined) throw new Error('the centre opens before the first test');
      return centre;
    },
    get shops(): readonly Shop[] {
      return shops;
    },
    call: (...request: Parameters<TestCentre['call']>) => world.centre.call(...request),

    /** @param timers the system's, and its clock, unless the test makes time pass */
    async openLocation(timers?: Timers): Promise<Shop> {
      const network = await unreliableNetwork(url);
      const time = timers ? { timers, clock: testClock(Date.now()) } : { clock: systemClock as never };
      const till = await openShop({ centre: fetchTransport, ...time });
      const shop = { ...till, network };
      shops.push(shop);
      return shop;
    },

    async enrol(shop: Shop): Promise<void> {
      const { body } = await world.call('POST', '/api/locations/enrolments', {});
      const input = { centreUrl: shop.network.url, enrolmentCode: body.enrolment_code };
      const status = await shop.ok('sync.enrol', input, shop.session);
      expect(status).toMatchObject({ mode: 'enrolled', online: true });
    },

    async openEnrolled(): Promise<Shop> {
      const shop = await world.openLocation();
      await world.enrol(shop);
      return shop;
    },

    syncNow: (shop: Shop) => shop.ok('sync.now', {}, shop.session),
  };
  return world;
}
