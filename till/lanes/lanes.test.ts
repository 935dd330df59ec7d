import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../shared/contracts/operation.ts';
import type { InputOf, OperationName, OutputOf } from '../../shared/contracts/operations.ts';
import { MINUTE_MS } from '../../shared/kernel/instant.ts';
import type { From } from '../core.ts';
import { ADMIN_PIN, openShop } from '../testing/test-core.ts';
import { pairingProofs, readPairingCode } from './pairing.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;
let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
  await shop.ok('hub.configure', { enabled: true }, shop.session);
  await asHost('hub.listener', { addresses: ['192.168.1.5'], hostName: 'kasse-1' });
  await asHost('hub.report', { listening: { state: 'on' }, urls: ['https://192.168.1.5:4812'] });
});
afterEach(() => shop.close());

function from<N extends OperationName>(
  where: From,
  name: N,
  input: InputOf<N>,
  session?: string,
): Promise<Answer<OutputOf<N>>> {
  return shop.core.call(name, input, { session, from: where }) as Promise<Answer<OutputOf<N>>>;
}
const asHost = <N extends OperationName>(name: N, input: InputOf<N>) => from({ kind: 'host' }, name, input);
const codeOf = (answer: Answer<unknown>) => (answer.ok ? 'ok' : answer.error.code);

async function join(tillName = 'Till 2') {
  const { code } = await shop.ok('lanes.invite', {}, shop.session);
  const joined = await asHost('lanes.join', { tillName, by: { code } });
  if (!joined.ok) throw new Error(joined.error.code);
  const at = { kind: 'lan', lane: joined.value.token } as const;
  const signedIn = await from(at, 'session.signIn', { operatorId: shop.adminId, pin: ADMIN_PIN });
  if (!signedIn.ok) throw new Error(signedIn.error.code);
  return { ...joined.value, at, session: signedIn.value.session };
}

describe('attaching a till', () => {
  it('works once with the code that the hub shows, typed as people type', async () => {
    const { code } = await shop.ok('lanes.invite', {}, shop.session);
    const typed = code.toLowerCase().replace('-', ' ').replaceAll('0', 'O').replaceAll('1', 'l');
    expect(codeOf(await asHost('lanes.join', { tillName: 'Till 2', by: { code: typed } }))).toBe('ok');
    expect(codeOf(await asHost('lanes.join', { tillName: 'Till 3', by: { code } }))).toBe(
      'pairing_code_invalid',
    );
    const { lanes } = await shop.ok('hub.status', {}, shop.session);
    expect(lanes.map((lane) => lane.name)).toEqual(['Till 2']);
  });

  it('wants a proof that is bound to the authority of this hub', async () => {
    const { code } = await shop.ok('lanes.invite', {}, shop.session);
    const canonical = readPairingCode(code) ?? '';
    const between = await pairingProofs(canonical, 'bm9uY2U', 'ab'.repeat(32));
    const refused = await asHost('lanes.join', {
      tillName: 'Till 2',
      by: { nonce: 'bm9uY2U', proof: between.ofLane },
    });
    expect(codeOf(refused)).toBe('pairing_code_invalid');
  });

  it.each([
    [
      'after ten minutes',
      async () => {
        shop.clock.monotonic += 10 * MINUTE_MS;
      },
    ],
    [
      'after five wrong ones',
      async () => {
        for (let i = 0; i < 5; i++)
          await asHost('lanes.join', { tillName: 'X', by: { code: 'AAAAA-AAAAA' } });
      },
    ],
    ['after a new one', async () => void (await shop.ok('lanes.invite', {}, shop.session))],
  ])('is over %s', async (_when, happens) => {
    const { code } = await shop.ok('lanes.invite', {}, shop.session);
    await happens();
    expect(codeOf(await asHost('lanes.join', { tillName: 'Till 2', by: { code } }))).toBe(
      'pairing_code_invalid',
    );
  });

  it('gives one till one name, and a taken name does not use the code up', async () => {
    const { code } = await shop.ok('lanes.invite', {}, shop.session);
    expect(codeOf(await asHost('lanes.join', { tillName: 'TILL 1', by: { code } }))).toBe('conflict');
    expect(codeOf(await asHost('lanes.join', { tillName: 'Till 2', by: { code } }))).toBe('ok');
  });

  it('gives one code to one of many who enter it at once', async () => {
    const { code } = await shop.ok('lanes.invite', {}, shop.session);
    const answers = await Promise.all(
      ['A', 'B', 'C', 'D'].map((tillName) => asHost('lanes.join', { tillName, by: { code } })),
    );
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
  });
});

