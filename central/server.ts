import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import {
  createJsonSchemaTransform,
  hasZodFastifySchemaValidationErrors,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import { refusal } from '../shared/contracts/refusal.ts';
import { keyRoutes } from './access/key-routes.ts';
import { registerApiPage, withDefaultProblem } from './api-page.ts';
import { batchRoutes } from './batches/routes.ts';
import { campaignRoutes } from './campaigns/routes.ts';
import type { Centre } from './centre.ts';
import { packAnswers, unpackBody } from './compression.ts';
import { couponRoutes } from './coupons/routes.ts';
import { validateRoutes } from './coupons/validate-routes.ts';
import { settleEndedHolds } from './escrow/recovery.ts';
import { healthRoutes, type Lifecycle } from './health-routes.ts';
import { bellOf } from './homes/bell.ts';
import { homeRoutes } from './homes/routes.ts';
import { incidentRoutes } from './incidents/routes.ts';
import { jobRoutes } from './jobs/routes.ts';
import { parseJson } from './json.ts';
import { locationRoutes } from './locations/routes.ts';
import { createMetrics } from './metrics/metrics.ts';
import { offerRoutes } from './offers/routes.ts';
import { PROBLEM_TYPE, type Problem, problemOf, RefusedError } from './problem.ts';
import { recoveryRoutes } from './recovery/routes.ts';
import { redemptionRoutes } from './redemptions/routes.ts';
import { reportRoutes } from './reports/routes.ts';
import type { Routes } from './routes.ts';
import { saleRoutes } from './sales/routes.ts';
import { isDiskFull, isUnavailable } from './store/retry.ts';
import { syncRoutes } from './sync/routes.ts';
import { requireSignedBody } from './sync/signature.ts';
import { VERSION } from './version.ts';
import { webhookRoutes } from './webhooks/routes.ts';

/** Far above a REST body; the push of a ledger has its own bound. */
const MAX_BODY_BYTES = 1_000_000;
const REQUEST_TIMEOUT_MS = 60_000;

export async function buildServer(
  centre: Centre,
  logger: Logger,
  lifecycle: Lifecycle = { stopping: false },
): Promise<FastifyInstance> {
  await settleEndedHolds(centre);
  const app = Fastify({
    loggerInstance: logger as unknown as Logger & FastifyInstance['log'],
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: centre.config.trust_proxy,
    // The default lines hold the URL, and a URL may hold a code: one line per answer is written below.
    logController: new LogController({ disableRequestLogging: true }),
    exposeHeadRoutes: false,
    // What fails before a route is found, such as a parameter that is too long.
    // Its type names Fastify's raw request; the handler reads no more of it than of any other.
    frameworkErrors: answerError as never,
    clientErrorHandler: answerBroken,
  }) as unknown as FastifyInstance;

  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      requireSignedBody(centre, request, body);
      if (body.length === 0) return undefined;
      const maxBytes = request.routeOptions.bodyLimit ?? MAX_BODY_BYTES;
      const plain = await unpackBody(body, request.headers['content-encoding'], maxBytes);
      try {
        return parseJson(plain);
      } catch (error) {
        throw new RefusedError(refusal('invalid_input', { why: (error as Error).message }, 'body'));
      }
    },
  );
  app.setValidatorCompiler(validateParts);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, problemOf(refusal('not_found'))));
  app.addHook('onRequest', refuseNul);
  app.addHook('onResponse', logAnswer);
  const metrics = createMetrics();
  app.addHook('onResponse', async (request, reply) => {
    const { method, url } = request.routeOptions;
    // Whatever method somebody makes up for a route that is none counts as one.
    const name = url === undefined || typeof method !== 'string' ? 'other' : method;
    metrics.answered(name, url ?? 'none', reply.statusCode, reply.elapsedTime / 1_000);
  });
  app.addHook('onClose', async () => metrics.close());
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    reply.header('x-content-type-options', 'nosniff');
    // A connection that is kept alive after its last answer would keep the closing server waiting for its end.
    if (lifecycle.stopping) reply.header('connection', 'close');
  });
  packAnswers(app);
  // Questions that are kept open must not keep the server open.
  app.addHook('preClose', async () => bellOf(centre.store).close());

  await app.register(rateLimit, { global: false });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Counterfoil centre', version: VERSION, license: { name: 'MIT', identifier: 'MIT' } },
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'An API key; also taken from X-API-Key.' },
        },
      },
    },
    transform: createJsonSchemaTransform({}),
    transformObject: withDefaultProblem,
  });
  await registerApiPage(app);
  await app.register(async (scope) => {
    const routes: Routes = scope.withTypeProvider<ZodTypeProvider>();
    healthRoutes(routes, centre, metrics, lifecycle);
    validateRoutes(routes, centre);
    couponRoutes(routes, centre);
    batchRoutes(routes, centre);
    jobRoutes(routes, centre);
    offerRoutes(routes, centre);
    redemptionRoutes(routes, centre);
    saleRoutes(routes, centre);
    locationRoutes(routes, centre);
    campaignRoutes(routes, centre);
    reportRoutes(routes, centre);
    homeRoutes(routes, centre);
    incidentRoutes(routes, centre);
    recoveryRoutes(routes, centre);
    webhookRoutes(routes, centre);
    keyRoutes(routes, centre);
    syncRoutes(routes, centre);
    scope.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  });
  await app.ready();
  return app;
}

