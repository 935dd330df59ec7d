import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import type { ErrorCode } from '../shared/contracts/error-codes.ts';
import { refusal } from '../shared/contracts/refusal.ts';
import { assert } from '../shared/kernel/assert.ts';
import type { Core, From } from '../till/core.ts';
import { type Page, securityHeaders } from '../till/host/page.ts';
import type { Logger } from '../till/ports.ts';
import type { Access } from './access.ts';
import { createEventStreams } from './event-streams.ts';
import { addLaneRoutes, takesCode } from './lane-routes.ts';
import { sendRefusal } from './problem.ts';

/** The largest input of any operation, a basket with all its lines, stays far below. */
const MAX_BODY_BYTES = 1_048_576;
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_SESSION_CHARS = 200;
const MAX_CONNECTIONS = 256;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The only route that needs no secret. */
    servesPage?: true;
  }
  interface FastifyRequest {
    from: From;
  }
}

export type WebServer = {
  readonly port: number;
  /** From now on operations reach the core; until then they wait. */
  serve(core: Core): void;
  /** Sends every open window away; each asks for everything anew when it connects again. */
  dropStreams(): void;
  /** Windows are told nothing, and see that they are not, until there is a link again. */
  setLink(up: boolean): void;
  close(): Promise<void>;
};

export type WebServerParts = {
  readonly page: Page;
  /** Made when the port is known. */
  readonly access: (port: number) => Access;
  readonly host: string;
  readonly port: number;
  /** For lanes, over TLS; else for this machine alone, without. */
  readonly lan?: { readonly keyPem: string; readonly certificatePem: string; readonly authorityPem: string };
  readonly logger: Logger;
};

/** @throws Error with code `EADDRINUSE` or `EACCES` when the port cannot be had. */
export async function startWebServer({
  page,
  access,
  host,
  port,
  lan,
  logger,
}: WebServerParts): Promise<WebServer> {
  const app: FastifyInstance = Fastify({
    // Fastify's types fork at `https`; what this file uses of both is the same.
    ...(lan && ({ https: { key: lan.keyPem, cert: lan.certificatePem + lan.authorityPem } } as object)),
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    return503OnClosing: false,
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  const core = Promise.withResolvers<Core>();
  const streams = createEventStreams();

  // Known with the port: until then nobody can be told from a stranger.
  let judge: Access | undefined;
  let linked = true;
  guard(app, () => judge);
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
    reply.header('cache-control', 'no-store');
    const { name } = request.params;
    if (lan && name === 'lane.pair') return takesCode(await core.promise, request.body, reply);
    const answer = await (await core.promise).call(name, request.body, { session, from: request.from });
    return answer.ok ? reply.send(answer) : sendRefusal(reply, answer.error);
  });

  app.get('/api/events', { exposeHeadRoute: false }, async (request, reply) => {
    if (request.from.kind === 'lan') {
      const { lane: token = '' } = request.from;
      const known = await (await core.promise).call('lanes.identify', { token }, { from: { kind: 'host' } });
      if (!known.ok) return sendRefusal(reply, refusal('lane_unknown'));
    }
    if (!linked) return sendRefusal(reply, refusal('hub_unreachable'));
    if (!streams.add(reply.raw, securityHeaders)) return sendRefusal(reply, refusal('busy'));
    reply.hijack();
    return reply;
  });

  if (lan) addLaneRoutes(app, core.promise, lan.authorityPem);

  await app.listen({ host, port });
  const actualPort = listeningPort(app);
  judge = access(actualPort);

  return {
    port: actualPort,
    serve(started) {
      started.subscribe((push) => streams.send(push));
      core.resolve(started);
    },
    dropStreams: () => streams.closeAll(),
    setLink(up) {
      linked = up;
      if (!up) streams.closeAll();
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
  app.decorateRequest('from');
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    // By the route that was found, never by the address: `/%61pi/…` and `http://host/api/…` find the same one.
    const needsSecret = request.routeOptions.config.servesPage !== true;
    const judgement = access()?.judge({ headers: request.headers, needsSecret });
    if (!judgement) return sendRefusal(reply, refusal('busy'));
    if (!judgement.ok) return sendRefusal(reply, refusal(judgement.why));
    request.from = judgement.from;
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
