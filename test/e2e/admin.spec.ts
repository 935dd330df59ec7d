import type { Page } from '@playwright/test';
import {
  createOffer,
  expectAccepted,
  goTo,
  lock,
  openSettings,
  scan,
  signIn,
  typePin,
  typeTotal,
} from './desk.ts';
import { expect, test } from './fixtures.ts';

async function addQuickKey(
  page: Page,
  number: number,
  key: { name: string; sku: string; price: string; category: string },
): Promise<void> {
  await page.getByRole('button', { name: 'Add a quick key' }).click();
  await page.getByLabel(`Name ${number}`, { exact: true }).fill(key.name);
  await page.getByLabel(`Number ${number}`, { exact: true }).fill(key.sku);
  await page.getByLabel(`Price ${number}`, { exact: true }).fill(key.price);
  await page.getByLabel(`Category ${number}`, { exact: true }).fill(key.category);
}

test('an admin changes a person, their PIN and role, and sees them off', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Ada');
  await openSettings(page, 'People');
  await page.getByRole('button', { name: 'Change Kim' }).click();
  await page.getByLabel('Name', { exact: false }).last().fill('Kim Berg');
  await page.getByRole('dialog').getByText('Manager', { exact: true }).click();
  await page.getByLabel('PIN', { exact: true }).fill('246810');
  await page.getByRole('button', { name: 'Save', exact: true }).last().click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await lock(page);
  await page.getByRole('button', { name: /^Kim Berg/ }).click();
  await typePin(page, '246810');
  await expect(page.getByRole('button', { name: /Kim Berg.*Manager.*hand over/ })).toBeVisible();
  await lock(page);

  await signIn(page, 'Ada');
  await openSettings(page, 'People');
  await page.getByRole('button', { name: 'Change Kim Berg' }).click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(page.getByTestId('flash')).toContainText('may not sign in any more');
  await page.getByRole('button', { name: 'Change Ada' }).click();
  await page.getByRole('dialog').getByText('Cashier', { exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('Nobody else is an admin');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await lock(page);
  await expect(page.getByRole('button', { name: /^Kim/ })).toBeHidden();
});

test('the shop gets another name, and the counter says so at once', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Ada');
  await openSettings(page, 'Shop');
  await page.getByLabel('Name of the shop').fill('Market Square');
  await page.getByLabel('Prices').selectOption('Without tax');
  await page
    .locator('form', { has: page.getByLabel('Name of the shop') })
    .getByRole('button', { name: 'Save' })
    .click();
  await expect(page.getByTestId('flash')).toContainText('saved');
  await expect(page.getByRole('banner')).toContainText('Market Square');
});

test('articles are rung up with quick keys, and an offer on a category finds them', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Marco');
  await openSettings(page, 'Shop');
  await addQuickKey(page, 1, { name: 'Green tea', sku: 'TEA', price: '4', category: 'Tea' });
  await addQuickKey(page, 2, { name: 'Mug', sku: 'MUG', price: '12', category: 'Goods' });
  await page.getByRole('button', { name: 'Save the quick keys' }).click();
  await expect(page.getByTestId('flash')).toContainText('saved');

  await createOffer(page, { name: 'Tea week', percent: '50', items: 'Tea', sharedCode: 'TEA50' });
  await goTo(page, 'Redeem');
  const keys = page.getByTestId('quick-keys');
  await keys.getByRole('button', { name: 'Green tea' }).click();
  await keys.getByRole('button', { name: 'Green tea' }).click();
  await keys.getByRole('button', { name: 'Mug' }).click();
  await expect(page.getByTestId('basket-total')).toContainText('20.00');
  await expect(page.getByRole('listitem').filter({ hasText: 'Green tea' })).toContainText('2 ×');
  await scan(page, 'TEA50');
  await expectAccepted(page, { discount: '4.00', payable: '16.00' });
  // The keyboard's digits are an amount all the same.
  await page.waitForTimeout(300);
  await page.keyboard.press('Escape');
  await typeTotal(page, '40.00');
});

test('the scanner set-up measures pace and terminator of every scanner', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Kim');
  await goTo(page, 'Settings');
  for (const [terminator, msPerChar, end] of [
    ['Enter', 10, 'Enter'],
    ['Tab', 80, 'Tab'],
    ['none', 200, 'Nothing'],
  ] as const) {
    await page.getByRole('button', { name: 'Test the scanner' }).click();
    const findings = page.getByTestId('scanner-findings');
    const code = (await findings.locator('code').innerText()).replaceAll('-', '');
    await scan(page, code, { msPerChar, terminator });
    await expect(findings).toContainText(`${msPerChar} ms per character`, { timeout: 5_000 });
    await expect(findings).toContainText(end);
    await expect(findings).toContainText('As printed');
    // It stays the set-up's business: nothing went to the counter.
    await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
    await page.getByRole('button', { name: 'End the test' }).click();
  }
});

test('the ledger is checked from the screen, and shows its events', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Marco');
  await openSettings(page, 'Ledger');
  await page.getByRole('button', { name: 'Check the ledger' }).click();
  await expect(page.getByText(/The ledger is whole: \d+ events/)).toBeVisible();
  await page.getByRole('button', { name: 'Show the events' }).click();
  await expect(page.getByRole('row').nth(1)).toContainText('operator.signedIn');
  await expect(page.getByRole('row').last()).toContainText('ledger.created');
});
