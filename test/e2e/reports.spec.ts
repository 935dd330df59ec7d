import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { confirm, createOffer, expectRefused, goTo, scan, signIn, typeTotal } from './desk.ts';
import { expect, test } from './fixtures.ts';

const figure = (page: Page, title: string) =>
  page.locator('dl > div', { has: page.getByText(title, { exact: true }) }).locator('dd');

async function redeem(page: Page, amount: string, code: string): Promise<void> {
  await typeTotal(page, amount);
  await scan(page, code);
  await confirm(page);
  await page.keyboard.press('Enter');
}

test('counts what was redeemed, leads to its rows, and saves what is shown', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Marco');
  await createOffer(page, { name: 'Ten off', percent: '10', sharedCode: 'TENOFF' });
  await createOffer(page, { name: 'Five off', amount: '5', sharedCode: 'FIVEOFF' });
  await goTo(page, 'Redeem');
  await redeem(page, '40.00', 'TENOFF');
  await redeem(page, '60.00', 'TENOFF');
  await redeem(page, '20.00', 'FIVEOFF');
  await typeTotal(page, '10.00');
  await scan(page, 'NOSUCHCODE');
  await expectRefused(page, 'code_unknown', 'does not exist');
  await page.waitForTimeout(300);
  await page.keyboard.press('Escape');

  await goTo(page, 'Reports');
  await expect(page.getByTestId('as-of')).toContainText('Data as of');
  await expect(figure(page, 'Redemptions')).toContainText('3');
  await expect(figure(page, 'Discounts given')).toContainText('€15.00');
  await expect(figure(page, 'Paid with coupons')).toContainText('€105.00');
  await expect(figure(page, 'Average basket with coupon')).toContainText('€40.00');
  await expect(figure(page, 'Average basket with coupon')).toContainText('€10.00 where');
  await expect(page.locator('.recharts-bar-rectangle path').last()).toBeVisible();
  await expect(page.getByRole('row', { name: /Ten off/ })).toContainText('€10.00');
  await page.getByRole('tab', { name: 'Refusals' }).click();
  await expect(page.getByRole('row', { name: /does not exist/ })).toContainText('1');
  await page.getByRole('tab', { name: 'People' }).click();
  await expect(page.getByRole('row', { name: /Marco/ })).toContainText('3');

  await page.getByRole('tab', { name: 'Offers' }).click();
  await page.getByRole('button', { name: 'Ten off' }).click();
  await expect(figure(page, 'Redemptions')).toContainText('2');
  await expect(page.getByRole('row')).toHaveCount(3);
  const file = await till.savedFile(() => page.getByRole('button', { name: 'Save as CSV' }).click());
  expect(file.name).toMatch(/\.csv$/);
  const lines = readFileSync(file.path, 'utf8').trim().split('\r\n');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toContain('TENOFF,Ten off,');
  expect(lines[1]).toContain('60.00,-6.00,Redeemed');
  await page.getByRole('button', { name: /Show all again/ }).click();
  await expect(figure(page, 'Redemptions')).toContainText('3');

  await page.getByLabel('Time').selectOption('Yesterday');
  await expect(figure(page, 'Redemptions')).toContainText('0');
});
