import type { Page } from '@playwright/test';
import { expectAccepted, goTo, scan, signIn, typeTotal } from './desk.ts';
import { expect, test } from './fixtures.ts';

/**
 * A language that runs from right to left, without translating a word: the whole page is turned round, and every text
 * grows by half as real translations do. What was laid out with left and right, or to the pixel of an English word,
 * shows here.
 */
async function turnRound(page: Page): Promise<void> {
  await page.evaluate(() => {
    const page = document.documentElement;
    page.dir = 'rtl';
    // The product sets the direction of its language once that has been loaded.
    new MutationObserver(() => {
      if (page.dir !== 'rtl') page.dir = 'rtl';
    }).observe(page, { attributeFilter: ['dir'] });
    document.documentElement.style.setProperty('letter-spacing', '0.06em');
  });
}

async function expectInside(page: Page, where: string): Promise<void> {
  const outside = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const scrolls = document.documentElement.scrollWidth > width + 1;
    const cut = [
      ...document.querySelectorAll<HTMLElement>('main button, main h1, main h2, nav a, header button'),
    ]
      .filter((element) => element.checkVisibility())
      .filter((element) => {
        const { left, right } = element.getBoundingClientRect();
        return left < -1 || right > width + 1;
      })
      .map((element) => element.outerHTML.slice(0, 120));
    return { scrolls, cut };
  });
  expect.soft(outside, where).toEqual({ scrolls: false, cut: [] });
}

test('every screen turns round with a right-to-left language', async ({ till }) => {
  test.setTimeout(180_000);
  const { page } = till;
  await turnRound(page);
  await expectInside(page, 'sign-in');
  await signIn(page, 'Ada');
  // The basket, with its keypad, stands where reading begins: on the right.
  const basket = await page.getByRole('region', { name: 'Basket' }).boundingBox();
  const result = await page.getByTestId('result').boundingBox();
  expect(basket?.x ?? 0).toBeGreaterThan(result?.x ?? 0);
  const rail = await page.getByRole('navigation').first().boundingBox();
  expect(rail?.x ?? 0).toBeGreaterThan(800);
  await typeTotal(page, '40.00');
  await scan(page, 'SAVE10');
  await expectAccepted(page, { discount: '4.00', payable: '36.00' });
  await expectInside(page, 'redeem');
  // A code is read from left to right in every language.
  await expect(page.getByRole('textbox', { name: 'Code' })).toHaveAttribute('dir', 'ltr');
  for (const screen of ['Recent', 'Search', 'Offers', 'Batches', 'Reports', 'Inbox', 'Settings'] as const) {
    await goTo(page, screen);
    await page.waitForTimeout(300);
    await expectInside(page, screen);
  }
});

test.describe('by touch', () => {
  test.use({ contextOptions: { hasTouch: true } });
  test('a sale from the total to the receipt needs fingers only', async ({ till }) => {
    const { page } = till;
    await signIn(page, 'Marco');
    await page.getByRole('navigation').getByRole('link', { name: 'Redeem' }).tap();
    for (const key of ['4', '0', '00']) await page.getByRole('button', { name: key, exact: true }).tap();
    await expect(page.getByTestId('basket-total')).toContainText('40.00');
    await page.getByRole('textbox', { name: 'Code' }).tap();
    await page.getByRole('textbox', { name: 'Code' }).fill('save10');
    await page.getByRole('button', { name: 'Check the code' }).tap();
    await expectAccepted(page, { discount: '4.00', payable: '36.00' });
    await page.getByRole('button', { name: /Redeem, take/ }).tap();
    await expect(page.getByTestId('result')).toHaveAttribute('data-tone', 'done');
    await page.getByRole('button', { name: 'Next customer' }).tap();
    await expect(page.getByTestId('basket-total')).toContainText('0.00');
  });
});
