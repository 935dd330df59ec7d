/** The page's own scheme: an origin that no web page and no file can have. */
export const SCHEME = 'app';
export const ORIGIN = `${SCHEME}://counterfoil`;
export const START_URL = `${ORIGIN}/`;

export function isOwnUrl(url: string): boolean {
  return url === ORIGIN || url.startsWith(START_URL);
}
