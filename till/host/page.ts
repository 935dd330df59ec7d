import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Random } from '../ports.ts';

/**
 * The built renderer, held in memory and answered by exact name: a request never touches the file system, so no
 * path can leave the folder. Both hosts serve it, the web host over HTTP and the Electron host over its protocol.
 */
export type Page = {
  /** Answers a request path such as `/assets/index-x.js`; undefined where there is no such file. */
  answer(requestPath: string): PageAnswer | undefined;
};

export type PageAnswer = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

/** Vite writes it wherever a nonce belongs; every answer gets a fresh one. */
export const NONCE_PLACEHOLDER = 'COUNTERFOIL-CSP-NONCE';
const NONCE_BYTES = 16;
/** The whole renderer, fonts included, is far smaller: more means that the wrong folder was given. */
const MAX_FILES = 500;

const mimeTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/**
 * Nothing from elsewhere, nothing inline, no eval. Mantine writes its colour variables as `<style>` elements, and the
 * scroll lock of its dialogs too: they carry the nonce (docs/adr/0008-content-security-policy.md).
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Sent with every answer, page or not. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
};

/** @throws Error when `folder` holds no built renderer. */
export function loadPage(folder: string, random: Random): Page {
  const files = new Map<string, PageAnswer>();
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  if (names.length > MAX_FILES) throw new Error(`${folder} holds more than ${MAX_FILES} files: no renderer`);
  for (const entry of names) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const mime = mimeTypes[path.extname(entry.name)];
    if (mime === undefined) continue;
    const requestPath = `/${path.relative(folder, file).split(path.sep).join('/')}`;
    files.set(requestPath, staticAnswer(readFileSync(file), mime));
  }
  const index = files.get('/index.html');
  if (!index) throw new Error(`${folder} holds no index.html: the renderer was not built`);
  files.delete('/index.html');
  const html = index.body.toString('utf8');

  return {
    answer(requestPath) {
      if (requestPath !== '/' && requestPath !== '/index.html') return files.get(requestPath);
      const nonce = Buffer.from(random.bytes(NONCE_BYTES)).toString('base64');
      return {
        headers: {
          ...securityHeaders,
          'content-type': 'text/html; charset=utf-8',
          'cache-control': 'no-store',
          'content-security-policy': contentSecurityPolicy(nonce),
        },
        body: Buffer.from(html.replaceAll(NONCE_PLACEHOLDER, nonce)),
      };
    },
  };
}

function staticAnswer(body: Buffer, mime: string): PageAnswer {
  const tag = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return {
    headers: {
      ...securityHeaders,
      'content-type': mime,
      // Always asked again: a till that was updated must not show yesterday's screen. The tag makes it cheap.
      'cache-control': 'no-cache',
      etag: `"${tag}"`,
    },
    body,
  };
}
