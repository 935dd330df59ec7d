import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { basketOf50 } from '../testing/offer-terms.ts';
import { openTestCentre, type TestCentre, testableStores } from '../testing/test-centre.ts';
import { isInside, postWebhook } from './post-webhook.ts';
import { relayOutbox, webhookEvents } from './relay-outbox.ts';
import { createSender, type Sender } from './sender.ts';

type Received = { id: string; type: string; data: Record<string, unknown> };

/** A receiver that verifies with the public library, and fails as often as it is told. */
async function startReceiver() {
  const received: Received[] = [];
  const state = { secret: '', failures: 0, hang: false };
  const server: Server = createServer((request, reply) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      if (state.hang) return;
      if (state.failures > 0) {
        state.failures -= 1;
        reply.writeHead(503).end();
        return;
      }
      const headers = request.headers as Record<string, string>;
      const event = new Webhook(state.secret).verify(body, headers) as Omit<Received, 'id'>;
      received.push({ ...event, id: headers['webhook-id'] ?? '' });
      reply.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    state,
    received,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.each(testableStores())('webhooks on %s', (kind) => {
  let test: TestCentre;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let sender: Sender;
  beforeAll(async () => {
    test = await openTestCentre(kind, { config: { webhook_allow_private: true } });
  }, 60_000);
  afterAll(() => test.close());
  beforeEach(async () => {
    await test.empty();
    // Signatures are verified against the real clock.
    test.ports.nowMs = Date.now();
    receiver = await startReceiver();
    sender = newSender();
    const made = await test.call('POST', '/api/webhooks', { url: receiver.url, events: webhookEvents });
    expect(made.status).toBe(201);
    receiver.state.secret = made.body.secret;
    return async () => void (await receiver.close());
  });

  function newSender(): Sender {
    return createSender(test.centre, (error) => {
      throw error;
    });
  }
  async function sendDue(): Promise<number> {
    const begun = await sender.begin();
    await sender.idle();
    return begun;
  }
  async function settle(): Promise<void> {
    await relayOutbox(test.centre);
    for (let i = 0; i < 20 && (await sendDue()) > 0; i++);
  }
  const types = () => receiver.received.map(({ type }) => type).sort();

  it('tells of what happened, signed, whichever way it came', async () => {
    const coupon = await test.call('POST', '/api/coupons', { code: 'HOOK', discount_value: 10, max_uses: 1 });
    const redeemed = await test.call('POST', '/api/redemptions', {
      code: 'HOOK',
      basket_id: 'b',
      basket: basketOf50,
    });
    await test.call('POST', `/api/redemptions/${redeemed.body.id}/void`, { reason: 'x' });
    await test.call('PUT', `/api/coupons/${coupon.body.id}`, { discount_value: 20, max_uses: 1 });
    await test.call('POST', `/api/offers/${coupon.body.offer_id}/codes`, { name: 'B', count: 3 });
    await settle();
    expect(types()).toEqual([
      'batch.completed',
      'coupon.created',
      'coupon.exhausted',
      'coupon.redeemed',
      'coupon.updated',
      'coupon.voided',
    ]);
    const told = receiver.received.find(({ type }) => type === 'coupon.redeemed');
    expect(told?.data).toMatchObject({
      redemption_id: redeemed.body.id,
      discount_minor: 500,
      currency: 'EUR',
    });
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(6);
  });

  it('says nothing of a change that was refused', async () => {
    await test.call('POST', '/api/coupons', { code: 'HOOK', discount_value: 10 });
    await test.call('POST', '/api/coupons', { code: 'HOOK', discount_value: 10 });
    await settle();
    expect(types()).toEqual(['coupon.created']);
  });

  it('shows every delivery on some page, however many addresses an event has', async () => {
    for (const name of ['b', 'c'])
      await test.call('POST', '/api/webhooks', {
        url: `${receiver.url}/${name}`,
        events: ['coupon.created'],
      });
    await test.call('POST', '/api/coupons', { code: 'HOOK', discount_value: 10 });
    await relayOutbox(test.centre);
    const shown: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const { body } = await test.call(
        'GET',
        `/api/webhooks/deliveries?limit=1${cursor && `&cursor=${cursor}`}`,
      );
      shown.push(...body.deliveries.map((one: { endpoint_id: string }) => one.endpoint_id));
      cursor = body.next_cursor;
    }
    expect(new Set(shown).size).toBe(3);
  });

  it('tries again with growing waits, under the same id, until it arrives', async () => {
    receiver.state.failures = 2;
    await test.call('POST', '/api/coupons', { code: 'HOOK', discount_value: 10 });
    await relayOutbox(test.centre);
    expect(await sendDue()).toBe(1);
    expect(await sendDue()).toBe(0);
    test.ports.nowMs += 5_000;
    expect(await sendDue()).toBe(1);
    const [waiting] = (await test.call('GET', '/api/webhooks/deliveries')).body.deliveries;
    expect(waiting).toMatchObject({ state: 'pending', attempts: 2, last_error: 'answered 503' });
    test.ports.nowMs += 30_000;
    expect(await sendDue()).toBe(1);
    expect(receiver.received.map(({ id }) => id)).toEqual([waiting.event_id]);
  });

  it('gives up after the last attempt, and sends again when somebody replays it', async () => {
    receiver.state.failures = 1_000;
    await test.call('POST', '/api/coupons', { code: 'HOOK', discount_value: 10 });
    await relayOutbox(test.centre);
    for (let i = 0; i < 15; i++) {
      await sendDue();
      test.ports.nowMs += 86_400_000;
    }
    const { body } = await test.call('GET', '/api/webhooks/deliveries?state=dead');
    expect(body.deliveries).toMatchObject([{ attempts: 11, state: 'dead' }]);
    receiver.state.failures = 0;
    test.ports.nowMs = Date.now();
    const replay = () => test.call('POST', `/api/webhooks/deliveries/${body.deliveries[0].event_id}/replay`);
    expect((await replay()).body).toEqual({ replayed: 1 });
    await settle();
    expect(types()).toEqual(['coupon.created']);
    expect((await replay()).status).toBe(404);
  });

  it('sends a delivery again that a killed process had taken', async () => {
    await test.call('POST', '/api/coupons', { code: 'HOOK', discount_value: 10 });
    await relayOutbox(test.centre);
    receiver.state.hang = true;
    const lost = sendDue();
    await new Promise((resume) => setTimeout(resume, 50));
    // Nobody else takes it while it is being sent.
    expect(await newSender().begin()).toBe(0);
    receiver.state.hang = false;
    await receiver.close();
    await lost;
    const [delivery] = (await test.call('GET', '/api/webhooks/deliveries')).body.deliveries;
    expect(delivery).toMatchObject({ state: 'pending', attempts: 1 });
  });

  it('keeps nobody waiting for a receiver that hangs, and hands its deliveries back when it stops', async () => {
    const silent = createTcpServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const sockets: Socket[] = [];
    silent.on('connection', (socket) => void sockets.push(socket));
    const hanging = await test.call('POST', '/api/webhooks', {
      url: `http://127.0.0.1:${port}/`,
      events: ['coupon.created'],
    });
    for (let i = 0; i < 10; i++)
      await test.call('POST', '/api/coupons', { code: `HANG${i}`, discount_value: 10 });
    await relayOutbox(test.centre);
    await sender.begin();
    await vi.waitFor(() => expect(receiver.received).toHaveLength(10), { timeout: 3_000 });
    // Those that the healthy one has answered say nothing of when the silent one took its connections.
    await vi.waitFor(() => expect(sockets).toHaveLength(4), { timeout: 3_000 });
    expect(await sender.begin()).toBe(0);
    expect(sockets).toHaveLength(4);
    await sender.stop(0);
    const { body } = await test.call('GET', '/api/webhooks/deliveries?state=pending&limit=100');
    expect(body.deliveries).toHaveLength(10);
    for (const one of body.deliveries)
      expect(one).toMatchObject({ endpoint_id: hanging.body.id, attempts: 0, last_error: null });
    // The next process takes them at once.
    const next = newSender();
    expect(await next.begin()).toBe(4);
    await next.stop(0);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('does not wait for ever for a receiver that hangs, and takes a late answer for one that never came', async () => {
    await test.call('POST', '/api/coupons', { code: 'HOOK', discount_value: 10 });
    const url = receiver.url;
    receiver.state.hang = true;
    const options = { body: '{}', headers: {}, allowPrivate: true, timeoutMs: 100 };
    expect(await postWebhook(url, options)).toMatch(/abort|timeout/i);
    receiver.state.hang = false;
    await settle();
    expect(types()).toEqual(['coupon.created']);
  });

  it('signs with the new secret and, for a day, with the former one', async () => {
    const [endpoint] = (await test.call('GET', '/api/webhooks')).body.webhooks;
    const before = receiver.state.secret;
    const rotated = (await test.call('POST', `/api/webhooks/${endpoint.id}/rotate-secret`)).body;
    expect(rotated.secret).not.toBe(before);
    await test.call('POST', '/api/coupons', { code: 'OLD', discount_value: 10 });
    await settle();
    receiver.state.secret = rotated.secret;
    await test.call('POST', '/api/coupons', { code: 'NEW', discount_value: 10 });
    await settle();
    expect(receiver.received).toHaveLength(2);
    const stored = await test.call('GET', `/api/webhooks/${endpoint.id}`);
    expect(stored.body).not.toHaveProperty('secret');
    const moved = await test.call('PUT', `/api/webhooks/${endpoint.id}`, {
      url: receiver.url,
      events: ['coupon.voided'],
    });
    expect(moved.body.events).toEqual(['coupon.voided']);
    await test.call('POST', '/api/coupons', { code: 'OTHER', discount_value: 10 });
    await settle();
    expect(receiver.received).toHaveLength(2);
  });

  it('tells a removed address nothing more', async () => {
    const { body } = await test.call('GET', '/api/webhooks');
    expect(body.webhooks[0]).not.toHaveProperty('secret');
    await test.call('DELETE', `/api/webhooks/${body.webhooks[0].id}`);
    await test.call('POST', '/api/coupons', { code: 'HOOK', discount_value: 10 });
    await settle();
    expect(receiver.received).toEqual([]);
  });
});

describe('addresses', () => {
  it('that are inside are refused when they are named, as addresses in any spelling', async () => {
    const test = await openTestCentre('pglite');
    const hosts = [
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '[::ffff:7f00:1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
    ];
    for (const host of [...hosts, 'localhost', 'a.localhost.'])
      expect(
        await test.call('POST', '/api/webhooks', { url: `https://${host}/`, events: ['coupon.created'] }),
        host,
      ).toMatchObject({ status: 422, body: { errors: [{ path: 'url' }] } });
    await test.close();
  }, 60_000);

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '::1',
    'fe80::1',
    '::ffff:10.0.0.1',
    '0.0.0.0',
  ])('%s is inside', (address) => {
    expect(isInside(address)).toBe(true);
  });
  it.each(['93.184.216.34', '2606:2800:220:1::1', '172.32.0.1'])('%s is outside', (address) => {
    expect(isInside(address)).toBe(false);
  });
  it.each(['http://127.0.0.1:1/', 'http://[::1]:1/', 'http://localhost:1/'])(
    'are not reached at %s',
    async (url) => {
      expect(await postWebhook(url, { body: '{}', headers: {}, allowPrivate: false })).toBe(
        'the address is private',
      );
    },
  );
});