describe('a lane', () => {
  it('redeems under its own name', async () => {
    const lane = await join();
    const status = await from(lane.at, 'app.status', {});
    expect(status.ok && status.value).toMatchObject({
      phase: 'ready',
      lane: true,
      location: { tillName: 'Till 2' },
    });
    const recent = await from(lane.at, 'hub.status', {}, lane.session);
    expect(codeOf(await asHost('lanes.identify', { token: '' }))).toBe('lane_unknown');
    expect(recent.ok && recent.value.lanes[0]).toMatchObject({
      name: 'Till 2',
      lastSeenAt: shop.clock.nowMs,
    });
  });

  it("has sessions of its own: another window's token is worth nothing there, nor its own elsewhere", async () => {
    const lane = await join();
    expect(codeOf(await from(lane.at, 'hub.status', {}, shop.session))).toBe('not_signed_in');
    expect(codeOf(await shop.call('hub.status', {}, lane.session))).toBe('not_signed_in');
    const other = await join('Till 3');
    expect(codeOf(await from(other.at, 'hub.status', {}, lane.session))).toBe('not_signed_in');
    expect(codeOf(await from(lane.at, 'hub.status', {}, lane.session))).toBe('ok');
  });

  it('is out at once when it is revoked, and so is whoever was signed in there', async () => {
    const lane = await join();
    await shop.ok('lanes.revoke', { laneId: lane.laneId }, shop.session);
    expect(codeOf(await from(lane.at, 'hub.status', {}, lane.session))).toBe('lane_unknown');
    expect(codeOf(await from({ kind: 'window' }, 'hub.status', {}, lane.session))).toBe('not_signed_in');
    expect(codeOf(await shop.call('lanes.revoke', { laneId: lane.laneId }, shop.session))).toBe('not_found');
    await join('Till 2');
  });

  it('stays attached when the hub starts again', async () => {
    const lane = await join();
    const again = await shop.reopen();
    expect(
      codeOf(await again.core.call('lanes.identify', { token: lane.token }, { from: { kind: 'host' } })),
    ).toBe('ok');
    shop = { ...shop, ...again };
  });

  it('is attached again after a backup came back, which may not know that it was revoked', async () => {
    const revoked = await join();
    const kept = await join('Till 3');
    const { fileName } = await shop.ok('backup.now', {}, shop.session);
    await shop.ok('lanes.revoke', { laneId: revoked.laneId }, shop.session);
    await shop.ok('backup.restore', { fileName, pin: ADMIN_PIN }, shop.session);
    const again = await shop.reopen({ logger: { info() {}, warn() {}, error() {} } });
    const { session } = await again.ok('session.signIn', { operatorId: shop.adminId, pin: ADMIN_PIN });
    shop = { ...shop, ...again, session };
    await shop.ok('faults.clear', { kind: 'ledger_unanchored', managerPin: ADMIN_PIN }, session);
    for (const { token } of [revoked, kept])
      expect(codeOf(await asHost('lanes.identify', { token }))).toBe('lane_unknown');
    expect(await shop.ok('hub.status', {}, session)).toMatchObject({ lanes: [] });
  });
});

describe('the door of the hub', () => {
  it('lets nobody in without a token: only what the pairing screen needs', async () => {
    const stranger = { kind: 'lan' } as const;
    const status = await from(stranger, 'app.status', {});
    expect(status).toMatchObject({ ok: true, value: { phase: 'pairing', asksForHub: false } });
    for (const lane of [undefined, '', 'x'.repeat(43)]) {
      expect(codeOf(await from({ kind: 'lan', lane }, 'sync.status', {}))).toBe('lane_unknown');
      expect(
        codeOf(
          await from({ kind: 'lan', lane }, 'session.signIn', { operatorId: shop.adminId, pin: ADMIN_PIN }),
        ),
      ).toBe('lane_unknown');
    }
  });

  it('keeps what is for the host from everybody else', async () => {
    const lane = await join();
    const input = { addresses: [] };
    expect(codeOf(await shop.call('hub.listener', input, shop.session))).toBe('unknown_operation');
    expect(codeOf(await from(lane.at, 'hub.listener', input, lane.session))).toBe('unknown_operation');
    expect(codeOf(await asHost('hub.listener', input))).toBe('ok');
  });

  it('has one authority for good and a certificate for each address', async () => {
    const first = await asHost('hub.listener', { addresses: ['192.168.1.5'], hostName: 'kasse-1' });
    const moved = await asHost('hub.listener', { addresses: ['192.168.1.77'], hostName: 'kasse-1' });
    if (!first.ok || !moved.ok || !first.value.door || !moved.value.door) throw new Error('the door is open');
    expect(moved.value.door.authorityPem).toBe(first.value.door.authorityPem);
    expect(moved.value.door.certificatePem).not.toBe(first.value.door.certificatePem);
    await shop.ok('hub.configure', { enabled: false }, shop.session);
    expect(await asHost('hub.listener', { addresses: [] })).toEqual({ ok: true, value: {} });
  });

  it('is opened by an admin, in the web host alone', async () => {
    const pin = '112358';
    const { id } = await shop.ok('operators.add', { name: 'Marco', role: 'manager', pin }, shop.session);
    const { session } = await shop.ok('session.signIn', { operatorId: id, pin });
    expect(codeOf(await shop.call('hub.configure', { enabled: false }, session))).toBe('forbidden');
    const desktop = await openShop({ host: 'electron' });
    expect(codeOf(await desktop.call('hub.configure', { enabled: true }, desktop.session))).toBe(
      'web_host_only',
    );
    await desktop.close();
  });
});
