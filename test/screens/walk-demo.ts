import { expect, type Page } from '@playwright/test';
import {
  confirm,
  createOffer,
  expectAccepted,
  expectRefused,
  goTo,
  lock,
  openSettings,
  scan,
  signIn,
  typePin,
  typeTotal,
} from '../e2e/desk.ts';
import { keep, type Scheme } from './camera.ts';

/** The main screens are kept in both schemes, dialogs and side steps in the light one. */
const shownInDark: ReadonlySet<string> = new Set([
  'sign-in',
  'redeem-idle',
  'redeem-accepted',
  'redeem-refused',
  'redeem-done',
  'recent',
  'refund',
  'offers',
  'offer-new',
  'reports',
  'search',
  'code',
  'batch',
  'settings',
  'settings-ledger',
  'keys',
]);

type Shoot = (name: string) => Promise<void>;

/** A demo shop from sign-in to the void of a redemption; every main screen. */
export async function walkDemo(page: Page, scheme: Scheme): Promise<void> {
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
  await counter(page, shoot);
  await recent(page, shoot);
  await offers(page, shoot);
  await batches(page, shoot);
  await look(page, shoot);
  await settings(page, shoot);
  if (scheme === 'light') await otherLooks(page);
}

async function counter(page: Page, shoot: Shoot): Promise<void> {
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
  await page.getByRole('button', { name: /Channel/ }).click();
  await page.getByRole('menuitem', { name: 'Partner' }).waitFor();
  await shoot('redeem-channel');
  await page.keyboard.press('Escape');
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
  await page.getByLabel('Phone number', { exact: true }).last().fill('+49 30 901820');
  await page.keyboard.press('Enter');
  await expectAccepted(page, { discount: '5.00', payable: '40.80' });
  await confirm(page);
  await page.keyboard.press('Enter');

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
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await shoot('keys');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

async function recent(page: Page, shoot: Shoot): Promise<void> {
  await goTo(page, 'Batches');
  await page.getByRole('button', { name: 'Printers' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Counter');
  await page.getByLabel('Address').fill('192.168.1.50');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Ready').waitFor();
  await shoot('printers');
  await goTo(page, 'Recent');
  await page.getByRole('row').nth(2).waitFor();
  await shoot('recent');
  await page.getByRole('button', { name: 'Void SPRING20' }).first().click();
  await page.getByRole('dialog').waitFor();
  await shoot('void');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Refund goods of SEVEN50' }).first().click();
  await page.getByRole('button', { name: 'One Item 2 more' }).click();
  await page.getByRole('button', { name: 'Damaged' }).click();
  await shoot('refund');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

async function offers(page: Page, shoot: Shoot): Promise<void> {
  await goTo(page, 'Offers');
  await page.getByRole('button', { name: 'New offer' }).click();
  await page.getByLabel('Name of the offer').fill('Summer: 15 % from thirty');
  await page.getByLabel('Percent *').fill('15');
  await page.getByLabel('At most').fill('20');
  await page.getByRole('button', { name: 'One Mug more' }).click();
  await page.getByRole('main').evaluate((main) => main.scrollTo(0, 0));
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
}

async function batches(page: Page, shoot: Shoot): Promise<void> {
  await goTo(page, 'Batches');
  await shoot('batches');
  await page.getByRole('button', { name: 'New batch' }).click();
  await page.getByLabel('Name of the batch').fill('Spring flyer');
  await shoot('batch-new');
  await goTo(page, 'Batches');
  await page.getByRole('button', { name: 'Import codes' }).click();
  await shoot('import-codes');
  await goTo(page, 'Batches');
  await page.getByRole('button', { name: 'Labels of Welcome cards' }).click();
  await page.getByTestId('code-rows').locator('code').first().waitFor();
  await shoot('batch');
}

async function look(page: Page, shoot: Shoot): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Search' });
  await goTo(page, 'Search');
  await shoot('search-empty');
  await field.fill('s');
  await page.getByTestId('results').waitFor();
  await shoot('search');
  await field.fill('SPRING20');
  await page.getByRole('link', { name: /SPRING20/ }).click();
  await page.getByTestId('timeline').waitFor();
  await shoot('code');
  await goTo(page, 'Search');
  await field.fill('0049 30 901820');
  await page.getByRole('link', { name: /\+4930901820/ }).click();
  await page.getByRole('row', { name: /HELLO5/ }).waitFor();
  await shoot('customer');
  await page.getByRole('button', { name: /hand over or lock/ }).click();
  await page.getByRole('dialog').waitFor();
  await shoot('hand-over');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await goTo(page, 'Reports');
  await page.getByTestId('as-of').waitFor();
  await page.locator('.recharts-bar-rectangle path').last().waitFor();
  await shoot('reports');
  for (const tab of ['People', 'Refusals', 'Codes', 'Redemptions']) {
    await page.getByRole('tab', { name: tab, exact: true }).click();
    await page.getByRole('row').nth(1).waitFor();
    await page.getByRole('tab', { name: tab, exact: true }).scrollIntoViewIfNeeded();
    await shoot(`reports-${tab.toLowerCase()}`);
  }
  await goTo(page, 'Inbox');
  await shoot('inbox-empty');
}

async function settings(page: Page, shoot: Shoot): Promise<void> {
  await openSettings(page, 'This till');
  await shoot('settings');
  await page.getByRole('button', { name: 'Test the scanner' }).click();
  const findings = page.getByTestId('scanner-findings');
  await scan(page, (await findings.locator('code').innerText()).replaceAll('-', ''));
  await findings.getByText('Enter').waitFor();
  await shoot('settings-scanner');
  await page.getByRole('button', { name: 'End the test' }).click();
  await openSettings(page, 'Shop');
  await page.getByRole('button', { name: 'Add a quick key' }).click();
  await page.getByLabel('Name 1').fill('Coffee beans');
  await page.getByLabel('Number 1').fill('BEANS');
  await page.getByLabel('Price 1').fill('6.50');
  await shoot('settings-shop');
  await page.getByRole('button', { name: 'Save the quick keys' }).click();
  await page.getByTestId('flash').waitFor();
  await page.getByRole('button', { name: 'Remove the demo data' }).click();
  await shoot('demo-remove');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await openSettings(page, 'People');
  await shoot('settings-people');
  await page.getByRole('button', { name: 'Change Kim' }).click();
  await shoot('settings-person');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await openSettings(page, 'Ledger');
  await page.getByRole('button', { name: 'Check the ledger' }).click();
  await page.getByText('The ledger is whole').waitFor();
  await page.getByRole('button', { name: 'Back up now' }).click();
  await page.getByText('1 backup').first().waitFor();
  await shoot('settings-ledger');
  await page.getByRole('button', { name: 'Show the events' }).click();
  await page.getByRole('row').nth(5).waitFor();
  await shoot('settings-events');
}

/** High contrast, few uses left, a till whose clock was set back, other windows, and the cashier's own. */
async function otherLooks(page: Page): Promise<void> {
  await openSettings(page, 'This till');
  await page.getByRole('switch', { name: 'High contrast' }).check();
  await goTo(page, 'Redeem');
  await page.getByRole('button', { name: /Coffee beans/ }).click();
  await page.keyboard.press('Escape');
  await typeTotal(page, '45.80');
  await scan(page, 'SPRING20');
  await expectAccepted(page, { discount: '9.16', payable: '36.64' });
  await keep(page, 'redeem-accepted-high-contrast');
  await goTo(page, 'Offers');
  await keep(page, 'offers-high-contrast');
  await openSettings(page, 'This till');
  await page.getByRole('switch', { name: 'High contrast' }).uncheck();

  await createOffer(page, { name: 'Only three', amount: '5', total: '3', sharedCode: 'THREE' });
  await goTo(page, 'Redeem');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /Coffee beans/ }).click();
  await page.getByRole('button', { name: /Coffee beans/ }).click();
  await scan(page, 'THREE');
  await expectAccepted(page, { discount: '5.00', payable: '8.00' });
  await keep(page, 'redeem-quick-keys-light');
  const box = page.viewportSize() ?? { width: 1024, height: 768 };
  for (const [width, height] of [
    [1366, 768],
    [1920, 1080],
    [1280, 720],
  ] as const) {
    await page.setViewportSize({ width, height });
    // 1280x720 is what a screen of 1920x1080 has left at 150 % zoom.
    await keep(page, width === 1280 ? 'redeem-zoom-150' : `redeem-${width}x${height}`);
  }
  await page.setViewportSize(box);
  await page.keyboard.press('Escape');

  // A clock that was set back, as the core would tell it.
  await page.route('**/api/op/app.status', async (route) => {
    const response = await route.fetch();
    const { value } = (await response.json()) as { value: object };
    const faults = [{ kind: 'clock_set_back', since: Date.now(), blocks: 'everything' }];
    await route.fulfill({ response, json: { ok: true, value: { ...value, faults } } });
  });
  await page.reload();
  await signIn(page, 'Kim');
  await page.getByRole('alert').first().waitFor();
  await keep(page, 'clock-fault-light');
  await page.unroute('**/api/op/app.status');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Who is at the till?' })).toBeVisible();
  await signIn(page, 'Kim');
  await keep(page, 'redeem-cashier-light');
  await lock(page);
}
