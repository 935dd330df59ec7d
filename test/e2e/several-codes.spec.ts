import { createOffer, expectAccepted, goTo, result, scan, signIn, typeTotal } from './desk.ts';
import { expect, test } from './fixtures.ts';

test('one of two codes comes off the sale, and a customer who cannot be read is said at the field', async ({
  till,
}) => {
  const { page } = till;
  await signIn(page, 'Marco');
  await createOffer(page, { name: 'Five off', amount: '5', sharedCode: 'FIVE' });
  await createOffer(page, { name: 'Once each', amount: '2', perCustomer: '1', sharedCode: 'EACH' });
  await goTo(page, 'Redeem');
  await typeTotal(page, '40.00');
  await scan(page, 'SAVE10');
  await expectAccepted(page, { discount: '4.00', payable: '36.00' });
  await scan(page, 'FIVE');
  await expect(result(page)).toContainText('2 coupons');
  await page.getByRole('button', { name: 'Take FIVE off this sale' }).click();
  await expectAccepted(page, { discount: '4.00', payable: '36.00' });
  await page.getByRole('button', { name: 'Take SAVE10 off this sale' }).click();
  await expect(result(page)).toHaveAttribute('data-tone', 'idle');
  await expect(page.getByTestId('basket-total')).toContainText('40.00');

  await scan(page, 'EACH');
  await page.keyboard.press('F4');
  const phone = page.getByLabel('Phone number', { exact: true }).last();
  await phone.fill('12');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toContainText('This is no phone number');
  await phone.fill('0049 30 901820');
  await page.keyboard.press('Enter');
  await expectAccepted(page, { discount: '2.00', payable: '38.00' });
  await expect(page.getByText('+4930901820')).toBeVisible();
});

test('after a check that failed, another code is another customer’s', async ({ till }) => {
  test.skip(till.host !== 'web', 'a line between window and core is cut only where there is one');
  const { page } = till;
  till.forgive(/Failed to load resource|ERR_/);
  await signIn(page, 'Kim');
  await typeTotal(page, '40.00');
  await page.route('**/api/op/redemption.check', (route) => route.abort());
  await scan(page, 'SAVE10');
  await expect(page.getByTestId('refusal')).toHaveAttribute('data-code', 'host_unreachable');
  await page.unroute('**/api/op/redemption.check');
  await scan(page, 'OTHER');
  await expect(result(page)).toHaveAttribute('data-tone', 'ask');
  await expect(page.getByTestId('basket-total')).toContainText('0.00');
  await page.getByRole('button', { name: /Bring back/ }).click();
  await expectAccepted(page, { discount: '4.00', payable: '36.00' });
});
