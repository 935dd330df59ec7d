import type { Browser, Page } from '@playwright/test';
import { startCentre } from '../e2e/centre.ts';
import {
  confirm,
  createOffer,
  expectAccepted,
  goTo,
  openSettings,
  scan,
  typePin,
  typeTotal,
} from '../e2e/desk.ts';
import { enrol, offerAtCentre, setUp, syncNow } from '../e2e/locations.ts';
import { keep, withTill } from './camera.ts';

const PIN = '135790';

/** First run, empty states, joining a centre, and what the top bar says when the network is gone. */
export async function walkOwnShop(page: Page, browser: Browser): Promise<void> {
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
  for (const screen of ['Recent', 'Offers', 'Batches', 'Reports'] as const) {
    await goTo(page, screen);
    if (screen === 'Reports') await page.locator('.recharts-surface').first().waitFor();
    await keep(page, `${screen.toLowerCase()}-empty-light`);
  }

  const centre = await startCentre();
  try {
    const [code = ''] = await offerAtCentre(centre);
    const made = (await centre.request('POST', '/api/locations/enrolments', {})) as {
      enrolment_code: string;
    };
    await openSettings(page, 'Centre and tills');
    await page.getByLabel('Address of the centre').fill(centre.url);
    await page.getByLabel('Enrolment code').fill(made.enrolment_code);
    await keep(page, 'enrol-light');
    await page.getByRole('button', { name: 'Join', exact: true }).click();
    await page.getByText('This location belongs to').waitFor();
    await keep(page, 'enrolled-light');
    await createOffer(page, { name: 'Ten off', percent: '10', sharedCode: 'TENOFF' });
    await syncNow(page);
    await withTill(browser, {}, async (other) => {
      await setUp(other, 'Station');
      await enrol(other, centre);
      await syncNow(other);
      centre.cut();
      for (const at of [page, other]) {
        await goTo(at, 'Redeem');
        await typeTotal(at, '50.00');
        await scan(at, code);
        await expectAccepted(at, { discount: '10.00', payable: '40.00' });
        await confirm(at);
      }
      await page.getByTestId('sync-pill').click();
      await page.getByRole('button', { name: 'Sync now' }).click();
      await page.locator('[data-testid=sync-pill][data-state=offline]').waitFor();
      await keep(page, 'offline-light');
      centre.mend();
      await page.keyboard.press('Escape');
      for (const at of [page, other, page]) await syncNow(at);
    });
    await page.getByTestId('sync-pill').click();
    await keep(page, 'online-light');
    await page.keyboard.press('Escape');
    await goTo(page, 'Inbox');
    await page.getByTestId('incidents').waitFor();
    await keep(page, 'inbox-light');
    await page.getByRole('button', { name: 'Decide' }).click();
    await page.getByRole('dialog').waitFor();
    await keep(page, 'incident-light');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await goTo(page, 'Reports');
    await page.getByText('All locations').click();
    await page.getByRole('row', { name: /Station/ }).waitFor();
    await page.locator('.recharts-bar-rectangle path').last().waitFor();
    await keep(page, 'reports-everywhere-light');
  } finally {
    await centre.stop();
  }
}

/** The till that others use, a tablet that is attached to it, and what the tablet says without it. */
export async function walkHub(page: Page, browser: Browser): Promise<void> {
  await setUp(page, 'Market Square');
  await createOffer(page, { name: 'Ten off', percent: '10', sharedCode: 'TENOFF' });
  await openSettings(page, 'Centre and tills');
  const hub = page.getByRole('switch', { name: 'Other tills use this one' });
  await hub.check();
  await page.getByRole('button', { name: 'Attach a till' }).click();
  const code = await page.getByTestId('pairing-code').innerText();
  await keep(page, 'lane-invitation-light');
  const address = (
    await page
      .getByText(/^https:\/\//)
      .first()
      .innerText()
  ).trim();
  const port = new URL(address).port;
  const tablet = await browser.newContext({
    ignoreHTTPSErrors: true,
    locale: 'en-GB',
    viewport: { width: 1024, height: 768 },
    reducedMotion: 'reduce',
  });
  try {
    const lane = await tablet.newPage();
    await lane.goto(`https://127.0.0.1:${port}/`);
    await lane.getByLabel('Name of this till').fill('Tablet');
    await lane.getByRole('textbox', { name: 'Code' }).fill(code);
    await keep(lane, 'attach-light');
    await lane.keyboard.press('Enter');
    await page.getByText('The till is attached and ready.').waitFor();
    await page.getByRole('button', { name: 'Close' }).last().click();
    await lane.getByRole('button', { name: /^Grace/ }).waitFor();
    await typePin(lane, PIN);
    await lane.getByRole('navigation').waitFor();
    await keep(page, 'lanes-light');
    await hub.uncheck();
    await lane.getByTestId('sync-pill').getByText('Hub not answering').waitFor();
    await keep(lane, 'hub-gone-light');
  } finally {
    await tablet.close();
  }
}

/** A ledger whose key a passphrase wraps, from setting it to the start that asks for it. */
export async function walkPassphrase(page: Page, reopen: () => Promise<Page>): Promise<void> {
  const passphrase = 'four quiet red bicycles';
  await setUp(page, 'Market Square');
  await openSettings(page, 'Ledger');
  await page.getByRole('button', { name: 'Set a passphrase' }).click();
  for (const nth of [0, 1]) await page.getByRole('dialog').locator('input').nth(nth).fill(passphrase);
  await page.getByLabel('Your PIN').fill(PIN);
  await keep(page, 'passphrase-light');
  await page.getByRole('dialog').getByRole('button', { name: 'Set a passphrase' }).click();
  await page.getByText('The passphrase is set.').waitFor();
  const locked = await reopen();
  await locked.getByLabel(/^Passphrase/).waitFor();
  await keep(locked, 'unlock-light');
}
