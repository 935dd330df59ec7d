import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { canonicalCode } from '../../shared/codes/canonical-code.ts';
import { offerDraft } from '../testing/offer-drafts.ts';
import { ADMIN_PIN, openShop } from '../testing/test-core.ts';
import { receiptBytes, receiptPicture } from './receipt.ts';
import type { Receipt } from './receipt-lines.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;

const receipt: Receipt = {
  shop: 'Corner Shop',
  title: 'Grüße: 5 € off',
  subtitle: 'From 25.00',
  expiry: 'Valid until 31.12.2026',
  display: '7K3Q-WM9X-TR42',
  qrText: '7K3QWM9XTR42',
  serial: 7,
  footer: 'Thank you',
  copyMark: undefined,
};

describe('a receipt', () => {
  beforeAll(() => {
    const wasm = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
    prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(readFileSync(wasm)).buffer } });
  });

  it.each([58, 80] as const)('has a QR that reads from its dots on %i mm paper', async (paper) => {
    const texts = ['7K3QWM9XTR42', '9F1C2E7A53B44D0E8A610B7F3E5D2C94', 'CF1'.padEnd(120, 'X7')];
    const bytes = receiptBytes(
      texts.map((qrText) => ({ ...receipt, qrText })),
      paper,
    );
    const pictures = rastersOf(bytes);
    expect(pictures).toHaveLength(texts.length);
    for (const [i, picture] of pictures.entries()) {
      expect(picture.width).toBe(paper === 58 ? 384 : 576);
      const [found] = await readBarcodes(picture as ImageData, { formats: ['QRCode'] });
      expect(found?.text).toBe(texts[i]);
    }
  });

  it('is shown on the screen with the lines and dots that the printer gets', async () => {
    const long = {
      ...receipt,
      title: 'A title that is wider than half of the paper',
      footer: 'x'.repeat(60),
    };
    const picture = receiptPicture(long, 58);
    const printed = Buffer.from(receiptBytes([long], 58)).toString('latin1');
    for (const { text, double } of [...picture.above, ...picture.below]) {
      expect(text.length).toBeLessThanOrEqual(double ? 16 : 32);
      // Dots and accents are written in the code page that the encoder chose.
      if (/^[ -~]+$/.test(text)) expect(printed).toContain(text);
    }
    const rows = [...picture.symbol.path.matchAll(/M(\d+) (\d+)h(\d+)v/g)].map(([, x, y, width]) => [
      Number(x),
      Number(y),
      Number(width),
    ]);
    const [dots] = rastersOf(receiptBytes([long], 58));
    let dark = 0;
    for (const [x = 0, y = 0, width = 0] of rows)
      for (let at = x; at < x + width; at++) if (dots?.data[(y * dots.width + at) * 4] === 0) dark += 1;
    expect(dark).toBe(rows.reduce((sum, [, , width = 0]) => sum + width, 0));
    expect(dark).toBe(dots?.data.filter((value, i) => i % 4 === 0 && value === 0).length);
  });

  it('says COPY when it is one', () => {
    const text = (copyMark?: string) =>
      Buffer.from(receiptBytes([{ ...receipt, copyMark }], 80)).toString('latin1');
    expect(text('COPY')).toContain('COPY');
    expect(text()).not.toContain('COPY');
  });
});

/** What `GS v 0` puts on the paper. */
function rastersOf(bytes: Uint8Array) {
  const found = [];
  for (let at = 0; at + 8 < bytes.length; at++) {
    if (bytes[at] !== 0x1d || bytes[at + 1] !== 0x76 || bytes[at + 2] !== 0x30) continue;
    const widthBytes = (bytes[at + 4] ?? 0) + 256 * (bytes[at + 5] ?? 0);
    const height = (bytes[at + 6] ?? 0) + 256 * (bytes[at + 7] ?? 0);
    const width = widthBytes * 8;
    const data = new Uint8ClampedArray(width * height * 4).fill(255);
    for (let i = 0; i < width * height; i++) {
      const bit = ((bytes[at + 8 + (i >> 3)] ?? 0) >> (7 - (i & 7))) & 1;
      if (bit) data.fill(0, i * 4, i * 4 + 3);
    }
    found.push({ width, height, data, colorSpace: 'srgb' as const });
    at += 7 + widthBytes * height;
  }
  return found;
}

