import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { type CentreReport, centreReportSchema } from '../../shared/contracts/centre-reports.ts';
import { isErrorCode } from '../../shared/contracts/error-codes.ts';
import { type Refusal, refusal, refusalParamsSchema } from '../../shared/contracts/refusal.ts';
import {
  type AsksRequest,
  type AsksResponse,
  asksResponseSchema,
  type CodesRequest,
  type CodesResponse,
  codesResponseSchema,
  type EnrolRequest,
  type EnrolResponse,
  enrolResponseSchema,
  HOME_WAIT_MS,
  type PullResponse,
  type PushRequest,
  type PushResponse,
  pullResponseSchema,
  pushResponseSchema,
  type ReportsRequest,
  SYNC_PROTOCOL,
  syncPaths,
} from '../../shared/contracts/sync.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Outcome } from '../handlers.ts';
import type { CentreResponse, CentreTransport, Clock } from '../ports.ts';
import type { DeviceKey } from './device-key.ts';
import { signedHeaders } from './sign-request.ts';

const TIMEOUT_MS = 30_000;
/** Beyond what the centre may hold a question open. */
const ANSWER_MS = 5_000;
/** Smaller bodies are sent as they are: packing them would save a fraction of one packet. */
const MIN_PACKED_BYTES = 1_024;
/** Fast; a push shrinks to a fifth of its size. */
const GZIP_LEVEL = 4;
/** A page of 20,000 codes has about two megabytes. */
const MAX_RESPONSE_BYTES = 32_000_000;

/** Whom the centre knows this ledger as. */
export type Identity = { readonly centreUrl: string; readonly deviceId: string; readonly key: DeviceKey };

export type CentreClient = {
  enrol(centreUrl: string, request: EnrolRequest): Promise<Outcome<EnrolResponse>>;
  push(as: Identity, request: PushRequest): Promise<Outcome<PushResponse>>;
  pull(as: Identity, cursor: string | undefined): Promise<Outcome<PullResponse>>;
  /** Asks for codes that are at home elsewhere; answered while the customer waits, or not at all. */
  codes(as: Identity, request: CodesRequest): Promise<Outcome<CodesResponse>>;
  /** What all locations redeemed in some days. */
  reports(as: Identity, request: ReportsRequest): Promise<Outcome<CentreReport>>;
  /** Stays open until somebody needs a code of this ledger. */
  asks(as: Identity, request: AsksRequest, signal: AbortSignal): Promise<Outcome<AsksResponse>>;
};

type How = {
  readonly as?: Identity;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
};

/** Refusals of the centre that the till can explain; of all others it says only that there was one. */
const passedOn: ReadonlySet<string> = new Set([
  'enrolment_code_invalid',
  'incompatible_version',
  'incarnation_retired',
  'signature_invalid',
  'conflict',
  'throttled',
]);

const problemSchema = z.object({ code: z.string(), params: refusalParamsSchema.default({}) });

export function createCentreClient(transport: CentreTransport, clock: Clock): CentreClient {
  /** How far the centre's clock is ahead of this machine's: requests are signed by the centre's. */
  let aheadMs = 0;

  async function send<S extends z.ZodType>(
    url: string,
    schema: S,
    body: unknown,
    how: How,
  ): Promise<Outcome<z.output<S>>> {
    const first = await sendOnce(url, schema, body, how);
    if (first.ok || first.error.code !== 'signature_invalid') return first;
    const { serverTime } = first.error.params;
    if (typeof serverTime !== 'number') return first;
    // This machine's clock is wrong: sign once more by the centre's.
    aheadMs = serverTime - clock.now();
    return sendOnce(url, schema, body, how);
  }

  async function sendOnce<S extends z.ZodType>(
    url: string,
    schema: S,
    body: unknown,
    { as, timeoutMs = TIMEOUT_MS, signal }: How,
  ): Promise<Outcome<z.output<S>>> {
    const method = body === undefined ? 'GET' : 'POST';
    const plain = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const isPacked = plain !== undefined && plain.length >= MIN_PACKED_BYTES;
    const bytes = isPacked ? gzipSync(plain, { level: GZIP_LEVEL }) : plain;
    const nowMs = clock.now() + aheadMs;
    const headers = {
      accept: 'application/json',
      'accept-encoding': 'gzip',
      ...(bytes && { 'content-type': 'application/json' }),
      ...(isPacked && { 'content-encoding': 'gzip' }),
      ...(as && signedHeaders(as.key, as.deviceId, { method, url, body: bytes, nowMs })),
    };
    let response: CentreResponse;
    try {
      response = await transport.request({
        method,
        url,
        headers,
        ...(bytes && { body: bytes }),
        timeoutMs,
        ...(signal && { signal }),
        maxResponseBytes: MAX_RESPONSE_BYTES,
      });
    } catch {
      return err(refusal('centre_unreachable'));
    }
    return readAnswer(response, schema);
  }

  return {
    enrol: (centreUrl, request) => send(urlOf(centreUrl, syncPaths.enrol), enrolResponseSchema, request, {}),
    push: (as, request) => send(urlOf(as.centreUrl, syncPaths.push), pushResponseSchema, request, { as }),
    codes: (as, request) =>
      send(urlOf(as.centreUrl, syncPaths.codes), codesResponseSchema, request, {
        as,
        timeoutMs: HOME_WAIT_MS,
      }),
    asks: (as, request, signal) =>
      send(urlOf(as.centreUrl, syncPaths.asks), asksResponseSchema, request, {
        as,
        timeoutMs: request.waitMs + ANSWER_MS,
        signal,
      }),
    reports: (as, request) =>
      send(
        `${urlOf(as.centreUrl, syncPaths.reports)}?${new URLSearchParams(request)}`,
        centreReportSchema,
        undefined,
        { as },
      ),
    pull(as, cursor) {
      const from = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const query = `?protocol=${SYNC_PROTOCOL}${from}`;
      return send(urlOf(as.centreUrl, syncPaths.pull) + query, pullResponseSchema, undefined, { as });
    },
  };
}

function urlOf(centreUrl: string, path: string): string {
  return centreUrl.replace(/\/+$/, '') + path;
}

const SERVER_ERROR = 500;

function readAnswer<S extends z.ZodType>(response: CentreResponse, schema: S): Outcome<z.output<S>> {
  const body = parseBody(response.body);
  if (response.status === 200) {
    const parsed = schema.safeParse(body);
    if (parsed.success) return ok(parsed.data);
    // Something answered that is no centre, or speaks another version.
    return err(refusal('centre_refused', { why: 'the answer cannot be read' }));
  }
  const problem = problemSchema.safeParse(body);
  if (problem.success && passedOn.has(problem.data.code) && isErrorCode(problem.data.code))
    return err(refusal(problem.data.code, problem.data.params));
  if (response.status >= SERVER_ERROR) return err(refusal('centre_unreachable', { status: response.status }));
  return err(refusal('centre_refused', refusedParams(response.status, problem.data?.code)));
}

function refusedParams(status: number, code: string | undefined): Refusal['params'] {
  return code === undefined ? { status } : { status, code };
}

function parseBody(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
