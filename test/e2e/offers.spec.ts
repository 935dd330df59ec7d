import type { Page } from '@playwright/test';
import { createOffer, expectAccepted, expectRefused, goTo, scan, signIn, typeTotal } from './desk.ts';
import { expect, test } from './fixtures.ts';

const rule = (page: Page) => page.getByTestId('rule');
const next = (page: Page) => page.getByRole('button', { name: 'Next' }).click();

async function openMenu(page: Page, offer: string, item: string): Promise<void> {
  await page.getByRole('button', { name: `More for ${offer}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

test('writes an offer step by step, with the rule and a sample basket beside it', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Marco');
  await goTo(page, 'Offers');
  await page.getByRole('button', { name: 'New offer' }).click();
  await page.getByLabel('Name of the offer').fill('Tea week');
  await page.getByText('Buy and get').click();
  await page.getByLabel('Only certain items').check();
  await page.getByLabel('Categories', { exact: true }).fill('Tea, Coffee');
  await expect(rule(page)).toHaveText('Buy 2 of Tea or Coffee, get 1 of Tea or Coffee free.');
  await expect(page.getByTestId('sample-discount')).toContainText('6.50');
  await next(page);
  await page.getByLabel('Sat').uncheck();
  await page.getByLabel('Minimum spend').fill('20');
  await next(page);
  await page.getByLabel('Uses in total').fill('100');
  await page.getByText('Alone').click();
  await next(page);
  await expect(rule(page)).toContainText('on baskets from €20.00');
  await expect(rule(page)).toContainText('100 uses in total, not with other coupons.');
  await page.getByLabel('The code').fill('tea-week');
  await page.getByRole('button', { name: 'Create offer' }).click();

  await expect(page.getByTestId('flash')).toHaveText('“Tea week” is running. Its code is TEAWEEK.');
  const card = page.getByRole('listitem').filter({ hasText: 'Tea week' });
  await expect(card).toContainText('TEAWEEK');
});

test('leads to the first mistake, and says which code is taken', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Marco');
  await goTo(page, 'Offers');
  await page.getByRole('button', { name: 'New offer' }).click();
  await page.getByRole('list', { name: 'Steps' }).getByRole('button', { name: 'Codes' }).click();
  await page.getByLabel('The code').fill('a b!');
  await page.getByRole('button', { name: 'Create offer' }).click();
  await expect(page.getByLabel('Name of the offer')).toBeFocused();
  await expect(page.getByText('Please give it a name.')).toBeVisible();
  await page.getByLabel('Name of the offer').fill('Ten off');
  await page.getByLabel('Percent *').fill('12.345');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Percent *')).toBeFocused();
  await expect(page.getByText('At most two decimals.')).toBeVisible();
  await page.getByLabel('Percent *').fill('12.5');
  await page.getByRole('list', { name: 'Steps' }).getByRole('button', { name: 'Codes' }).click();
  await page.getByRole('button', { name: 'Create offer' }).click();
  await expect(page.getByText('Letters and digits only.')).toBeVisible();
  await page.getByLabel('The code').fill('SAVE10');
  await page.getByRole('button', { name: 'Create offer' }).click();
  await expect(page.getByText('SAVE10 belongs to another offer.')).toBeVisible();
  await expect(page.getByLabel('The code')).toBeFocused();
});

test('an amount off warns of baskets that would cost nothing', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Marco');
  await goTo(page, 'Offers');
  await page.getByRole('button', { name: 'New offer' }).click();
  await page.getByLabel('Name of the offer').fill('Ten off');
  await page.getByText('Amount off').click();
  await page.getByLabel('Amount *').fill('10');
  await next(page);
  await page.getByLabel('Minimum spend').fill('5');
  await expect(page.getByText('would cost nothing')).toBeVisible();
  await page.getByLabel('Minimum spend').fill('25');
  await expect(page.getByText('would cost nothing')).toBeHidden();
});

test('changes, duplicates, pauses and ends an offer; the counter follows at once', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Marco');
  await createOffer(page, { name: 'Ten off', percent: '10', sharedCode: 'TENOFF' });

  await openMenu(page, 'Ten off', 'Change');
  await expect(page.getByLabel('Name of the offer')).toHaveValue('Ten off');
  await page.getByLabel('Percent *').fill('20');
  await next(page);
  await next(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByTestId('flash')).toContainText('changed from now on');
  await goTo(page, 'Redeem');
  await typeTotal(page, '40.00');
  await scan(page, 'TENOFF');
  await expectAccepted(page, { discount: '8.00', payable: '32.00' });
  await page.waitForTimeout(300);
  await page.keyboard.press('Escape');

  await goTo(page, 'Offers');
  await openMenu(page, 'Ten off', 'Duplicate');
  await expect(page.getByLabel('Name of the offer')).toHaveValue('Ten off (copy)');
  await expect(page.getByLabel('Percent *')).toHaveValue('20');
  await goTo(page, 'Offers');

  await openMenu(page, 'Ten off', 'Pause here');
  await page.getByTestId('flash').getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByTestId('flash')).toContainText('is running again');
  await openMenu(page, 'Ten off', 'Pause here');
  await goTo(page, 'Redeem');
  await typeTotal(page, '40.00');
  await scan(page, 'TENOFF');
  await expectRefused(page, 'paused', 'paused here');
  await page.waitForTimeout(300);
  await page.keyboard.press('Escape');
  await goTo(page, 'Offers');
  await openMenu(page, 'Ten off', 'Resume here');
  await openMenu(page, 'Ten off', 'End for good');
  await page.getByRole('dialog').getByRole('button', { name: 'End for good' }).click();
  await expect(page.getByTestId('flash')).toContainText('has ended');
  await expect(page.getByRole('heading', { name: 'Ten off', exact: true })).toBeHidden();
  await page.getByText('Ended', { exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Ten off', exact: true })).toBeVisible();
  await goTo(page, 'Redeem');
  await typeTotal(page, '40.00');
  await scan(page, 'TENOFF');
  await expectRefused(page, 'archived', 'ended for good');
});

test('two offers share the budget of their campaign', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Marco');
  await goTo(page, 'Offers');
  await page.getByText('Campaigns').click();
  await page.getByRole('button', { name: 'New campaign' }).click();
  await page.getByLabel('Name').fill('Spring');
  await page.getByLabel('Budget').fill('7');
  await page.getByRole('dialog').getByRole('button', { name: 'New campaign' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  for (const sharedCode of ['FIRST5', 'SECOND5']) {
    await createOffer(page, { name: sharedCode, amount: '5', sharedCode, campaign: 'Spring' });
  }
  await goTo(page, 'Redeem');
  await typeTotal(page, '20.00');
  await scan(page, 'FIRST5');
  await expectAccepted(page, { discount: '5.00', payable: '15.00' });
  await page.waitForTimeout(400);
  await page.keyboard.press('Enter');
  await typeTotal(page, '20.00');
  await scan(page, 'SECOND5');
  await expectRefused(page, 'budget_exhausted', 'budget');
  await goTo(page, 'Offers');
  await page.getByText('Campaigns').click();
  await expect(page.getByRole('row', { name: /Spring/ })).toContainText('of €7.00');
});
