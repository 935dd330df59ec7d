import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** A screen that everybody can read and press, in light and in dark; both are looked at where the walk stands. */
export async function expectFit(page: Page, where: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    // Without motion: half-way through a fade nothing has the contrast that it ends with.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme);
    await expectAccessible(page, `${where}, ${colorScheme}`);
  }
  await expectLargeTargets(page, where);
}

/** What takes longer than this is not a fade: a wheel that turns while something is waited for. */
const LONGEST_MOTION_MS = 1_000;

async function expectAccessible(page: Page, where: string): Promise<void> {
  // Motion that began before it was asked to stop ends first.
  await page.evaluate(async (longestMs) => {
    const ended = document.getAnimations().map(({ finished }) => finished.catch(() => undefined));
    await Promise.race([Promise.all(ended), new Promise((resolve) => setTimeout(resolve, longestMs))]);
  }, LONGEST_MOTION_MS);
  // There are no frames: without a second page to put their results together, and without what was found in order, it
  // takes a fraction of the time.
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    .analyze();
  const found = violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`).join(' | ')}`,
  );
  expect.soft(found, where).toEqual([]);
}

/** Everything that can be pressed is large enough for a finger (44 px), the next step for a thumb in a hurry (60 px). */
async function expectLargeTargets(page: Page, where: string): Promise<void> {
  const small = await page.evaluate(() =>
    [
      ...document.querySelectorAll<HTMLElement>(
        'button, nav a, input:not([type=radio]):not([type=checkbox]), [role=combobox], .mantine-SegmentedControl-label',
      ),
    ]
      .filter((element) => element.checkVisibility() && element.closest('[aria-hidden=true]') === null)
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      // The code field fills a form of 60 pixels; the arrows of a number field repeat what its keys do.
      .filter(
        ({ element, box }) =>
          box.width > 0 && element.tabIndex >= -1 && !element.matches('.mantine-NumberInput-control'),
      )
      .filter(
        ({ element, box }) =>
          box.height < (element.dataset.tone === 'primary' && element.dataset.size === 'xl' ? 60 : 44),
      )
      .map(({ element, box }) => `${Math.round(box.height)} px: ${element.outerHTML.slice(0, 140)}`),
  );
  expect.soft(small, where).toEqual([]);
}
