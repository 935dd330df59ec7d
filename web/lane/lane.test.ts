import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../shared/contracts/operation.ts';
import type { InputOf, OperationName, OutputOf } from '../../shared/contracts/operations.ts';
import { loadPage } from '../../till/host/page.ts';
import type { Logger } from '../../till/ports.ts';
import { systemRandom } from '../../till/system-ports.ts';
import { basketOf50, offerDraft } from '../../till/testing/offer-drafts.ts';
import { ADMIN_PIN, openShop, testClock } from '../../till/testing/test-core.ts';
import { type HubListener, startHubListener } from '../hub-listener.ts';
import { createLaneCore, type LaneCore } from './lane-core.ts';
import { readMembership } from './lane-file.ts';

const quiet: Logger = { info() {}, warn() {}, error: (message, fields) => console.error(message, fields) };

type Shop = Awaited<ReturnType<typeof openShop>>;
let folder: string;
let shop: Shop;
let hub: HubListener;
let port: number;
let line: Line;
const lanes: LaneCore[] = [];

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-lane-'));
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>Counterfoil</title>');
  shop = await openShop({ clock: testClock(Date.now()) });
  port = await freePort();
  hub = openHub();
  await shop.ok('hub.configure', { enabled: true, port }, shop.session);
  await until(async () => (await shop.ok('hub.status', {}, shop.session)).listening.state === 'on');
  line = await startLine(port);
});
afterEach(async () => {
  for (const lane of lanes.splice(0)) await lane.close();
  await line.stop();
  await hub.close();
  await shop.close();
  rmSync(folder, { recursive: true, force: true });
});

function openHub(): HubListener {
  const page = loadPage(folder, systemRandom);
  return startHubListener({
    core: shop.core,
    page,
    logger: quiet,
    network: () => ({ addresses: [], hostName: 'kasse-1' }),
  });
}

/** The network between lane and hub: it can be cut, also after a request and before its answer. */
type Line = {
  readonly port: number;
  cut(): void;
  mend(): void;
  loseNextAnswer(): void;
  stop(): Promise<void>;
};

async function startLine(to: number): Promise<Line> {
  const sockets = new Set<Socket>();
  let up = true;
  let losing = false;
  const server: Server = createServer((lane) => {
    if (!up) return void lane.destroy();
    const far = connect(to, '127.0.0.1');
    for (const socket of [lane, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        lane.destroy();
        far.destroy();
      });
    }
    let asked = false;
    lane.on('data', (bytes) => {
      asked ||= losing && bytes.length > 200;
      far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (!asked) return void lane.write(bytes);
      losing = false;
      lane.destroy();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    cut() {
      up = false;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      up = true;
    },
    loseNextAnswer() {
      losing = true;
      // What is open already carries pushes: the next request takes a line of its own.
      for (const socket of sockets) socket.destroy();
    },
    stop: () =>
      new Promise((done) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => done());
      }),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address ? address.port : 0;
}

async function until(happened: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await happened()) return;
    await new Promise((wait) => setTimeout(wait, 25));
  }
  throw new Error('it never happened');
}

function openLane(name = 'lane'): LaneCore & { readonly links: boolean[] } {
  const membership = readMembership(folder);
  if (!membership.ok) throw new Error(membership.error);
  const lane = createLaneCore({
    folder,
    membership: membership.value,
    version: '0.0.0',
    random: systemRandom,
    logger: quiet,
  });
  lanes.push(lane);
  const links: boolean[] = [];
  lane.onLink((up) => links.push(up));
  return Object.assign(lane, { links, name });
}

function ask<N extends OperationName>(
  lane: LaneCore,
  name: N,
  input: InputOf<N>,
  session?: string,
): Promise<Answer<OutputOf<N>>> {
  return lane.call(name, input, { session }) as Promise<Answer<OutputOf<N>>>;
}
const codeOf = (answer: Answer<unknown>) => (answer.ok ? 'ok' : answer.error.code);

async function pairedLane(tillName = 'Till 2') {
  const { code } = await shop.ok('lanes.invite', {}, shop.session);
  const lane = openLane();
  const hubUrl = `127.0.0.1:${line.port}`;
  const paired = await ask(lane, 'lane.pair', { code, tillName, hubUrl });
  if (!paired.ok) throw new Error(paired.error.code);
  await until(() => lane.links.includes(true));
  const signedIn = await ask(lane, 'session.signIn', { operatorId: shop.adminId, pin: ADMIN_PIN });
  if (!signedIn.ok) throw new Error(signedIn.error.code);
  return { lane, session: signedIn.value.session };
}

async function offerWithUses(total: number): Promise<void> {
  await shop.ok(
    'offers.create',
    {
      requestId: crypto.randomUUID(),
      sharedCode: 'SAVE5',
      draft: offerDraft({ limits: { total } }),
    },
    shop.session,
  );
}

