import { scan, signIn, typeTotal } from './desk.ts';
import { expect, test } from './fixtures.ts';

test('what a killed till held is shown at its next start, and redeemed or let go', async ({ till }) => {
  await signIn(till.page, 'Marco');
  await typeTotal(till.page, '40.00');
  await scan(till.page, 'EARLYBIRD');
  await expect(till.page.getByTestId('result')).toHaveAttribute('data-tone', 'go');
  const payable = await till.page.getByTestId('payable').innerText();

  await till.restart({ kill: true });
  await signIn(till.page, 'Marco');
  const pending = () => till.page.getByTestId('pending');
  await expect(pending()).toContainText('EARLYBIRD');
  await pending()
    .getByRole('button', { name: /Redeem/ })
    .click();
  await expect(till.page.getByTestId('payable')).toContainText(payable);
  await expect(pending()).toBeHidden();

  await till.page.keyboard.press('Enter');
  await typeTotal(till.page, '40.00');
  await scan(till.page, 'EARLYBIRD');
  await expect(till.page.getByTestId('payable')).toContainText(payable);
  await till.restart({ kill: true });
  await signIn(till.page, 'Marco');
  await pending().getByRole('button', { name: 'Let go' }).click();
  await expect(pending()).toBeHidden();
});
