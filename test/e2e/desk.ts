import { expect, type Locator, type Page } from '@playwright/test';

/** What people do at the desk, in their words: specs read like a script for a tester. */

export type Person = 'Ada' | 'Marco' | 'Kim';

/** Signs in with the PIN that the demo location shows. */
export async function signIn(page: Page, name: Person): Promise<void> {
  const row = page.locator('dl > div', { has: page.getByText(name, { exact: true }) });
  const pin = await row.locator('dd').innerText();
  await page.getByRole('button', { name: new RegExp(`^${name}\\b`) }).click();
  await typePin(page, pin);
  await expect(page.getByRole('navigation')).toBeVisible();
}

export async function typePin(page: Page, pin: string): Promise<void> {
  for (const digit of pin) await page.keyboard.press(digit);
}

export async function lock(page: Page): Promise<void> {
  await page.keyboard.press('F10');
  await expect(page.getByRole('heading', { name: 'Who is at the till?' })).toBeVisible();
}

export type Wedge = { readonly msPerChar: number; readonly terminator: 'Enter' | 'Tab' | 'none' };
const fastWedge: Wedge = { msPerChar: 10, terminator: 'Enter' };

/**
 * A keyboard-wedge scanner. The keys are pressed inside the page, by its own clock: over the wire of the test the pace
 * would be whatever the machine has time for. Key events that a script makes carry no default action, so what a
 * browser would do with them (insert the character, press the focused button) is done here as well.
 */
export async function scan(
  page: Page,
  code: string,
  { msPerChar, terminator }: Wedge = fastWedge,
): Promise<void> {
  await page.evaluate(
    async ({ keys, pause }) => {
      const started = performance.now();
      for (const [i, key] of keys.entries()) {
        const due = started + i * pause;
        while (performance.now() < due)
          await new Promise((resolve) => setTimeout(resolve, due - performance.now() > 15 ? 5 : 0));
        const target = document.activeElement ?? document.body;
        const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
        // Keys carry the time when they came in, however busy the window is then.
        Object.defineProperty(event, 'timeStamp', { value: due });
        const goesOn = target.dispatchEvent(event);
        if (!goesOn) continue;
        if (target instanceof HTMLInputElement && key.length === 1) {
          target.setRangeText(key, target.selectionStart ?? 0, target.selectionEnd ?? 0, 'end');
          target.dispatchEvent(new Event('input', { bubbles: true }));
        } else if (key === 'Enter' && target instanceof HTMLInputElement) target.form?.requestSubmit();
        else if (key === 'Enter' && target instanceof HTMLButtonElement) target.click();
      }
    },
    { keys: [...code, ...(terminator === 'none' ? [] : [terminator])], pause: msPerChar },
  );
}

/** A person's fingers on the keyboard: `12.50` as 1250. */
export async function typeTotal(page: Page, amount: string): Promise<void> {
  for (const digit of amount.replace(/\D/g, '')) await page.keyboard.press(digit, { delay: 60 });
  await expect(page.getByTestId('basket-total')).toContainText(amount);
  // As long as a hand needs to the trigger of the scanner.
  await page.waitForTimeout(200);
}

export async function goTo(
  page: Page,
  screen: 'Redeem' | 'Recent' | 'Search' | 'Offers' | 'Batches' | 'Reports' | 'Inbox' | 'Settings',
): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: screen }).click();
  await expect(page.getByRole('navigation').locator('[aria-current="page"]')).toContainText(screen);
}

export async function openSettings(
  page: Page,
  section: 'This till' | 'Shop' | 'People' | 'Centre and tills' | 'Ledger',
): Promise<void> {
  await goTo(page, 'Settings');
  await page
    .getByRole('navigation', { name: 'Sections' })
    .getByRole('link', { name: section, exact: true })
    .click();
  await expect(page.getByRole('region', { name: section, exact: true })).toBeVisible();
}

export const result = (page: Page): Locator => page.getByTestId('result');

export async function expectAccepted(
  page: Page,
  amounts: { discount: string; payable: string },
): Promise<void> {
  await expect(result(page)).toHaveAttribute('data-tone', 'go');
  await expect(page.getByTestId('discount')).toContainText(amounts.discount);
  await expect(page.getByTestId('payable')).toContainText(amounts.payable);
}