describe('the queue of a printer', () => {
  let shop: Shop;
  let batchId: string;
  const printerId = randomUUID();
  let server: Server | undefined;

  beforeEach(async () => {
    shop = await openShop({
      timers: {
        every: () => () => {},
        after(_ms, work) {
          const timer = setTimeout(work, 20);
          return () => clearTimeout(timer);
        },
      },
    });
    const { offer } = await shop.ok(
      'offers.create',
      { requestId: randomUUID(), draft: offerDraft() },
      shop.session,
    );
    const format = { kind: 'crockford', length: 10 } as const;
    const batch = await shop.ok(
      'batches.create',
      { requestId: randomUUID(), offerId: offer.id, name: 'Cards', count: 30, format },
      shop.session,
    );
    batchId = batch.id;
  });
  afterEach(async () => {
    await shop.close();
    server?.close();
    server = undefined;
  });

  function listen(port: number, onSocket: (socket: Socket) => void): Promise<number> {
    return new Promise((resolve) => {
      server = createServer(onSocket).listen(port, '127.0.0.1', () => {
        const address = server?.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  }

  const save = (port: number) =>
    shop.ok(
      'printers.save',
      {
        printerId,
        name: 'Counter',
        settings: { link: { kind: 'tcp', host: '127.0.0.1', port }, paperMm: 80 },
      },
      shop.session,
    );
  const print = (firstSerial: number, lastSerial: number) =>
    shop.ok(
      'print.receipts',
      { requestId: randomUUID(), printerId, batchId, firstSerial, lastSerial },
      shop.session,
    );
  async function jobs(until: (states: string[]) => boolean) {
    for (let i = 0; i < 400; i++) {
      const { jobs: found } = await shop.ok('print.queue', {}, shop.session);
      if (until(found.map(({ state }) => state))) return found;
      await sleep(10);
    }
    throw new Error('the queue stands still');
  }
  async function expected(first: number, last: number, copyMark?: string): Promise<Buffer> {
    const { codes } = await shop.ok('batches.codes', { batchId, limit: 200 }, shop.session);
    const receipts = codes
      .filter(({ serial }) => serial >= first && serial <= last)
      .map(({ code, serial }): Receipt => {
        const qrText = canonicalCode(code) ?? '';
        return {
          ...receipt,
          title: 'Ten percent',
          subtitle: '10% off',
          expiry: '',
          footer: '',
          display: code,
          qrText,
          serial,
          copyMark,
        };
      });
    return Buffer.from(receiptBytes(receipts, 80));
  }

  it('brings a receipt to the printer byte for byte, and notes who printed which serials', async () => {
    const got: Buffer[] = [];
    const port = await listen(0, (socket) => socket.on('data', (part) => got.push(part)));
    await save(port);
    await print(3, 5);
    await jobs((states) => states.every((state) => state === 'printed'));
    expect(Buffer.concat(got).equals(await expected(3, 5))).toBe(true);
    const { entries } = await shop.ok('print.log', { batchId }, shop.session);
    expect(entries).toMatchObject([
      { by: 'Ada', firstSerial: 3, lastSerial: 5, medium: 'Counter', isCopy: false },
    ]);
  });

  it('prints all of it once more when the printer closes in the middle', async () => {
    const connections: Buffer[][] = [];
    const port = await listen(0, (socket) => {
      const parts: Buffer[] = [];
      connections.push(parts);
      socket.on('error', () => {});
      socket.on('data', (part) => {
        parts.push(part);
        if (connections.length === 1) socket.destroy();
      });
    });
    await save(port);
    await print(1, 2);
    await jobs((states) => states[0] === 'printed');
    expect(connections).toHaveLength(2);
    const whole = await expected(1, 2);
    expect(Buffer.concat(connections[0] ?? []).length).toBeLessThan(whole.length);
    expect(Buffer.concat(connections[1] ?? []).equals(whole)).toBe(true);
  });

  it('keeps what waits for a printer that is off, over a restart too, and shows why', async () => {
    const free = await listen(0, () => {});
    await new Promise((resolve) => server?.close(resolve));
    await save(free);
    await print(1, 1);
    const waiting = await jobs(() => true).then(async () => {
      await sleep(60);
      return (await shop.ok('print.queue', {}, shop.session)).jobs;
    });
    expect(waiting).toMatchObject([{ state: 'waiting', problem: expect.stringContaining('ECONNREFUSED') }]);
    const again = await shop.reopen();
    const { session } = await again.ok('session.signIn', { operatorId: shop.adminId, pin: ADMIN_PIN });
    shop = { ...again, session, adminId: shop.adminId };
    const got: Buffer[] = [];
    await listen(free, (socket) => socket.on('data', (part) => got.push(part)));
    await jobs((states) => states[0] === 'printed');
    expect(Buffer.concat(got).equals(await expected(1, 1))).toBe(true);
  });

  it('marks what was printed before', async () => {
    const got: Buffer[] = [];
    const port = await listen(0, (socket) => socket.on('data', (part) => got.push(part)));
    await save(port);
    const first = await print(9, 9);
    await jobs((states) => states[0] === 'printed');
    got.length = 0;
    const copy = await shop.ok('print.again', { jobId: first.id }, shop.session);
    expect(copy.isCopy).toBe(true);
    await jobs((states) => states.length === 2 && states[0] === 'printed');
    expect(Buffer.concat(got).equals(await expected(9, 9, 'COPY'))).toBe(true);
    expect((await print(8, 10)).isCopy).toBe(true);
  });
});
