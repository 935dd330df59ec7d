import { goTo, openSettings, signIn, typePin } from './desk.ts';
import { expect, test } from './fixtures.ts';

test.use({ tillOptions: { demo: false } });

test('three steps open a counter, in the chosen language, and the next day it is still there', async ({
  till,
}) => {
  const { page } = till;
  await page.getByLabel('Name of the shop').fill('Laden am Markt');
  await page.getByRole('combobox', { name: 'Currency' }).click();
  await page.getByRole('combobox', { name: 'Currency' }).fill('CHF');
  await page.getByRole('option', { name: /CHF/ }).click();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Your name').fill('Grace Hopper');
  await page.keyboard.press('Enter');

  await typePin(page, '135790');
  await expect(page.getByRole('heading', { name: 'Once more' })).toBeVisible();
  await typePin(page, '135791');
  await expect(page.getByText('The two PINs were different')).toBeVisible();
  await typePin(page, '135790');
  await typePin(page, '135790');

  await expect(page.getByRole('navigation')).toBeVisible();
  await expect(page.getByTestId('basket-total')).toContainText('CHF');
  await goTo(page, 'Offers');
  await expect(page.getByText('Your first offer')).toBeVisible();
  await goTo(page, 'Recent');
  await expect(page.getByText('No redemptions yet')).toBeVisible();

  await openSettings(page, 'People');
  await page.getByRole('button', { name: 'Add a person' }).click();
  await page.getByRole('dialog').getByLabel(/^Name/).fill('Linus');
  await page.getByRole('dialog').getByLabel(/^PIN/).fill('246801');
  await page.getByRole('dialog').getByRole('button', { name: 'Add a person' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByRole('button', { name: /Linus/ })).toBeVisible();

  await openSettings(page, 'This till');
  await page.getByRole('region', { name: 'This till' }).getByRole('combobox', { name: 'Language' }).click();
  await page.getByRole('listbox').getByRole('option', { name: 'Deutsch' }).click();
  await expect(page.getByRole('heading', { name: 'Einstellungen' })).toBeVisible();

  await till.restart();
  await expect(till.page.getByText('Laden am Markt')).toBeVisible();
  await till.page.getByRole('button', { name: /^Linus/ }).click();
  await typePin(till.page, '246801');
  await expect(till.page.getByRole('navigation').getByRole('link')).toHaveCount(3);
});

test('a demo to look around in is made from the set-up, and removed again for one’s own shop', async ({
  till,
}) => {
  const { page } = till;
  await page.getByRole('button', { name: 'Just look around, with a demo shop' }).click();
  const pin = await page.locator('dl > div', { hasText: 'Ada' }).locator('dd').innerText();
  await signIn(page, 'Ada');
  await openSettings(page, 'Shop');
  await page.getByRole('button', { name: 'Remove the demo data' }).click();
  await page.getByLabel('Your PIN').fill(pin);
  await page.getByRole('button', { name: 'Remove everything and start over' }).click();
  await expect(page.getByRole('heading', { name: 'Your shop' })).toBeVisible();
  await page.getByLabel('Name of the shop').fill('Market Square');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Your name').fill('Grace');
  await page.keyboard.press('Enter');
  await typePin(page, '135790');
  await expect(page.getByRole('heading', { name: 'Once more' })).toBeVisible();
  await typePin(page, '135790');
  await goTo(page, 'Offers');
  await expect(page.getByText('Your first offer')).toBeVisible();
  await expect(page.getByRole('banner')).not.toContainText('Demo', { ignoreCase: true });
});
