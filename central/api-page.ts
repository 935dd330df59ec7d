import { readFileSync } from 'node:fs';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { PROBLEM_TYPE, problemSchema } from './problem.ts';

const PAGE = '/docs';
const TITLE = 'Counterfoil centre';
const ICON = new URL('../renderer/brand/icon.svg', import.meta.url);

/**
 * The browsable page of the API at `/docs`. All of it is served from here: its policy lets the browser load nothing
 * from elsewhere, and its check of the document by a public service is off.
 */
export async function registerApiPage(app: FastifyInstance): Promise<void> {
  const icon = readFileSync(ICON);
  const type = 'image/svg+xml';
  await app.register(swaggerUi, {
    routePrefix: PAGE,
    staticCSP: {
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'style-src': ["'self'", "'unsafe-inline'"],
      'img-src': ["'self'", 'data:'],
      'font-src': ["'self'"],
      'connect-src': ["'self'"],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
      'frame-ancestors': ["'none'"],
    },
    uiConfig: { docExpansion: 'none', filter: true, tryItOutEnabled: true, validatorUrl: null },
    theme: {
      title: TITLE,
      favicon: [{ filename: 'icon.svg', rel: 'icon', type, sizes: 'any', content: icon }],
    },
    logo: { type, content: icon, href: PAGE, target: '_self' },
  });
  // Whoever opens the address in a browser wants to see something.
  app.get('/', { schema: { hide: true } }, async (_request, reply) => reply.redirect(PAGE));
}

const methods = ['get', 'post', 'put', 'delete'] as const;

type Documented = { readonly responses?: Record<string, unknown> };
type Document = { paths?: Record<string, Partial<Record<(typeof methods)[number], Documented>> | undefined> };

/** What may refuse any request, such as a body that is too large, is said once for every operation. */
export function withDefaultProblem(given: { openapiObject: unknown } | { swaggerObject: unknown }): never {
  // Typed by several libraries at once; only the paths and their responses are touched.
  const document = ('openapiObject' in given ? given.openapiObject : given.swaggerObject) as Document;
  const schema = z.toJSONSchema(problemSchema, { io: 'output' });
  for (const path of Object.values(document.paths ?? {})) {
    for (const method of methods) {
      const responses = path?.[method]?.responses;
      if (responses !== undefined)
        responses.default ??= { description: 'Refused', content: { [PROBLEM_TYPE]: { schema } } };
    }
  }
  return document as never; // the same document, whatever its type is called
}