declare module 'fastify' {
  interface FastifySchema {
    hide?: boolean;
    summary?: string;
    tags?: readonly string[];
    security?: readonly Record<string, readonly string[]>[];
  }
}

/** Fastify calls a body that is not there `null`; where a body may be left out, its schema has a default for none. */
const validateParts: typeof validatorCompiler = (route) => {
  const check = validatorCompiler(route);
  return route.httpPart === 'body' ? (body) => check(body ?? undefined) : check;
};

/** The route's pattern, never the URL: codes and identifiers stay out of the log. */
async function logAnswer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  request.log.info(
    {
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      key: request.caller?.id,
    },
    'answered',
  );
}

/** What is no HTTP, or never ends: there is no request to answer, only a connection to close. */
function answerBroken(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const statuses: Readonly<Record<string, number>> = {
    ERR_HTTP_REQUEST_TIMEOUT: 408,
    HPE_HEADER_OVERFLOW: 431,
  };
  const status = statuses[error.code ?? ''] ?? 400;
  const body = JSON.stringify(
    problemOf(refusal('invalid_input', { why: 'no HTTP request' }), undefined, status),
  );
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  socket.destroy(error);
}

/** No text that is stored or searched holds a NUL, and PostgreSQL takes none; bodies are looked at by `parseJson`. */
async function refuseNul(request: FastifyRequest): Promise<void> {
  if (request.url.includes('%00'))
    throw new RefusedError(refusal('invalid_input', { why: 'the address holds a NUL' }));
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).type(PROBLEM_TYPE).serializer(JSON.stringify).send(problem);
}

function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof RefusedError) {
    if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds);
    return sendProblem(reply, problemOf(error.refusal, error.detail, error.status));
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map((one) => ({
      path: one.instancePath.replace(/^\//, '').replaceAll('/', '.'),
      message: one.message ?? '',
    }));
    // Nothing was sent: "expected object, received undefined" would puzzle.
    if (error.validationContext === 'body' && (request.body ?? undefined) === undefined)
      return sendProblem(
        reply,
        problemOf(refusal('invalid_input', { why: 'a JSON object is needed' }, 'body')),
      );
    return sendProblem(reply, { ...problemOf(refusal('invalid_input')), errors });
  }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return sendProblem(reply, problemOf(refusal('payload_too_large')));
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return sendProblem(reply, problemOf(refusal('unsupported_media_type')));
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return sendProblem(reply, problemOf(refusal('invalid_input', { why: error.message }, 'body')));
  }
  if (error.statusCode === 429) return sendProblem(reply, problemOf(refusal('throttled')));
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return sendProblem(reply, problemOf(refusal('invalid_input', { why: error.message })));
  const code = isDiskFull(error) ? 'storage_full' : isUnavailable(error) ? 'busy' : 'internal';
  // drizzle's message holds the parameters, and those may be codes or customers: only the driver's error is logged.
  const cause = error.cause instanceof Error ? error.cause : error;
  request.log.error(
    { route: request.routeOptions.url, code, fault: cause.message, stack: cause.stack },
    'a request failed',
  );
  if (code === 'busy') reply.header('retry-after', 1);
  return sendProblem(reply, problemOf(refusal(code)));
}
