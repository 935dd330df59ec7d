import { createOffer, signIn } from './desk.ts';
import { expect, test } from './fixtures.ts';

const CODES = 50_000;

test('a batch of many codes opens at once, and its last code is one key away', async ({ till }) => {
  test.setTimeout(120_000);
  const { page } = till;
  await signIn(page, 'Marco');
  await createOffer(page, { name: 'Ten off', percent: '10' });
  await page.getByLabel('Name of the batch').fill('Large');
  await page.getByLabel('How many codes?').fill(String(CODES));
  await page.getByRole('button', { name: /^Make/ }).click();
  await expect(page.getByRole('heading', { name: 'Large' })).toBeVisible({ timeout: 60_000 });
  const rows = page.getByTestId('code-rows');
  await expect(rows.locator('code').first()).toBeVisible({ timeout: 60_000 });
  expect(await rows.locator('tbody tr').count()).toBeLessThan(60);
  await rows.focus();
  await page.keyboard.press('End');
  const last = rows.locator(`[aria-rowindex="${CODES + 1}"]`);
  await expect(last.locator('code')).toBeVisible();
  await expect(last).toContainText('50,000');
  await page.keyboard.press('Home');
  await expect(rows.locator('[aria-rowindex="2"] code')).toBeVisible();
});
