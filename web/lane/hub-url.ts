import { DEFAULT_HUB_PORT } from '../../shared/contracts/operations/lanes.ts';

/** What a person writes as a hub's address: with or without scheme and port. */
export function readHubUrl(entered: string): string | undefined {
  const text = entered.trim().replace(/\/+$/, '');
  const withScheme = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(withScheme)) return undefined;
  const url = new URL(withScheme);
  if (url.protocol !== 'https:' || url.hostname === '' || url.pathname !== '/') return undefined;
  return `https://${url.hostname}:${url.port === '' ? DEFAULT_HUB_PORT : url.port}`;
}
