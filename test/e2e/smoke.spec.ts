import { readFileSync } from 'node:fs';
import {
  confirm,
  createOffer,
  expectAccepted,
  expectRefused,
  goTo,
  lock,
  scan,
  signIn,
  typeTotal,
} from './desk.ts';
import { expect, type Till, test } from './fixtures.ts';

/** The path that every host must walk, on whichever runtime the run is about. */
test.describe('@smoke', () => {
  test('an offer is made, its code is redeemed, and the window hears of it unasked', async ({ till }) => {
    const { page } = till;
    await signIn(page, 'Marco');
    await createOffer(page, { name: 'Autumn', percent: '20', sharedCode: 'AUTUMN20' });
    await lock(page);

    await signIn(page, 'Kim');
    const heard = await listenForPushes(till);
    await typeTotal(page, '45.00');
    await scan(page, 'AUTUMN20');
    await expectAccepted(page, { discount: '9.00', payable: '36.00' });
    await confirm(page);
    await expect.poll(heard).toContain('redemption.recorded');
  });

  test('a batch prints as PDF into the file that the person keeps', async ({ till }) => {
    const { page } = till;
    await signIn(page, 'Marco');
    await goTo(page, 'Batches');
    await page.getByRole('button', { name: 'Labels of Welcome cards' }).click();
    const saved = await till.savedFile(() => page.getByRole('button', { name: /^Make PDF/ }).click());
    expect(saved.name).toMatch(/\.pdf$/);
    expect(readFileSync(saved.path).subarray(0, 5).toString('latin1')).toBe('%PDF-');
  });

  test('a code that does not exist is refused with its reason and the next step', async ({ till }) => {
    await signIn(till.page, 'Kim');
    await typeTotal(till.page, '10.00');
    await scan(till.page, 'NOSUCHCODE');
    await expectRefused(till.page, 'code_unknown', /code/i);
  });

  test('the page runs and loads nothing that did not come with the product', async ({ till }) => {
    till.forgive(/Content Security Policy/);
    expect(await till.page.evaluate(tryToBreakPolicy)).toEqual({ inlineScript: false, elsewhere: false });
  });

  test('a desktop window shows nothing but the till', async ({ till }) => {
    test.skip(till.host === 'web', 'a browser may go where it likes');
    const { page } = till;
    const before = page.url();
    await page.evaluate(() => void window.open('https://shop.example/'));
    await page.evaluate(() => window.location.assign('https://shop.example/'));
    await signIn(page, 'Kim');
    expect(page.url().split('#')[0]).toBe(before.split('#')[0]);
    expect(page.context().pages()).toHaveLength(1);
  });

  test('a till that was killed comes back with its ledger', async ({ till }) => {
    await signIn(till.page, 'Kim');
    await till.restart({ kill: true });
    await signIn(till.page, 'Kim');
    await expect(till.page.getByRole('textbox', { name: 'Code' })).toBeVisible();
  });
});

/** The topics that arrived since, by the way that this host has. */
async function listenForPushes({ page, host }: Till): Promise<() => Promise<string[]>> {
  await page.evaluate(listenInPage, host === 'web');
  return () => page.evaluate(() => (window as unknown as { heard: string[] }).heard);
}

async function listenInPage(overHttp: boolean): Promise<void> {
  const heard: string[] = [];
  Object.assign(window, { heard });
  if (!overHttp) {
    const { counterfoil } = window as unknown as {
      counterfoil: { onPush(listener: (push: { topic: string }) => void): void };
    };
    counterfoil.onPush((push) => heard.push(push.topic));
    return;
  }
  const authorization = `Bearer ${sessionStorage.getItem('counterfoil.secret')}`;
  const response = await fetch('/api/events', { headers: { authorization } });
  void response.body?.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write(text) {
        for (const [, topic = ''] of text.matchAll(/"topic":"([^"]+)"/g)) heard.push(topic);
      },
    }),
  );
}

async function tryToBreakPolicy(): Promise<Record<string, boolean>> {
  const script = document.createElement('script');
  script.textContent = 'window.ranInline = true';
  document.head.append(script);
  const elsewhere = await fetch('https://shop.example/').then(
    () => true,
    () => false,
  );
  return { inlineScript: 'ranInline' in window, elsewhere };
}
