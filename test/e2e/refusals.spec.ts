import {
  confirm,
  createOffer,
  expectAccepted,
  expectRefused,
  goTo,
  scan,
  signIn,
  typeTotal,
} from './desk.ts';
import { expect, test } from './fixtures.ts';

test('every refusal says why and what to do', async ({ till }) => {
  test.setTimeout(120_000);
  const { page } = till;
  await signIn(page, 'Marco');
  await createOffer(page, {
    name: 'Long gone',
    percent: '10',
    lastDay: '2020-01-31',
    isOver: true,
    sharedCode: 'LONGGONE',
  });
  await expect(page.getByTestId('flash')).toContainText('not open now');
  await createOffer(page, { name: 'Not yet', percent: '10', firstDay: '2099-01-01', sharedCode: 'NOTYET' });
  await createOffer(page, { name: 'Only two', amount: '1', total: '1', sharedCode: 'LASTONE' });
  await createOffer(page, {
    name: 'Web only',
    percent: '10',
    without: ['Counter', 'Phone', 'E-mail', 'Partner'],
    sharedCode: 'WEBONLY',
  });
  await createOffer(page, { name: 'From thirty', amount: '5', minSpend: '30', sharedCode: 'FROM30' });
  await goTo(page, 'Batches');
  await page.getByRole('button', { name: 'Labels of Welcome cards' }).click();
  const genuine = (await page.locator('tbody code').first().innerText()).replaceAll('-', '');
  const mistyped = genuine.slice(0, -1) + (genuine.endsWith('7') ? '8' : '7');

  await goTo(page, 'Redeem');
  await typeTotal(page, '25.80');

  await scan(page, 'LASTONE');
  await expectAccepted(page, { discount: '1.00', payable: '24.80' });
  await confirm(page);
  await typeTotal(page, '25.80');

  const cases = [
    ['NOSUCHCODE', 'code_unknown', 'does not exist'],
    [mistyped, 'code_mistyped', 'A character is wrong'],
    ['X'.repeat(70), 'code_malformed', 'not a code'],
    ['LONGGONE', 'expired', /last day was 31 Jan 2020/],
    ['NOTYET', 'not_started', /Valid from 1 Jan 2099/],
    ['LASTONE', 'exhausted', /uses are taken/],
    ['WEBONLY', 'wrong_channel', 'Only valid by Web shop, not by Counter'],
    ['FROM30', 'min_spend', /4\.20 missing to the minimum of .*30\.00/],
  ] as const;
  for (const [code, reason, sentence] of cases) {
    await scan(page, code);
    await expectRefused(page, reason, sentence);
  }

  // The next step works as it says: one more item, and the same code is judged anew.
  await page.keyboard.press('+');
  await page.waitForTimeout(200);
  for (const digit of '500') await page.keyboard.press(digit, { delay: 60 });
  await expectAccepted(page, { discount: '5.00', payable: '25.80' });
});

test('a paused offer is refused until it goes on', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Marco');
  await createOffer(page, { name: 'Lunch', percent: '10', sharedCode: 'LUNCH' });
  await page.getByRole('button', { name: 'More for Lunch' }).click();
  await page.getByRole('menuitem', { name: 'Pause here' }).click();
  await expect(page.getByText('Paused here')).toBeVisible();
  await goTo(page, 'Redeem');
  await typeTotal(page, '10.00');
  await scan(page, 'LUNCH');
  await expectRefused(page, 'paused', 'paused here');
});

test('a wrong PIN says so, and a cashier sees no screens of a manager', async ({ till }) => {
  const { page } = till;
  await page.getByRole('button', { name: /^Kim/ }).click();
  const pins = await page.locator('dl dd').allInnerTexts();
  const wrong = pins.includes('000000') ? '000001' : '000000';
  for (const digit of wrong) await page.getByRole('button', { name: digit, exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('Wrong PIN');
  await signIn(page, 'Kim');
  await expect(page.getByRole('link', { name: 'Offers' })).toHaveCount(0);
  await page.evaluate(() => {
    window.location.hash = '/offers';
  });
  await expect(page.getByTestId('result')).toBeVisible();
});
