/**
 * Chromium knows no `app:` scheme, so the stand-in's page lives at an https address that exists nowhere and is answered
 * by the protocol handler of main. Everything that main sees is written back to `app:`.
 */
const OWN_SCHEME = 'app://';
const IN_CHROMIUM = '.app.invalid';

export function toChromium(url: string): string {
  if (!url.startsWith(OWN_SCHEME)) return url;
  const { pathname, search, hash } = new URL(url);
  const host = url.slice(OWN_SCHEME.length).split(/[/?#]/, 1)[0];
  return `https://${host}${IN_CHROMIUM}${pathname || '/'}${search}${hash}`;
}

export function toElectron(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed?.hostname.endsWith(IN_CHROMIUM)) return url;
  const host = parsed.hostname.slice(0, -IN_CHROMIUM.length);
  return `${OWN_SCHEME}${host}${parsed.pathname}${parsed.search}${parsed.hash}`;
}
