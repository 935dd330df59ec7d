/** The host writes a fresh nonce into each page (CSP); style elements that scripts make must carry it. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}

/** The scroll lock under Mantine's dialogs takes the nonce of its style element from this global, and only there. */
export function publishStyleNonce(): void {
  Object.assign(globalThis, { __webpack_nonce__: styleNonce() });
}