/** The registry's code, and the two sentences that the cashier reads. */
export async function expectRefused(page: Page, code: string, sentence: RegExp | string): Promise<void> {
  await expect(page.getByTestId('refusal')).toHaveAttribute('data-code', code);
  await expect(page.getByTestId('refusal')).toContainText(sentence);
  await expect(page.getByTestId('next-step')).not.toBeEmpty();
}

export async function confirm(page: Page): Promise<void> {
  // Nothing that a scanner still sends may confirm: a person's Enter comes later than that.
  await page.waitForTimeout(400);
  await page.keyboard.press('Enter');
  await expect(result(page)).toHaveAttribute('data-tone', 'done');
}

export type OfferTerms = {
  readonly name: string;
  readonly percent?: string;
  readonly amount?: string;
  readonly minSpend?: string;
  readonly firstDay?: string;
  readonly lastDay?: string;
  /** The last day has passed: the offer stands among those that ended. */
  readonly isOver?: boolean;
  readonly total?: string;
  readonly perCustomer?: string;
  /** Channels to leave out. */
  readonly without?: readonly string[];
  readonly sharedCode?: string;
  readonly campaign?: string;
  /** Categories that take part, comma-separated. */
  readonly items?: string;
};

/** Fills in the form as a manager does. Without `sharedCode` the codes are unique, and the batch form opens next. */
export async function createOffer(page: Page, terms: OfferTerms): Promise<void> {
  await goTo(page, 'Offers');
  await page.getByRole('button', { name: 'New offer' }).click();
  await page.getByLabel('Name of the offer').fill(terms.name);
  const step = (name: string) =>
    page.getByRole('list', { name: 'Steps' }).getByRole('button', { name }).click();
  if (terms.amount !== undefined) {
    await page.getByText('Amount off').click();
    await page.getByLabel('Amount *').fill(terms.amount);
  }
  if (terms.percent !== undefined) await page.getByLabel('Percent *').fill(terms.percent);
  if (terms.items !== undefined) {
    await page.getByLabel('Only certain items').check();
    await page.getByLabel('Categories', { exact: true }).fill(terms.items);
  }
  await step('Rules');
  if (terms.minSpend !== undefined) await page.getByLabel('Minimum spend').fill(terms.minSpend);
  if (terms.firstDay !== undefined) await page.getByLabel('First day').fill(terms.firstDay);
  if (terms.lastDay !== undefined) await page.getByLabel('Last day').fill(terms.lastDay);
  for (const channel of terms.without ?? []) await page.getByLabel(channel, { exact: true }).uncheck();
  await step('Limits');
  if (terms.total !== undefined) await page.getByLabel('Uses in total').fill(terms.total);
  if (terms.perCustomer !== undefined) await page.getByLabel('Uses per customer').fill(terms.perCustomer);
  if (terms.campaign !== undefined) await page.getByLabel('Campaign').selectOption(terms.campaign);
  await step('Codes');
  if (terms.sharedCode === undefined) {
    await page.getByText('A unique code for each').click();
    await page.getByRole('button', { name: 'Create offer, then make codes' }).click();
    await expect(page.getByRole('heading', { name: 'New batch of codes' })).toBeVisible();
  } else {
    await page.getByLabel('The code').fill(terms.sharedCode);
    await page.getByRole('button', { name: 'Create offer' }).click();
    await expect(page.getByRole('heading', { name: 'Offers' })).toBeVisible();
    if (terms.isOver) await page.getByText('Ended', { exact: true }).click();
    await expect(page.getByRole('heading', { name: terms.name })).toBeVisible();
  }
}

/**
 * Every code of the batch on screen: the list holds only the rows in sight, so it is scrolled through,
 * and from the top again, since a row may not have been drawn yet when it was passed.
 */
export async function allCodes(page: Page, count: number): Promise<string[]> {
  const rows = page.getByTestId('code-rows');
  const seen = new Set<string>();
  await expect(async () => {
    for (const code of await rows.locator('code').allInnerTexts()) seen.add(code);
    await rows.evaluate((list) => {
      const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 1;
      list.scrollTo(0, atEnd ? 0 : list.scrollTop + list.clientHeight / 2);
    });
    expect(seen.size).toBe(count);
  }).toPass({ intervals: [120], timeout: 30_000 });
  return [...seen];
}
