import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants, gunzip, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { refusal } from '../shared/contracts/refusal.ts';
import { RefusedError } from './problem.ts';

/** A smaller answer fits into one packet anyway. */
const MIN_PACKED_BYTES = 1_024;
/** Text shrinks to a quarter at the cheapest level already; the next ones cost more time than they save. */
const GZIP_LEVEL = 1;
const BROTLI_LEVEL = 3;

const pack = {
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: GZIP_LEVEL }),
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_LEVEL } }),
} as const;

const unpack = {
  gzip: (bytes: Buffer, maxOutputLength: number) => promisify(gunzip)(bytes, { maxOutputLength }),
  br: (bytes: Buffer, maxOutputLength: number) => promisify(brotliDecompress)(bytes, { maxOutputLength }),
} as const;

/**
 * A body as it was before it was packed. Never more than `maxBytes`: a few bytes can be made to unpack into gigabytes.
 * @throws RefusedError
 */
export async function unpackBody(
  body: Buffer,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '') return body;
  if (name !== 'gzip' && name !== 'br')
    throw new RefusedError(refusal('unsupported_media_type', { encoding: name.slice(0, 20) }));
  try {
    return await unpack[name](body, maxBytes);
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new RefusedError(
      isTooLarge
        ? refusal('payload_too_large')
        : refusal('invalid_input', { why: `the body is no ${name}` }, 'body'),
    );
  }
}

/** Packs larger answers for whoever takes them so. */
export function packAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' || payload.length < MIN_PACKED_BYTES) return payload;
    if (reply.hasHeader('content-encoding')) return payload;
    const encoding = chooseEncoding(request.headers['accept-encoding']);
    if (encoding === undefined) return payload;
    const packed = await pack[encoding](Buffer.from(payload));
    reply.header('content-encoding', encoding).header('vary', 'accept-encoding');
    reply.removeHeader('content-length');
    return packed;
  });
}

/** gzip first: it takes a third of the time of brotli, and a line within a country is faster than that. */
function chooseEncoding(header: string | string[] | undefined): keyof typeof pack | undefined {
  const accepted = new Map(
    String(header ?? '')
      .split(',')
      .map((part) => {
        const [name = '', ...params] = part
          .trim()
          .toLowerCase()
          .split(/\s*;\s*/);
        return [name, !params.some((param) => /^q=0(\.0*)?$/.test(param))] as const;
      }),
  );
  return (['gzip', 'br'] as const).find((name) => accepted.get(name) === true);
}
