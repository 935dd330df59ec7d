import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { build } from '../../build/build.ts';
import { startCentre } from '../e2e/centre.ts';
import { chromiumArgs, chromiumPath } from '../e2e/chromium.ts';
import {
  confirm,
  createOffer,
  expectAccepted,
  expectRefused,
  goTo,
  lock,
  scan,
  signIn,
  typePin,
  typeTotal,
} from '../e2e/desk.ts';
import { openWebTill } from '../e2e/till-on-web.ts';

/** `npm run screens`: walks through the product and keeps a picture of every screen and state in `docs/screens/`. */
const target = path.resolve(import.meta.dirname, '../../docs/screens');
const size = { width: 1024, height: 768 };
const SETTLE_MS = 350;
const PIN = '135790';

/** The main screens are kept in both schemes, dialogs and side steps in the light one. */
const shownInDark: ReadonlySet<string> = new Set([
  'sign-in',
  'redeem-idle',
  'redeem-accepted',
  'redeem-refused',
  'redeem-done',
  'recent',
  'offers',
  'offer-new',
  'reports',
  'search',
  'code',
  'batch',
  'settings',
]);

type Scheme = 'light' | 'dark';

/** One till of its own, thrown away afterwards. */
async function withTill(
  browser: Browser,
  options: { demo: boolean; scheme: Scheme; locale?: string },
  walk: (page: Page) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-screens-'));
  const till = await openWebTill(
    { folder, dataDir: path.join(folder, 'till'), demo: options.demo },
    browser,
    {
      viewport: size,
      colorScheme: options.scheme,
      locale: options.locale ?? 'en-GB',
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
    },
  );
  try {
    await walk(till.page);
  } finally {
    await till.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function keep(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(SETTLE_MS);
  await page.screenshot({ path: path.join(target, `${name}.png`), animations: 'disabled', caret: 'hide' });
}

/** A demo shop from sign-in to the void of a redemption; every main screen. */
async function walkDemo(page: Page, scheme: Scheme): Promise<void> {
  const shoot = async (name: string) => {
    if (scheme === 'light' || shownInDark.has(name)) await keep(page, `${name}-${scheme}`);
  };
  await shoot('sign-in');
  await page.getByRole('button', { name: /^Kim/ }).click();
  await typePin(page, '000000');
  await page.getByRole('alert').waitFor();
  await shoot('sign-in-refused');
  await signIn(page, 'Ada');
  await shoot('redeem-idle');

  await createOffer(page, {
    name: 'Spring: a fifth off',
    percent: '20',
    sharedCode: 'SPRING20',
    total: '40',
  });
  await createOffer(page, {
    name: 'Seven off from fifty',
    amount: '7',
    minSpend: '50',
    sharedCode: 'SEVEN50',
  });
  await createOffer(page, { name: 'Once per customer', amount: '5', perCustomer: '1', sharedCode: 'HELLO5' });
  await shoot('offers');

  await goTo(page, 'Redeem');
  await scan(page, 'SPRING20');
  await shoot('redeem-total-wanted');
  await typeTotal(page, '45.80');
  await page.waitForTimeout(300);
  await page.keyboard.press('Enter');
  await expectAccepted(page, { discount: '9.16', payable: '36.64' });
  await shoot('redeem-accepted');
  await confirm(page);
  await shoot('redeem-done');

  await typeTotal(page, '45.80');
  await scan(page, 'SEVEN50');
  await expectRefused(page, 'min_spend', /4\.20/);
  await shoot('redeem-refused');
  await scan(page, 'HELLO5');
  await expectRefused(page, 'customer_required', /customer/);
  await page.waitForTimeout(300);
  await page.keyboard.press('F4');
  await page.getByRole('dialog').waitFor();
  await shoot('redeem-customer');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.keyboard.press('Escape');

  for (const amount of ['1250', '780', '3600']) {
    for (const digit of amount) await page.keyboard.press(digit, { delay: 60 });
    await page.waitForTimeout(150);
    await page.keyboard.press('+');
  }
  await page.waitForTimeout(150);
  await scan(page, 'SPRING20');
  await scan(page, 'SEVEN50');
  await page.getByText('2 coupons').waitFor();
  await shoot('redeem-two-coupons');
  await confirm(page);
  await page.keyboard.press('Enter');

  await goTo(page, 'Recent');
  await page.getByRole('row').nth(2).waitFor();
  await shoot('recent');
  await page.getByRole('button', { name: 'Void SPRING20' }).first().click();
  await page.getByRole('dialog').waitFor();
  await shoot('void');
  await page.keyboard.press('Escape');

  await goTo(page, 'Offers');
  await page.getByRole('button', { name: 'New offer' }).click();
  await page.getByLabel('Name of the offer').fill('Summer: 15 % from thirty');
  await page.getByLabel('Percent *').fill('15');
  await page.getByLabel('At most').fill('20');
  await page.getByRole('button', { name: 'One Mug more' }).click();
  await shoot('offer-new');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Minimum spend').fill('30');
  await page.getByLabel('First day').fill('2027-06-01');
  await page.getByLabel('Last day').fill('2027-08-31');
  await page.getByRole('main').evaluate((main) => main.scrollTo(0, 0));
  await shoot('offer-rules');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Uses in total').fill('500');
  await shoot('offer-limits');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('The code').fill('SAVE10');
  await page.getByRole('button', { name: 'Create offer' }).click();
  await page.getByText('belongs to another offer').waitFor();
  await shoot('offer-codes');
  await goTo(page, 'Offers');
  await page.getByText('Campaigns').click();
  await page.getByRole('button', { name: 'New campaign' }).click();
  await page.getByLabel('Name').fill('Summer');
  await page.getByLabel('Budget').fill('500');
  await shoot('campaign-new');
  await page.getByRole('dialog').getByRole('button', { name: 'New campaign' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await shoot('campaigns');
  await goTo(page, 'Batches');
  await shoot('batches');
  await page.getByRole('button', { name: 'New batch' }).click();
  await page.getByLabel('Name of the batch').fill('Spring flyer');
  await shoot('batch-new');
  await goTo(page, 'Batches');
  await page.getByRole('button', { name: 'Labels of Welcome cards' }).click();
  await page.getByTestId('code-rows').locator('code').first().waitFor();
  await shoot('batch');
  await goTo(page, 'Search');
  await shoot('search-empty');
  await page.getByRole('textbox', { name: 'Search' }).fill('s');
  await page.getByTestId('results').waitFor();
  await shoot('search');
  await page.getByRole('textbox', { name: 'Search' }).fill('SPRING20');
  await page.getByRole('link', { name: /SPRING20/ }).click();
  await page.getByTestId('timeline').waitFor();
  await shoot('code');
  await page.getByRole('button', { name: /hand over or lock/ }).click();
  await page.getByRole('dialog').waitFor();
  await shoot('hand-over');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await goTo(page, 'Reports');
  await page.getByTestId('as-of').waitFor();
  await page.waitForTimeout(SETTLE_MS);
  await shoot('reports');
  await page.getByRole('tab', { name: 'People' }).scrollIntoViewIfNeeded();
  await shoot('reports-offers');
  await page.getByRole('tab', { name: 'Codes' }).click();
  await shoot('reports-codes');
  await goTo(page, 'Inbox');
  await shoot('inbox-empty');
  await goTo(page, 'Settings');
  await shoot('settings');
  await page.getByRole('navigation', { name: 'Sections' }).getByRole('button', { name: 'People' }).click();
  await shoot('settings-people');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await shoot('keys');
  await page.keyboard.press('Escape');

  if (scheme === 'dark') return;
  await page.getByRole('switch', { name: 'High contrast' }).check();
  await goTo(page, 'Redeem');
  await typeTotal(page, '45.80');
  await scan(page, 'SPRING20');
  await expectAccepted(page, { discount: '9.16', payable: '36.64' });
  await keep(page, 'redeem-accepted-high-contrast');
  await page.waitForTimeout(300);
  await page.keyboard.press('Escape');
  await lock(page);
}

/** First run, empty states, joining a centre, and what the top bar says when the network is gone. */
async function walkOwnShop(page: Page): Promise<void> {
  await page.getByLabel('Name of the shop').fill('Market Square');
  await keep(page, 'set-up-shop-light');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Your name').fill('Grace');
  await keep(page, 'set-up-admin-light');
  await page.keyboard.press('Enter');
  await keep(page, 'set-up-pin-light');
  await typePin(page, PIN);
  await page.getByRole('heading', { name: 'Once more' }).waitFor();
  await typePin(page, PIN);
  await goTo(page, 'Recent');
  await keep(page, 'recent-empty-light');
  await goTo(page, 'Offers');
  await keep(page, 'offers-empty-light');
  await goTo(page, 'Batches');
  await keep(page, 'batches-empty-light');

  const centre = await startCentre();
  try {
    const made = (await centre.request('POST', '/api/locations/enrolments', {})) as {
      enrolment_code: string;
    };
    await goTo(page, 'Settings');
    await page.getByLabel('Address of the centre').fill(centre.url);
    await page.getByLabel('Enrolment code').fill(made.enrolment_code);
    await keep(page, 'enrol-light');
    await page.getByRole('button', { name: 'Join', exact: true }).click();
    await page.getByText('This location belongs to').waitFor();
    await createOffer(page, { name: 'Ten off', percent: '10', sharedCode: 'TENOFF' });
    centre.cut();
    await goTo(page, 'Redeem');
    await typeTotal(page, '19.90');
    await scan(page, 'TENOFF');
    await confirm(page);
    await page.getByTestId('sync-pill').click();
    await page.getByRole('button', { name: 'Sync now' }).click();
    await page.locator('[data-testid=sync-pill][data-state=offline]').waitFor();
    await keep(page, 'offline-light');
    centre.mend();
    await page.getByRole('button', { name: 'Sync now' }).click();
    await page.locator('[data-testid=sync-pill][data-state=online]').waitFor();
    await keep(page, 'online-light');
  } finally {
    await centre.stop();
  }
}

/** The same counter in the other languages. */
async function walkLanguage(page: Page, language: 'de' | 'es'): Promise<void> {
  const code = language === 'de' ? 'SOMMER10' : 'VERANO10';
  const words = { de: ['Weiter', 'Ihr Name', 'Noch einmal'], es: ['Siguiente', 'Su nombre', 'Otra vez'] }[
    language
  ];
  const [next = '', name = '', again = ''] = words;
  await page
    .locator('input')
    .first()
    .fill(language === 'de' ? 'Laden am Markt' : 'Tienda de la plaza');
  await page.getByRole('button', { name: next }).click();
  await page.getByLabel(name).fill('Inés');
  await page.keyboard.press('Enter');
  await typePin(page, PIN);
  await page.getByRole('heading', { name: again }).waitFor();
  await typePin(page, PIN);
  await page.getByTestId('result').waitFor();
  await page.keyboard.press('F7');
  await page.getByRole('main').getByRole('button').first().click();
  await page
    .locator('form input')
    .first()
    .fill(language === 'de' ? 'Zehn Prozent' : 'Diez por ciento');
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
}

await build(['renderer', 'web']);
mkdirSync(target, { recursive: true });
const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs });
try {
  for (const scheme of ['light', 'dark'] as const) {
    await withTill(browser, { demo: true, scheme }, (page) => walkDemo(page, scheme));
  }
  await withTill(browser, { demo: false, scheme: 'light' }, walkOwnShop);
  for (const language of ['de', 'es'] as const) {
    await withTill(browser, { demo: false, scheme: 'light', locale: language }, (page) =>
      walkLanguage(page, language),
    );
  }
} finally {
  await browser.close();
}
const pictures = readdirSync(target).filter((file) => file.endsWith('.png'));
const bytes = pictures.reduce((sum, file) => sum + statSync(path.join(target, file)).size, 0);
console.log(`${pictures.length} pictures, ${Math.round(bytes / 1024)} kB, in docs/screens/`);
