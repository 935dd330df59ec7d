import { expect, it } from 'vitest';
import { isSimplePin } from './pin.ts';

it.each(['111111', '000000', '123456', '654321', '121212', '123123'])('%s is what is tried first', (pin) => {
  expect(isSimplePin(pin)).toBe(true);
});

it.each(['135790', '246801', '482913', '112233', '123457'])('%s is not', (pin) => {
  expect(isSimplePin(pin)).toBe(false);
});
