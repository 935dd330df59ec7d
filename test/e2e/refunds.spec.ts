import { confirm, expectAccepted, goTo, scan, signIn, typePin, typeTotal } from './desk.ts';
import { expectFit } from './fit.ts';
import { expect, test } from './fixtures.ts';

test('goods come back: the exact amount is seen before, given once, and asks a manager when a cashier gives it', async ({
  till,
}) => {
  const { page } = till;
  const pinOf = (name: string) =>
    page
      .locator('dl > div', { has: page.getByText(name, { exact: true }) })
      .locator('dd')
      .innerText();
  const managerPin = await pinOf('Marco');
  await signIn(page, 'Kim');
  await goTo(page, 'Redeem');
  await typeTotal(page, '12.55');
  await scan(page, 'SAVE10');
  await expectAccepted(page, { discount: '1.26', payable: '11.29' });
  await confirm(page);

  await goTo(page, 'Recent');
  await page.getByRole('button', { name: 'Refund goods of SAVE10' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'What comes back?' });
  await expect(dialog.getByRole('button', { name: 'Refund', exact: true })).toBeDisabled();
  await dialog.getByRole('button', { name: 'One Item 1 more' }).click();
  await expect(dialog.getByRole('button', { name: 'Refund €11.29' })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Damaged' }).click();
  await expectFit(page, 'refund');
  await dialog.getByRole('button', { name: 'Refund €11.29' }).click();
  await dialog.getByLabel('PIN of a manager').click();
  await typePin(page, managerPin);
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('status')).toContainText('€11.29');
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  const row = page.getByRole('row').filter({ hasText: 'SAVE10' }).first();
  await expect(row).toContainText('Refunded');
  await expect(row.getByRole('button')).toHaveCount(0);
});
