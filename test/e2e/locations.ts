import { expect, type Page } from '@playwright/test';
import type { Centre } from './centre.ts';
import { typePin } from './desk.ts';

/** What it takes to have several locations at one centre. */

const PIN = '135790';
export const pill = (page: Page) => page.getByTestId('sync-pill');

export async function setUp(page: Page, shop: string): Promise<void> {
  await page.getByLabel('Name of the shop').fill(shop);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Your name').fill('Grace');
  await page.keyboard.press('Enter');
  await typePin(page, PIN);
  await expect(page.getByRole('heading', { name: 'Once more' })).toBeVisible();
  await typePin(page, PIN);
  await expect(page.getByRole('navigation')).toBeVisible();
}

export async function enrol(page: Page, centre: Centre): Promise<void> {
  const made = (await centre.request('POST', '/api/locations/enrolments', {})) as { enrolment_code: string };
  await pill(page).click();
  await page.getByRole('button', { name: 'Join a centre' }).click();
  await page.getByLabel('Address of the centre').fill(centre.url);
  await page.getByLabel('Enrolment code').fill(made.enrolment_code);
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await expect(page.getByText('This location belongs to')).toBeVisible({ timeout: 20_000 });
}

export async function syncNow(page: Page): Promise<void> {
  await pill(page).click();
  await page.getByRole('button', { name: 'Sync now' }).click();
  await expect(page.getByText('Everything is sent')).toBeVisible({ timeout: 20_000 });
  await page.keyboard.press('Escape');
  await expect(page.getByText('Everything is sent')).toBeHidden();
}

/** Three unique codes of an offer that is made at the centre. */
export async function offerAtCentre(centre: Centre): Promise<string[]> {
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
