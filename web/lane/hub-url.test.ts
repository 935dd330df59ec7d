import { expect, it } from 'vitest';
import { readHubUrl } from './hub-url.ts';

it.each([
  ['192.168.1.5', 'https://192.168.1.5:4812'],
  ['192.168.1.5:5000', 'https://192.168.1.5:5000'],
  [' https://Kasse-1.local/ ', 'https://kasse-1.local:4812'],
  ['[fd00::5]', 'https://[fd00::5]:4812'],
  ['http://192.168.1.5', undefined],
  ['kasse 1', undefined],
  ['https://kasse/path', undefined],
  ['', undefined],
])('reads %j as %j', (entered, expected) => {
  expect(readHubUrl(entered)).toBe(expected);
});
