import { expect, it } from 'vitest';
import { withScheme } from './with-scheme.ts';

it.each([
  ['centre.example.com', 'https://centre.example.com'],
  [' centre.example.com:8443/api ', 'https://centre.example.com:8443/api'],
  ['localhost:4700', 'http://localhost:4700'],
  ['127.0.0.1:4700', 'http://127.0.0.1:4700'],
  ['http://10.0.0.5:4700', 'http://10.0.0.5:4700'],
  ['', ''],
])('%j is %j', (text, address) => {
  expect(withScheme(text)).toBe(address);
});
