import {
  confirm,
  createOffer,
  expectAccepted,
  goTo,
  result,
  scan,
  signIn,
  typePin,
  typeTotal,
} from './desk.ts';
import { expectFit } from './fit.ts';
import { expect, test } from './fixtures.ts';

test('a scanned code leads to everything that happened to it', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Marco');
  await typeTotal(page, '40.00');
  await scan(page, 'SAVE10');
  await confirm(page);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(result(page)).toContainText('Taken back');

  await goTo(page, 'Search');
  await scan(page, 'SAVE10');
  await expect(page.getByRole('textbox', { name: 'Search' })).toHaveValue('SAVE10');
  await page
    .getByTestId('results')
    .getByRole('link', { name: /SAVE10/ })
    .click();
  const steps = page.getByTestId('timeline').getByRole('listitem');
  await expect(steps).toHaveCount(3);
  await expect(steps.nth(0)).toContainText('Voided');
  await expect(steps.nth(0)).toContainText('Undone at the counter');
  await expect(steps.nth(1)).toContainText('€4.00 off a basket of €40.00');
  await expect(steps.nth(1)).toContainText('Marco, Till 1');
  await expect(steps.nth(2)).toContainText('Issued');
});

test('a customer is found by their number and can be forgotten', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Marco');
  await createOffer(page, { name: 'Once each', amount: '5', perCustomer: '1', sharedCode: 'HELLO5' });
  await goTo(page, 'Redeem');
  await typeTotal(page, '20.00');
  await scan(page, 'HELLO5');
  await page.waitForTimeout(300);
  await page.keyboard.press('F4');
  await page.getByLabel('Phone number', { exact: true }).last().fill('+49 30 901820');
  await page.keyboard.press('Enter');
  await expectAccepted(page, { discount: '5.00', payable: '15.00' });
  await confirm(page);

  await page.keyboard.press('F5');
  await page.getByRole('textbox', { name: 'Search' }).fill('0049 30 901820');
  await page.getByRole('link', { name: /\+4930901820/ }).click();
  await expect(page.getByRole('row', { name: /HELLO5/ })).toContainText('Once each');
  await expectFit(page, 'customer');
  await page.getByRole('button', { name: 'Forget this customer' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Forget this customer' }).click();
  await expect(page.getByTestId('flash')).toContainText('forgotten');
  await expect(page.getByRole('heading', { name: 'A forgotten customer' })).toBeVisible();
});

test('somebody else takes over in the middle of a sale, and few uses left are in sight', async ({ till }) => {
  const { page } = till;
  const pinOf = (name: string) => page.locator('dl > div', { hasText: name }).locator('dd').innerText();
  const kim = await pinOf('Kim');
  await signIn(page, 'Marco');
  await createOffer(page, { name: 'Only three', amount: '5', total: '3', sharedCode: 'THREE' });
  await goTo(page, 'Redeem');
  for (const isLast of [false, true]) {
    await typeTotal(page, '20.00');
    await scan(page, 'THREE');
    await expectAccepted(page, { discount: '5.00', payable: '15.00' });
    if (!isLast) await confirm(page);
  }
  // Two of three are no reason to worry.
  await expect(page.getByTestId('low-uses')).toBeHidden();
  await page.getByRole('button', { name: /Marco.*hand over/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Kim' }).click();
  await typePin(page, kim);
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByRole('button', { name: /Kim.*hand over/ })).toBeVisible();
  await expectAccepted(page, { discount: '5.00', payable: '15.00' });
  await confirm(page);
  await expect(page.getByTestId('low-uses')).toContainText('THREE: 1 use left here');
  await goTo(page, 'Recent');
  await expect(page.getByRole('row', { name: /THREE/ }).first()).toContainText('Kim');
});
