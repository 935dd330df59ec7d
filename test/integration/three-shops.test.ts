import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { offerTerms } from '../../central/testing/offer-terms.ts';
import {
  type PostgresCluster,
  postgresPrograms,
  startPostgres,
} from '../../central/testing/postgres-cluster.ts';
import { type CentreProcess, startCentre, startTill, type TillProcess } from './processes/processes.ts';
import { type Network, unreliableNetwork, type Weather } from './unreliable-network.ts';

const REDEMPTIONS = process.env.LONG === '1' ? 10_000 : 600;
const SHOPS = 3;
const ROUNDS = 6;
const CODES_PER_CALL = 1_000;
const SETTLE_ROUNDS = 60;
const MINUTE = 60_000;
/** A redemption takes some milliseconds; the rest is for a machine that does much else beside. */
const TIMEOUT_MS = 4 * MINUTE + REDEMPTIONS * 200;

type Shop = { readonly till: TillProcess; readonly network: Network };

const programs = postgresPrograms();
if (programs === undefined)
  console.warn('PostgreSQL is not installed (Debian: apt-get install postgresql): this test is left out');

/**
 * Three tills, a centre and a PostgreSQL, each in a process of its own over loopback HTTP. While the tills redeem, each
 * process is killed in turn, and a proxy loses answers and cuts requests in their middle.
 */
describe.skipIf(programs === undefined)('three shops', () => {
  let folder: string;
  let cluster: PostgresCluster;
  let centre: CentreProcess;
  const shops: Shop[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-shops-'));
    cluster = startPostgres(programs ?? '', { durable: true });
    centre = await startCentre(path.join(folder, 'centre'), cluster.url);
    for (let i = 1; i <= SHOPS; i++) {
      const till = await startTill(path.join(folder, `shop-${i}`), `Shop ${i}`);
      const network = await unreliableNetwork(centre.url);
      shops.push({ till, network });
      const { body } = await centre.call('POST', '/api/locations/enrolments', {});
      const status = await till.ok('sync.enrol', {
        centreUrl: network.url,
        enrolmentCode: body.enrolment_code,
      });
      expect(status).toMatchObject({ mode: 'enrolled', online: true });
    }
  }, 3 * MINUTE);

  afterAll(async () => {
    for (const { till, network } of shops) {
      await till.kill();
      await network.close();
    }
    await centre?.stop();
    cluster?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  async function eachOther<T>(work: (shop: Shop, index: number) => Promise<T>): Promise<T[]> {
    return Promise.all(shops.map(work));
  }

  /** Everything that was shown has arrived, and nobody waits for anything. */
  async function settle(): Promise<void> {
    for (const { network } of shops) network.weather = 'fine';
    for (let i = 0; i < SETTLE_ROUNDS; i++) {
      const queues = await eachOther(async ({ till }) => {
        const answer = await till.tell<{ ok: boolean; value?: { queue: { count: number } } }>({
          do: 'call',
          name: 'sync.now',
          input: {},
          session: till.session(),
        });
        return answer.ok ? (answer.value?.queue.count ?? 0) : 1;
      });
      if (queues.every((count) => count === 0)) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error('the tills do not come to rest');
  }

  async function redemptionsAtCentre(): Promise<{ id: string; offer_id: string; code?: string }[]> {
    const found: { id: string; offer_id: string }[] = [];
    let cursor: string | undefined;
    do {
      const query = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await centre.call('GET', `/api/redemptions?limit=200${query}`);
      found.push(...body.redemptions);
      cursor = body.next_cursor;
    } while (cursor !== undefined);
    return found;
  }

  it(
    `redeem ${REDEMPTIONS} times: none lost, none doubled, none over`,
    async () => {
      const limit = Math.floor(REDEMPTIONS / 2);
      const single = Math.ceil(REDEMPTIONS * 0.6);
      const limited = await centre.call('POST', '/api/coupons', {
        code: 'LIMITED',
        offer_id: (await centre.call('POST', '/api/offers', offerTerms({ limits: { total: limit } }))).body
          .id,
      });
      expect(limited.status).toBe(201);
      const unlimited = (await centre.call('POST', '/api/offers', offerTerms())).body.id;
      const codes: string[] = [];
      while (codes.length < single) {
        const count = Math.min(CODES_PER_CALL, single - codes.length);
        const made = await centre.call('POST', `/api/offers/${unlimited}/codes`, { name: 'Letter', count });
        expect(made.status).toBe(201);
        codes.push(...made.body.codes);
      }
      await settle();

      // Every shop meets every code, each from another end; and more of the limited one than there is.
      const work = shops.map((_, i) => {
        const start = Math.floor((codes.length * i) / SHOPS);
        const own = [...codes.slice(start), ...codes.slice(0, start)];
        return own.flatMap((code, n) => (n % 2 === 0 ? [code, 'LIMITED'] : [code]));
      });
      const share = Math.ceil((work[0]?.length ?? 0) / ROUNDS);
      const weathers: Weather[] = ['fine', 'lose_answers', 'cut_bodies', 'off', 'fine', 'fine'];
      for (let round = 0; round < ROUNDS; round++) {
        shops.forEach(({ network }, i) => {
          network.weather = weathers[(round + i) % weathers.length] ?? 'fine';
        });
        const running = eachOther(({ till }, i) =>
          till
            .tell({
              do: 'redeem',
              codes: (work[i] ?? []).slice(round * share, (round + 1) * share),
              session: till.session(),
            })
            // Killed in the middle: what it had shown is on record.
            .catch(() => undefined),
        );
        const victim = round % (SHOPS + 1);
        await new Promise((resolve) => setTimeout(resolve, 400));
        if (victim === SHOPS) {
          await centre.kill();
          await centre.start();
        } else {
          await shops[victim]?.till.kill();
          await shops[victim]?.till.start();
        }
        await running;
      }
      await settle();
      // In peace each shop meets everything once more: what the storm left over is given away now.
      await eachOther(({ till }, i) =>
        till.tell({ do: 'redeem', codes: work[i] ?? [], session: till.session() }),
      );
      await settle();
      await settle();

      const shown = new Set(shops.flatMap(({ till }) => [...till.shown]));
      const stored = await redemptionsAtCentre();
      const ids = new Set(stored.map(({ id }) => id));
      expect(ids.size).toBe(stored.length);
      expect([...shown].filter((id) => !ids.has(id))).toEqual([]);
      // A till that was killed between its commit and its words has redeemed without showing it.
      expect(stored.length).toBeGreaterThanOrEqual(shown.size);
      expect(stored.length - shown.size).toBeLessThanOrEqual(ROUNDS);

      const ofLimited = stored.filter(({ offer_id }) => offer_id === limited.body.offer_id);
      expect(ofLimited.length).toBeLessThanOrEqual(limit);
      expect(ofLimited.length).toBeGreaterThan(limit * 0.8);
      expect(stored.length - ofLimited.length).toBeLessThanOrEqual(codes.length);
      // A basket that its till forgot when it was killed holds its code for ten minutes.
      expect(stored.length - ofLimited.length).toBeGreaterThanOrEqual(codes.length - ROUNDS);
      const { incidents } = (await centre.call('GET', '/api/incidents')).body;
      expect(incidents).toEqual([]);
      console.info(
        `${stored.length} redemptions, ${ofLimited.length} of ${limit} limited, ${shown.size} shown, ${shops.map(({ network }) => network.delivered()).join('+')} messages`,
      );
    },
    TIMEOUT_MS,
  );
});
