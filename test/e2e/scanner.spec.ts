import type { Page } from '@playwright/test';
import { expectAccepted, goTo, result, scan, signIn, typeTotal } from './desk.ts';
import { expect, test } from './fixtures.ts';

/** A generated code of the demo batch, as a scanner sends it: it begins with a digit or a letter. */
async function someCode(page: Page, row: number): Promise<string> {
  await goTo(page, 'Batches');
  await page.getByRole('button', { name: 'Labels of Welcome cards' }).click();
  const text = await page.locator('tbody code').nth(row).innerText();
  await goTo(page, 'Redeem');
  return text.replaceAll('-', '');
}

test('reads scanners of 10, 80 and 200 ms a character, each with every terminator', async ({ till }) => {
  test.setTimeout(120_000);
  const { page } = till;
  await signIn(page, 'Marco');
  const code = await someCode(page, 3);
  for (const msPerChar of [10, 80, 200]) {
    for (const terminator of ['Enter', 'Tab', 'none'] as const) {
      await test.step(`${msPerChar} ms, ${terminator}`, async () => {
        await typeTotal(page, '20.00');
        await page.waitForTimeout(1_300);
        await scan(page, code, { msPerChar, terminator });
        await expectAccepted(page, { discount: '3.00', payable: '17.00' });
        await expect(page.getByTestId('basket-total')).toContainText('20.00');
        await page.waitForTimeout(400);
        await page.keyboard.press('Escape');
        await expect(result(page)).toHaveAttribute('data-tone', 'idle');
      });
    }
  }
});

test('a scan into the focused code field leaves Enter to the button on the result', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Marco');
  await typeTotal(page, '20.00');
  await page.waitForTimeout(1_300);
  await page.keyboard.press('F3');
  await scan(page, 'SAVE10');
  await expectAccepted(page, { discount: '2.00', payable: '18.00' });
  await page.waitForTimeout(500);
  await page.keyboard.press('Enter');
  await expect(result(page)).toHaveAttribute('data-tone', 'done');
});

test('scans on every screen, and a field that had the focus is left as it was', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Marco');
  for (const screen of ['Recent', 'Offers', 'Batches', 'Settings'] as const) {
    await goTo(page, screen);
    await scan(page, 'SAVE10');
    await expect(result(page)).toHaveAttribute('data-tone', 'ask');
    await expect(result(page)).toContainText('SAVE10');
    await page.waitForTimeout(300);
    await page.keyboard.press('Escape');
  }

  await goTo(page, 'Batches');
  await page.getByRole('button', { name: 'New batch' }).click();
  const name = page.getByLabel('Name of the batch');
  await name.click();
  await page.keyboard.type('Labels for May', { delay: 60 });
  await expect(name).toHaveValue('Labels for May');
  await page.waitForTimeout(300);
  const lastSeen = page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const field = document.activeElement as HTMLInputElement;
        window.addEventListener('hashchange', () => resolve(field.value), { once: true });
      }),
  );
  await scan(page, 'SAVE10');
  expect(await lastSeen).toBe('Labels for May');
  await expect(result(page)).toHaveAttribute('data-tone', 'ask');
});

test('works by keyboard alone, and tells its keys', async ({ till }) => {
  const { page } = till;
  await signIn(page, 'Kim');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();

  await page.keyboard.press('F6');
  await expect(page.getByRole('heading', { name: 'Recent redemptions' })).toBeVisible();
  await page.keyboard.press('F2');

  await page.keyboard.type('12.5', { delay: 60 });
  await expect(page.getByTestId('basket-total')).toContainText('12.50');
  await page.waitForTimeout(200);
  await page.keyboard.press('+');
  await page.waitForTimeout(200);
  await page.keyboard.type('750', { delay: 60 });
  await expect(page.getByTestId('basket-total')).toContainText('20.00');
  await page.keyboard.press('Backspace');
  await expect(page.getByTestId('basket-total')).toContainText('13.25');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('basket-total')).toContainText('0.00');
  await page.keyboard.press('Control+z');
  await expect(page.getByTestId('basket-total')).toContainText('13.25');

  // Letters typed anywhere are a code; they show up in its field, and wait for Enter.
  await page.keyboard.type('WELCOMEE', { delay: 130 });
  await expect(page.getByLabel('Code', { exact: true })).toHaveValue('WELCOMEE');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('refusal')).toHaveAttribute('data-code', 'code_unknown');

  await page.keyboard.press('F10');
  await expect(page.getByRole('heading', { name: 'Who is at the till?' })).toBeVisible();
});
