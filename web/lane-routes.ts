import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { OutputOf } from '../shared/contracts/operations.ts';
import { refusal } from '../shared/contracts/refusal.ts';
import { DAY_MS, SECOND_MS } from '../shared/kernel/instant.ts';
import type { Core } from '../till/core.ts';
import { LANE_COOKIE } from './access.ts';
import { sendRefusal } from './problem.ts';

/** The longest that browsers keep a cookie. */
const COOKIE_SECONDS = (400 * DAY_MS) / SECOND_MS;
const host = { from: { kind: 'host' } } as const;

const byProof = z.strictObject({ tillName: z.string(), nonce: z.string(), proof: z.string() });
const byCode = z.object({ tillName: z.string(), code: z.string() });

/** What only the hub's listener on the shop's network serves. */
export function addLaneRoutes(app: FastifyInstance, core: Promise<Core>, authorityPem: string): void {
  app.post('/api/lane/join', async (request, reply) => {
    const parsed = byProof.safeParse(request.body);
    if (!parsed.success) return sendRefusal(reply, refusal('invalid_input'));
    const { tillName, nonce, proof } = parsed.data;
    const answer = await (await core).call('lanes.join', { tillName, by: { nonce, proof } }, host);
    reply.header('cache-control', 'no-store');
    return answer.ok ? reply.send(answer) : sendRefusal(reply, answer.error);
  });

  // For tablets: who installs it trusts this shop's hub, and through it no public name.
  app.get('/counterfoil-authority.crt', { config: { servesPage: true } }, (_request, reply) =>
    reply
      .type('application/x-x509-ca-cert')
      .header('content-disposition', 'attachment; filename="counterfoil-authority.crt"')
      .send(authorityPem),
  );
}

/** A browser on the network becomes a lane: it keeps its token as a cookie that no script can read. */
export async function takesCode(core: Core, body: unknown, reply: FastifyReply): Promise<FastifyReply> {
  const parsed = byCode.safeParse(body);
  if (!parsed.success) return sendRefusal(reply, refusal('invalid_input'));
  const { tillName, code } = parsed.data;
  const answer = await core.call('lanes.join', { tillName, by: { code } }, host);
  if (!answer.ok) return sendRefusal(reply, answer.error);
  // The core made it by the operation's own schema.
  const joined = answer.value as OutputOf<'lanes.join'>;
  return reply
    .header(
      'set-cookie',
      `${LANE_COOKIE}=${joined.token}; Path=/; Max-Age=${COOKIE_SECONDS}; Secure; HttpOnly; SameSite=Strict`,
    )
    .send({ ok: true, value: { tillName: joined.tillName } });
}
