import { confirm, createOffer, expectAccepted, goTo, scan, signIn, typePin, typeTotal } from './desk.ts';
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

test('a sale of two codes is one in the list, and its goods come back although one of them was voided', async ({
  till,
}) => {
  const { page } = till;
  await signIn(page, 'Marco');
  await createOffer(page, { name: 'Five off', amount: '5', sharedCode: 'FIVE' });
  await goTo(page, 'Redeem');
  await typeTotal(page, '40.00');
  await scan(page, 'SAVE10');
  await scan(page, 'FIVE');
  await confirm(page);
  await goTo(page, 'Recent');
  const rows = page.getByRole('row').filter({ hasText: /SAVE10|FIVE/ });
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(1)).toContainText('Same sale');
  const refund = page.getByRole('button', { name: /^Refund goods of/ });
  await expect(refund).toHaveCount(1);
  await rows.first().getByRole('button', { name: /^Void/ }).click();
  await page.getByRole('button', { name: 'Typing mistake' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Void', exact: true }).click();
  await expect(rows.first()).toContainText('Voided');
  await expect(rows.nth(1).getByRole('button', { name: /^Refund goods of/ })).toBeVisible();
  await refund.click();
  const dialog = page.getByRole('dialog', { name: 'What comes back?' });
  await dialog.getByRole('button', { name: 'One Item 1 more' }).click();
  await dialog.getByRole('button', { name: 'Damaged' }).click();
  await dialog.getByRole('button', { name: /^Refund €/ }).click();
  await expect(dialog.getByRole('status')).toContainText('€');
});
