import { goTo, openSettings, signIn } from './desk.ts';
import { expect, test } from './fixtures.ts';

test('the history of another system is looked at, read in, found, and taken out again', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Marco');
  await openSettings(page, 'Ledger');
  const rows = ['time_utc,code,discount', '2025-03-01T10:00:00Z,OLDCODE7,5.00', 'yesterday,OLDCODE8,5.00'];
  const buffer = Buffer.from(`${rows.join('\n')}\n`);
  const chooser = page.waitForEvent('filechooser');
  await page.getByLabel('CSV file').click();
  await (await chooser).setFiles({ name: 'old.csv', mimeType: 'text/csv', buffer });
  await expect(page.getByText('1 of 2 rows can be read in.')).toBeVisible();
  await expect(page.getByText('Unreadable time: 1')).toBeVisible();
  await page.getByRole('button', { name: 'Read in 1 row' }).click();
  await expect(page.getByText(/old\.csv: 1 rows/)).toBeVisible();
  await goTo(page, 'Search');
  await page.getByRole('textbox', { name: 'Search' }).fill('oldcode');
  await expect(page.getByTestId('results')).toContainText('Redeemed: €5.00 off');
  await openSettings(page, 'Ledger');
  await page.getByRole('button', { name: 'Take out again' }).click();
  await expect(page.getByText(/old\.csv: 1 rows/)).toBeHidden();
});
