import { confirm, expectAccepted, expectRefused, goTo, scan, typeTotal } from './desk.ts';
import { expectFit } from './fit.ts';
import { expect, test } from './fixtures.ts';
import { enrol, offerAtCentre, pill, setUp, syncNow } from './locations.ts';

test.use({ tillOptions: { demo: false } });

test('a code used at one location is refused at the other, a cut network makes a queue, and a double use is found', async ({
  till,
  startTill,
  centre,
}) => {
  test.setTimeout(180_000);
  const other = await startTill({ demo: false });
  const [first, second, third] = await offerAtCentre(centre);
  await setUp(till.page, 'Market Square');
  await expect(pill(till.page)).toHaveAttribute('data-state', 'alone');
  await enrol(till.page, centre);
  const nightly = till.page.getByRole('combobox', { name: 'Sync each night' });
  await expect(nightly).toHaveValue('After 03:00');
  await nightly.click();
  await till.page.getByRole('option', { name: 'After 04:00' }).click();
  await expect(nightly).toHaveValue('After 04:00');
  await setUp(other.page, 'Station');
  await enrol(other.page, centre);

  await syncNow(till.page);
  await goTo(till.page, 'Offers');
  await expect(till.page.getByRole('heading', { name: 'From the centre' })).toBeVisible();

  await goTo(till.page, 'Redeem');
  await typeTotal(till.page, '50.00');
  await scan(till.page, first ?? '');
  await expectAccepted(till.page, { discount: '10.00', payable: '40.00' });
  await confirm(till.page);
  await syncNow(till.page);
  await syncNow(other.page);

  await goTo(other.page, 'Redeem');
  await typeTotal(other.page, '50.00');
  await scan(other.page, first ?? '');
  await expectRefused(other.page, 'already_redeemed', /Used today/);

  // The network goes: the counter goes on, and shows what waits.
  centre.cut();
  await till.page.waitForTimeout(300);
  await till.page.keyboard.press('Enter');
  await typeTotal(till.page, '25.00');
  await scan(till.page, second ?? '');
  await expectAccepted(till.page, { discount: '5.00', payable: '20.00' });
  await confirm(till.page);
  await pill(till.page).click();
  await till.page.getByRole('button', { name: 'Sync now' }).click();
  await expect(pill(till.page)).toHaveAttribute('data-state', 'offline', { timeout: 20_000 });
  await expect(pill(till.page)).toContainText(/Offline.*\d+ waiting/);
  await till.page.keyboard.press('Escape');

  centre.mend();
  await syncNow(till.page);
  await expect(pill(till.page)).toHaveAttribute('data-state', 'online');
  await expect(pill(till.page)).not.toContainText('waiting');

  // A code that both accept without a network is found, and decided at either.
  centre.cut();
  for (const { page } of [till, other]) {
    await goTo(page, 'Redeem');
    await page.keyboard.press('Escape');
    await typeTotal(page, '50.00');
    await scan(page, third ?? '');
    await expectAccepted(page, { discount: '10.00', payable: '40.00' });
    await confirm(page);
  }
  centre.mend();
  for (const { page } of [till, other, till]) await syncNow(page);

  const { page } = till;
  await expect(page.getByRole('link', { name: /Inbox/ })).toContainText('1');
  await goTo(page, 'Inbox');
  const incidents = page.getByTestId('incidents').getByRole('listitem');
  await expect(incidents).toHaveCount(1);
  await expect(incidents).toContainText('Used too often');
  await expect(incidents).toContainText('10.00');
  await expectFit(page, 'inbox');
  await page.getByRole('button', { name: 'Decide' }).click();
  await expect(page.getByRole('dialog')).toContainText('From the centre');
  await expectFit(page, 'incident');
  await page.getByRole('dialog').getByText('Paid back', { exact: true }).click();
  await page.getByLabel('Paid back by').fill('The customer');
  await page.getByRole('button', { name: 'Put on record' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.getByText('Decided', { exact: true }).click();
  await expect(incidents).toContainText('Paid back');

  // Both locations' redemptions are in one report, counted at the centre.
  await goTo(page, 'Reports');
  await page.getByText('All locations').click();
  await expect(page.getByRole('row', { name: /Station/ })).toContainText('10.00');
  await expect(page.getByRole('row', { name: /Market Square/ })).toContainText('25.00');
  await expectFit(page, 'reports: all locations');
  centre.cut();
  await page.getByLabel('Time').selectOption('Today');
  await expect(page.getByText('The centre is not reached.')).toBeVisible();
  await page.getByText('This location').click();
  await expect(page.getByRole('row', { name: /From the centre/ })).toContainText('25.00');
  centre.mend();
});
