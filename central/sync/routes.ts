import { z } from 'zod';
import { centreReportSchema } from '../../shared/contracts/centre-reports.ts';
import {
  asksRequestSchema,
  asksResponseSchema,
  codesRequestSchema,
  codesResponseSchema,
  enrolRequestSchema,
  enrolResponseSchema,
  pullResponseSchema,
  pushRequestSchema,
  pushResponseSchema,
  reportsRequestSchema,
  SYNC_PROTOCOL,
  syncPaths,
} from '../../shared/contracts/sync.ts';
import { createGuessGuard } from '../access/guess-guard.ts';
import { networkOf } from '../access/network-of.ts';
import type { Centre } from '../centre.ts';
import { requestCodes, waitForAsks } from '../homes/messages.ts';
import { refuse } from '../problem.ts';
import { wallTimeAt } from '../redemptions/wall-time.ts';
import { reportEverywhere } from '../reports/report.ts';
import { refuseOtherSpans } from '../reports/routes.ts';
import { problems, type Routes, unwrap } from '../routes.ts';
import { enrol } from './enrol.ts';
import { pull } from './pull.ts';
import { push } from './push.ts';
import { deviceOf, requireDevice } from './signature.ts';
import { createTurns } from './turns.ts';

/** A full push of large events; the ledger stops filling one well before. */
const MAX_PUSH_BYTES = 16_000_000;

/**
 * Of the connections to the database some stay for everybody else, however many ledgers come at once. A ledger waits
 * for its answer half a minute.
 */
const LEDGERS_AT_ONCE = 6;
const MAX_TURN_WAIT_MS = 20_000;

const tags = ['sync'];

export function syncRoutes(app: Routes, centre: Centre): void {
  const guard = createGuessGuard(() => centre.ports.now());
  const byDevice = { onRequest: requireDevice(centre) };
  const inTurn = createTurns(LEDGERS_AT_ONCE, MAX_TURN_WAIT_MS);

  app.post(
    syncPaths.enrol,
    {
      schema: {
        summary: 'A location joins with its one-time code.',
        tags,
        body: enrolRequestSchema,
        response: { 200: enrolResponseSchema, ...problems(401, 409, 422, 426, 429) },
      },
    },
    async (request) => {
      const network = networkOf(request.ip);
      guard.admit(network);
      const outcome = await enrol(centre, request.body);
      if (!outcome.ok && outcome.error.code === 'enrolment_code_invalid') guard.miss(network);
      return unwrap(outcome);
    },
  );

  app.post(
    syncPaths.push,
    {
      ...byDevice,
      bodyLimit: MAX_PUSH_BYTES,
      schema: {
        summary: 'Events of a ledger, in order; signed by its device.',
        tags,
        body: pushRequestSchema,
        response: { 200: pushResponseSchema, ...problems(401, 403, 409, 413, 422, 426, 503) },
      },
    },
    (request) => inTurn(async () => unwrap(await push(centre, deviceOf(request), request.body))),
  );

  app.get(
    syncPaths.pull,
    {
      ...byDevice,
      schema: {
        summary: 'What changed for a location since its cursor; signed by its device.',
        tags,
        querystring: z.strictObject({
          protocol: z.coerce.number().int().default(SYNC_PROTOCOL),
          cursor: z.string().max(100).optional(),
        }),
        response: { 200: pullResponseSchema, ...problems(401, 422, 426, 503) },
      },
    },
    (request) =>
      inTurn(async () => {
        const { protocol, cursor } = request.query;
        // It would not understand the page, and could not say why.
        if (protocol !== SYNC_PROTOCOL)
          throw refuse('incompatible_version', { centre: SYNC_PROTOCOL, ledger: protocol });
        return pull(centre, deviceOf(request), cursor);
      }),
  );

  app.post(
    syncPaths.codes,
    {
      ...byDevice,
      schema: {
        summary: 'Codes that are at home elsewhere, for a till that met them; signed by its device.',
        tags,
        body: codesRequestSchema,
        response: { 200: codesResponseSchema, ...problems(401, 422, 426, 503) },
      },
    },
    async (request) => unwrap(await requestCodes(centre, deviceOf(request), request.body)),
  );

  app.post(
    syncPaths.asks,
    {
      ...byDevice,
      schema: {
        summary:
          'Stays open until somebody needs a code that is at home in this ledger; signed by its device.',
        tags,
        body: asksRequestSchema,
        response: { 200: asksResponseSchema, ...problems(401, 422, 426, 503) },
      },
    },
    async (request) => unwrap(await waitForAsks(centre, deviceOf(request), request.body)),
  );

  app.get(
    syncPaths.reports,
    {
      ...byDevice,
      schema: {
        summary: 'What all locations redeemed, for a manager at a till; signed by its device.',
        tags,
        querystring: reportsRequestSchema,
        response: { 200: centreReportSchema, ...problems(401, 422) },
      },
    },
    async (request) => {
      const { from, to, timeZone } = request.query;
      refuseOtherSpans(from, to);
      if (wallTimeAt(timeZone, centre.ports.now()) === undefined)
        throw refuse('invalid_input', { why: `unknown time zone ${timeZone}` });
      return reportEverywhere(centre, request.query);
    },
  );
}
