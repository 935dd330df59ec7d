import { protocol } from 'electron';
import { type Page, securityHeaders } from '../../till/host/page.ts';
import { isOwnUrl, SCHEME } from './origin.ts';

/** Before the app is ready: afterwards Chromium has settled what schemes may do. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the renderer, and nothing else, to the window. */
export function servePage(page: Page): void {
  protocol.handle(SCHEME, (request) => {
    const answer =
      isOwnUrl(request.url) && request.method === 'GET'
        ? page.answer(new URL(request.url).pathname)
        : undefined;
    if (!answer) return new Response('', { status: 404, headers: securityHeaders });
    return new Response(new Uint8Array(answer.body), { status: 200, headers: answer.headers });
  });
}
