import type { FastifyReply } from 'fastify';
import { errorCodes } from '../shared/contracts/error-codes.ts';
import type { Refusal } from '../shared/contracts/refusal.ts';

/** An `Answer` that is a problem (RFC 9457) as well: the window reads the one, any HTTP client the other. */
export function sendRefusal(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { status } = errorCodes[refusal.code];
  return reply.code(status).type('application/problem+json').send({
    ok: false,
    error: refusal,
    type: 'about:blank',
    title: refusal.code,
    status,
    code: refusal.code,
  });
}
