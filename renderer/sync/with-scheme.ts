/** An address as people type it: without a scheme it is `https`, on this machine itself `http`. */
export function withScheme(text: string): string {
  const address = text.trim();
  if (address === '' || /^[a-z]+:\/\//i.test(address)) return address;
  const isHere = /^(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/i.test(address);
  return `${isHere ? 'http' : 'https'}://${address}`;
}
