import {
  allCodes,
  confirm,
  createOffer,
  expectAccepted,
  expectRefused,
  goTo,
  lock,
  result,
  scan,
  signIn,
  typeTotal,
} from './desk.ts';
import { expect, test } from './fixtures.ts';
import { readLabels } from './read-labels.ts';

const CODES = 100;

test('from the offer to the printed label to the redemption that survives a power cut', async ({ till }) => {
  test.setTimeout(120_000);
  await signIn(till.page, 'Marco');

  await createOffer(till.page, {
    name: 'Spring flyer',
    percent: '20',
    firstDay: '2020-01-01',
    lastDay: '2099-12-31',
    total: '500',
    perCustomer: '1',
    without: ['Web shop', 'Partner'],
  });

  await till.page.getByLabel('Name of the batch').fill('Flyers of May');
  await expect(till.page.getByLabel('How many codes?')).toHaveValue(String(CODES));
  await till.page.getByRole('button', { name: `Make ${CODES} codes` }).click();
  await expect(till.page.getByRole('heading', { name: 'Flyers of May' })).toBeVisible();
  const codes = (await allCodes(till.page, CODES)).map((code) => code.replaceAll('-', ''));

  const file = await till.savedFile(() => till.page.getByRole('button', { name: /Make PDF/ }).click());
  expect(file.name).toMatch(/\.pdf$/);
  const pages = await readLabels(file.path);
  const printed = pages.flat();
  expect(pages).toHaveLength(5);
  expect(new Set(printed)).toEqual(new Set(codes));
  expect(printed).toHaveLength(CODES);
  await expect(till.page.getByText(`${CODES} labels on 5 pages`)).toBeVisible();

  await lock(till.page);
  await signIn(till.page, 'Kim');
  await typeTotal(till.page, '12.50');
  const scanned = printed[41] ?? '';
  await scan(till.page, scanned);
  await expectRefused(till.page, 'customer_required', 'counted per customer');
  await till.page.keyboard.press('F4');
  await till.page.getByLabel('Phone number', { exact: true }).last().fill('+49 30 901820');
  await till.page.keyboard.press('Enter');
  await expectAccepted(till.page, { discount: '2.50', payable: '10.00' });
  await confirm(till.page);
  await expect(till.page.getByTestId('payable')).toContainText('10.00');

  await till.restart({ kill: true });
  await signIn(till.page, 'Kim');
  await goTo(till.page, 'Recent');
  const row = till.page.getByRole('row', { name: /Spring flyer/ });
  await expect(row).toContainText('2.50');
  await expect(row).toContainText('Kim');

  // In any case, with the dashes as printed: the same code, and it is used.
  await goTo(till.page, 'Redeem');
  await typeTotal(till.page, '30.00');
  await till.page.keyboard.press('F3');
  await till.page.keyboard.type((scanned.match(/.{4}/g) ?? []).join('-').toLowerCase(), { delay: 60 });
  await till.page.keyboard.press('Enter');
  await expectRefused(till.page, 'already_redeemed', /today, \d\d:\d\d/);
});

test('scanning first asks for the total, and the next scan clears the last customer', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Marco');

  await scan(page, 'SAVE10');
  await expect(result(page)).toHaveAttribute('data-tone', 'ask');
  await typeTotal(page, '40.00');
  await page.waitForTimeout(300);
  await page.keyboard.press('Enter');
  await expectAccepted(page, { discount: '4.00', payable: '36.00' });

  // Esc closes what is in front, and leaves the basket behind it alone.
  for (const inFront of [page.getByRole('button', { name: /^Channel/ }), page.getByTestId('sync-pill')]) {
    await inFront.click();
    await page.waitForTimeout(200);
    await page.keyboard.press('Escape');
    await expectAccepted(page, { discount: '4.00', payable: '36.00' });
  }

  // The same code again is the same answer, not a second discount.
  await scan(page, 'SAVE10');
  await expectAccepted(page, { discount: '4.00', payable: '36.00' });
  await confirm(page);

  await scan(page, 'SAVE10');
  await expect(result(page)).toHaveAttribute('data-tone', 'ask');
  await expect(page.getByTestId('basket-total')).toContainText('0.00');
});

test('takes a redemption back at once, and later with a reason', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Kim');
  await page.waitForTimeout(100);
  await lock(page);
  await signIn(page, 'Marco');
  await createOffer(page, { name: 'Only once', amount: '5', total: '1', sharedCode: 'ONCE' });
  await goTo(page, 'Redeem');
  for (const how of ['at once', 'later'] as const) {
    await typeTotal(page, '20.00');
    await scan(page, 'ONCE');
    await expectAccepted(page, { discount: '5.00', payable: '15.00' });
    await confirm(page);
    if (how === 'at once') {
      await page.getByRole('button', { name: 'Undo' }).click();
      await expect(result(page)).toContainText('Taken back');
      await expect(page.getByTestId('payable')).toContainText('20.00');
    } else {
      await goTo(page, 'Recent');
      await page.getByRole('button', { name: 'Void ONCE' }).click();
      await page.getByRole('button', { name: 'Wrong code' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Void', exact: true }).click();
      await expect(page.getByRole('dialog')).toBeHidden();
      await expect(page.getByText('Voided')).toHaveCount(2);
      await goTo(page, 'Redeem');
    }
  }
  await typeTotal(page, '20.00');
  await scan(page, 'ONCE');
  await expectAccepted(page, { discount: '5.00', payable: '15.00' });
});
