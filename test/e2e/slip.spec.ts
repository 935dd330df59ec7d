import { createServer } from 'node:net';
import { confirm, expectAccepted, goTo, lock, scan, signIn, typeTotal } from './desk.ts';
import { expect, test } from './fixtures.ts';

/** A receipt printer: it takes what it is sent, and keeps it. */
async function startPrinter() {
  const papers: string[] = [];
  const server = createServer((socket) => {
    const parts: Buffer[] = [];
    socket.on('data', (part) => parts.push(part));
    socket.on('end', () => {
      papers.push(Buffer.concat(parts).toString('latin1'));
      socket.end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a port has a number');
  return { papers, port: address.port, stop: () => void server.close() };
}

test('a redemption prints its slip at the counter, and a copy from the list', async ({ till }) => {
  const { page } = till;
  const printer = await startPrinter();
  await signIn(page, 'Marco');
  await goTo(page, 'Batches');
  await page.getByRole('button', { name: 'Printers' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Counter');
  await page.getByLabel('Address').fill('127.0.0.1');
  await page.getByLabel('Port').fill(String(printer.port));
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Ready')).toBeVisible();
  await lock(page);

  await signIn(page, 'Kim');
  await typeTotal(page, '50.00');
  await scan(page, 'SAVE10');
  await expectAccepted(page, { discount: '5.00', payable: '45.00' });
  await confirm(page);
  await page.getByRole('button', { name: 'Print the slip' }).click();
  await expect.poll(() => printer.papers.length).toBe(1);
  expect(printer.papers[0]).toContain('SAVE10');
  expect(printer.papers[0]).toMatch(/To pay +.{0,4}45\.00/s);
  expect(printer.papers[0]).not.toContain('COPY');

  await goTo(page, 'Recent');
  await page.getByRole('button', { name: 'Print the slip of SAVE10' }).click();
  await expect(page.getByTestId('flash')).toContainText('A copy of the slip prints on Counter.');
  await expect.poll(() => printer.papers.length).toBe(2);
  expect(printer.papers[1]).toContain('COPY');
  printer.stop();
});
