import type { Page } from '@playwright/test';
import { scan, typePin } from '../e2e/desk.ts';
import { keep } from './camera.ts';

const PIN = '135790';
const words = {
  de: {
    next: 'Weiter',
    name: 'Ihr Name',
    again: 'Noch einmal',
    shop: 'Laden am Markt',
    offer: 'Zehn Prozent',
  },
  es: {
    next: 'Siguiente',
    name: 'Su nombre',
    again: 'Otra vez',
    shop: 'Tienda de la plaza',
    offer: 'Diez por ciento',
  },
} as const;
const codes = { de: 'SOMMER10', es: 'VERANO10' } as const;
/** The screens by their keys: their names are in the other language. */
const screens = {
  F6: 'recent',
  F7: 'offers',
  F8: 'batches',
  F9: 'settings',
  F12: 'reports',
} as const;

/** The same counter in another language, and the screens around it. */
export async function walkLanguage(page: Page, language: 'de' | 'es'): Promise<void> {
  const { next, name, again, shop, offer } = words[language];
  const code = codes[language];
  await page.locator('input').first().fill(shop);
  await keep(page, `set-up-shop-${language}`);
  await page.getByRole('button', { name: next }).click();
  await page.getByLabel(name).fill('Inés');
  await page.keyboard.press('Enter');
  await typePin(page, PIN);
  await page.getByRole('heading', { name: again }).waitFor();
  await typePin(page, PIN);
  await page.getByTestId('result').waitFor();
  await page.keyboard.press('F7');
  await page.getByRole('main').getByRole('button').first().click();
  await page.locator('form input').first().fill(offer);
  await keep(page, `offer-new-${language}`);
  await page.getByRole('list').getByRole('button').nth(3).click();
  await page.locator('form input[maxlength="40"]').fill(code);
  await page.locator('form [data-tone=primary]').click();
  await page.waitForFunction(() => window.location.hash === '#/offers');
  await page.keyboard.press('F2');
  for (const digit of '4580') await page.keyboard.press(digit, { delay: 60 });
  await page.waitForTimeout(300);
  await scan(page, code);
  await page.locator('[data-testid=result][data-tone=go]').waitFor();
  await keep(page, `redeem-accepted-${language}`);
  await page.waitForTimeout(300);
  await page.keyboard.press('Enter');
  await page.locator('[data-testid=result][data-tone=done]').waitFor();
  await keep(page, `redeem-done-${language}`);
  await page.waitForTimeout(100);
  await page.keyboard.press('Enter');
  for (const digit of '1000') await page.keyboard.press(digit, { delay: 60 });
  await page.waitForTimeout(300);
  await scan(page, 'NOSUCHCODE');
  await page.locator('[data-testid=result][data-tone=stop]').waitFor();
  await keep(page, `redeem-refused-${language}`);
  for (const [key, screen] of Object.entries(screens)) {
    await page.keyboard.press(key);
    await page.waitForTimeout(300);
    await keep(page, `${screen}-${language}`);
  }
  await page.keyboard.press('F1');
  await page.getByRole('dialog').waitFor();
  await keep(page, `keys-${language}`);
}
