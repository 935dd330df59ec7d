import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import type { ErrorCode } from '../shared/contracts/error-codes.ts';
import { refusal } from '../shared/contracts/refusal.ts';
import { assert } from '../shared/kernel/assert.ts';
import type { Core } from '../till/core.ts';
import { type Page, securityHeaders } from '../till/host/page.ts';
import type { Logger } from '../till/ports.ts';
import { type Access, createAccess } from './access.ts';
import { createEventStreams } from './event-streams.ts';
import { sendRefusal } from './problem.ts';

/** The largest input of any operation, a basket with all its lines, stays far below. */
const MAX_BODY_BYTES = 1_048_576;
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_SESSION_CHARS = 200;
const MAX_CONNECTIONS = 256;

const LOOPBACK = '127.0.0.1';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The only route that needs no secret. */
    servesPage?: true;
  }
}

export type WebServer = {
  readonly port: number;
  /** From now on operations reach the core; until then they wait. */
  serve(core: Core): void;
  close(): Promise<void>;
};

export type WebServerParts = {
  readonly page: Page;
  readonly secret: string;
  readonly port: number;
  readonly logger: Logger;
};

/** @throws Error with code `EADDRINUSE` or `EACCES` when the port cannot be had. */
export async function startWebServer({ page, secret, port, logger }: WebServerParts): Promise<WebServer> {
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    return503OnClosing: false,
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  const core = Promise.withResolvers<Core>();
  const streams = createEventStreams();

  // Known with the port: until then nobody can be told from a stranger.
  let access: Access | undefined;
  guard(app, () => access);
  handleErrors(app, logger);
  app.removeContentTypeParser('text/plain');

  app.get('/*', { config: { servesPage: true } }, async (request, reply) => {
    const answer = page.answer(request.url.split('?', 1)[0] ?? '');
    if (!answer) return sendRefusal(reply, refusal('not_found'));
    reply.headers(answer.headers);
    const { etag } = answer.headers;
    if (etag !== undefined && request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.send(answer.body);
  });

  app.post<{ Params: { name: string } }>('/api/op/:name', async (request, reply) => {
    const session = request.headers['x-counterfoil-session'];
    if (session !== undefined && (typeof session !== 'string' || session.length > MAX_SESSION_CHARS)) {
      return sendRefusal(reply, refusal('not_signed_in'));
    }
    const caller = session === undefined ? {} : { session };
    const answer = await (await core.promise).call(request.params.name, request.body, caller);
    reply.header('cache-control', 'no-store');
    return answer.ok ? reply.send(answer) : sendRefusal(reply, answer.error);
  });

  app.get('/api/events', { exposeHeadRoute: false }, (_request, reply) => {
    if (!streams.add(reply.raw, securityHeaders)) return sendRefusal(reply, refusal('busy'));
    reply.hijack();
    return reply;
  });

  await app.listen({ host: LOOPBACK, port });
  const actualPort = listeningPort(app);
  access = createAccess(secret, actualPort);

  return {
    port: actualPort,
    serve(started) {
      started.subscribe((push) => streams.send(push));
      core.resolve(started);
    },
    async close() {
      streams.closeAll();
      await app.close();
    },
  };
}

function listeningPort(app: FastifyInstance): number {
  const address = app.server.address();
  assert(address !== null && typeof address === 'object', 'a server that listens on a host has a port');
  return address.port;
}

function guard(app: FastifyInstance, access: () => Access | undefined): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    // By the route that was found, never by the address: `/%61pi/…` and `http://host/api/…` find the same one.
    const needsSecret = request.routeOptions.config.servesPage !== true;
    const judge = access();
    const why = judge ? judge.refuses({ headers: request.headers, needsSecret }) : 'busy';
    if (why !== undefined) return sendRefusal(reply, refusal(why));
  });
}

const transportFaults: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
};

function handleErrors(app: FastifyInstance, logger: Logger): void {
  app.setNotFoundHandler((_request, reply) => sendRefusal(reply, refusal('not_found')));
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = transportFaults[error.code];
    if (known !== undefined) return sendRefusal(reply, refusal(known));
    // What else the parser refuses (no JSON, a length that lies, a name such as __proto__) is the caller's doing.
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return sendRefusal(reply, refusal('invalid_input', { why: error.message }));
    }
    logger.error('a request failed', { method: request.method, error: error.stack ?? error.message });
    return sendRefusal(reply, refusal('internal'));
  });
}
