import type { Page } from '@playwright/test';
import type { Centre } from './centre.ts';
import { confirm, expectAccepted, expectRefused, goTo, scan, typePin, typeTotal } from './desk.ts';
import { expect, test } from './fixtures.ts';

const PIN = '135790';
const pill = (page: Page) => page.getByTestId('sync-pill');

async function setUp(page: Page, shop: string): Promise<void> {
  await page.getByLabel('Name of the shop').fill(shop);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Your name').fill('Grace');
  await page.keyboard.press('Enter');
  await typePin(page, PIN);
  await expect(page.getByRole('heading', { name: 'Once more' })).toBeVisible();
  await typePin(page, PIN);
  await expect(page.getByRole('navigation')).toBeVisible();
}

async function enrol(page: Page, centre: Centre): Promise<void> {
  const made = (await centre.request('POST', '/api/locations/enrolments', {})) as { enrolment_code: string };
  await pill(page).click();
  await page.getByRole('button', { name: 'Join a centre' }).click();
  await page.getByLabel('Address of the centre').fill(centre.url);
  await page.getByLabel('Enrolment code').fill(made.enrolment_code);
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await expect(page.getByText('This location belongs to')).toBeVisible({ timeout: 20_000 });
}

async function syncNow(page: Page): Promise<void> {
  await pill(page).click();
  await page.getByRole('button', { name: 'Sync now' }).click();
  await expect(page.getByText('Everything is sent')).toBeVisible({ timeout: 20_000 });
  await page.keyboard.press('Escape');
  await expect(page.getByText('Everything is sent')).toBeHidden();
}

/** Three unique codes of an offer that is made at the centre. */
async function offerAtCentre(centre: Centre): Promise<string[]> {
  const offer = (await centre.request('POST', '/api/offers', {
    name: 'From the centre',
    currency: 'EUR',
    trigger: 'code',
    benefits: [{ type: 'percent', percentBp: 2000, target: { scope: 'order' }, base: 'sequential' }],
    conditions: [],
    validity: {},
    limits: {},
    stacking: { mode: 'stackable', priority: 0 },
    fundedBy: { type: 'merchant' },
    taxTreatment: 'before_tax',
    refundPolicy: { brokenThreshold: 'keep', giveUseBack: 'full_return' },
    offlinePolicy: {
      type: 'bounded',
      maxDiscountMinor: 5_000,
      maxUses: 10,
      maxAgeMs: 604_800_000,
      managerPin: false,
    },
  })) as { id: string };
  const made = (await centre.request('POST', `/api/offers/${offer.id}/codes`, {
    name: 'Letter',
    count: 3,
  })) as {
    codes: string[];
  };
  return made.codes.map((code) => code.replaceAll('-', ''));
}

test.use({ tillOptions: { demo: false } });

test('a code used at one location is refused at the other, and a cut network only makes a queue', async ({
  till,
  startTill,
  centre,
}) => {
  test.setTimeout(180_000);
  const other = await startTill({ demo: false });
  const [first, second] = await offerAtCentre(centre);
  await setUp(till.page, 'Market Square');
  await expect(pill(till.page)).toHaveAttribute('data-state', 'alone');
  await enrol(till.page, centre);
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
});