describe('a lane', () => {
  it('is attached with the code that the hub shows, and keeps that for the next start', async () => {
    const { lane } = await pairedLane();
    const status = await ask(lane, 'app.status', {});
    expect(status.ok && status.value).toMatchObject({
      phase: 'ready',
      lane: true,
      location: { tillName: 'Till 2' },
    });
    expect(statSync(path.join(folder, 'lane.json')).mode & 0o077).toBe(0);
    await lane.close();
    const again = await ask(openLane(), 'app.status', {});
    expect(again.ok && again.value.phase).toBe('ready');
  });

  it('takes nothing from a device in between, which cannot prove that it knows the code', async () => {
    const other = await openShop({ clock: testClock(Date.now()) });
    const between = startHubListener({
      core: other.core,
      page: loadPage(folder, systemRandom),
      logger: quiet,
      network: () => ({ addresses: [], hostName: undefined }),
    });
    const elsewhere = await freePort();
    await other.ok('hub.configure', { enabled: true, port: elsewhere }, other.session);
    await until(async () => (await other.ok('hub.status', {}, other.session)).listening.state === 'on');
    await other.ok('lanes.invite', {}, other.session);
    const { code } = await shop.ok('lanes.invite', {}, shop.session);
    const lane = openLane();
    const refused = await ask(lane, 'lane.pair', {
      code,
      tillName: 'Till 2',
      hubUrl: `127.0.0.1:${elsewhere}`,
    });
    expect(codeOf(refused)).toBe('pairing_code_invalid');
    expect(readMembership(folder)).toEqual({ ok: true, value: undefined });
    await between.close();
    await other.close();
  });

  it('says that the hub is gone, redeems nothing, and goes on by itself when it is back', async () => {
    await offerWithUses(5);
    const { lane, session } = await pairedLane();
    line.cut();
    await until(() => lane.links.at(-1) === false);
    const basketId = crypto.randomUUID();
    const input = { basketId, basket: basketOf50, codes: ['SAVE5'] };
    expect(codeOf(await ask(lane, 'redemption.check', input, session))).toBe('hub_unreachable');
    line.mend();
    await until(() => lane.links.at(-1) === true);
    expect(codeOf(await ask(lane, 'redemption.check', input, session))).toBe('ok');
  });

  it('redeems once although the answer was lost and it asked again', async () => {
    await offerWithUses(5);
    const { lane, session } = await pairedLane();
    const basketId = crypto.randomUUID();
    const checked = await ask(
      lane,
      'redemption.check',
      { basketId, basket: basketOf50, codes: ['SAVE5'] },
      session,
    );
    expect(codeOf(checked)).toBe('ok');
    line.loseNextAnswer();
    expect(codeOf(await ask(lane, 'redemption.confirm', { basketId }, session))).toBe('hub_unreachable');
    const retried = await ask(lane, 'redemption.confirm', { basketId }, session);
    expect(retried.ok && retried.value.redemptions).toHaveLength(1);
    const { redemptions } = await shop.ok('redemption.recent', {}, shop.session);
    expect(redemptions.map(({ tillName, discountMinor }) => [tillName, discountMinor])).toEqual([
      ['Till 2', 500],
    ]);
  });

  it('is asked to attach again once it was revoked', async () => {
    const { lane, session } = await pairedLane();
    const { lanes: rows } = await shop.ok('hub.status', {}, shop.session);
    await shop.ok('lanes.revoke', { laneId: rows[0]?.id ?? '' }, shop.session);
    expect(codeOf(await ask(lane, 'redemption.recent', {}, session))).toBe('lane_unknown');
    const status = await ask(lane, 'app.status', {});
    expect(status.ok && status.value).toMatchObject({ phase: 'pairing', asksForHub: true });
  });

  it('reaches the hub that started again, and one with another address', async () => {
    const { lane, session } = await pairedLane();
    await hub.close();
    await until(() => lane.links.at(-1) === false);
    hub = openHub();
    await until(() => lane.links.at(-1) === true);
    expect(codeOf(await ask(lane, 'redemption.recent', {}, session))).toBe('ok');
  });
});

describe('the door of the hub', () => {
  it('says when its port is taken, and opens on another', async () => {
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(0, '0.0.0.0', done));
    const address = taken.address();
    const busy = typeof address === 'object' && address ? address.port : 0;
    await shop.ok('hub.configure', { enabled: true, port: busy }, shop.session);
    await until(async () => (await shop.ok('hub.status', {}, shop.session)).listening.state === 'failed');
    const status = await shop.ok('hub.status', {}, shop.session);
    expect(status).toMatchObject({ listening: { state: 'failed', why: 'port_in_use' }, urls: [] });
    taken.close();
    await shop.ok('hub.configure', { enabled: true, port }, shop.session);
    await until(async () => (await shop.ok('hub.status', {}, shop.session)).listening.state === 'on');
  });

  it('is closed when it is switched off', async () => {
    const { lane } = await pairedLane();
    await shop.ok('hub.configure', { enabled: false, port }, shop.session);
    await until(() => lane.links.at(-1) === false);
    expect(codeOf(await ask(lane, 'app.status', {}))).toBe('hub_unreachable');
  });
});
