import Papa from 'papaparse';
import type { importEncodings } from '../../shared/contracts/operations/imports.ts';
import type { SealedFile } from './sealed-file.ts';

type Encoding = (typeof importEncodings)[number];

export type Dialect = { readonly encoding: Encoding; readonly delimiter: string };

const SAMPLE_BYTES = 64 * 1_024;
const CHUNK_BYTES = 64 * 1_024;
/** A row that is longer than this has an open quote that nobody closed. */
const MAX_ROW_CHARACTERS = 1_000_000;
const DELIMITERS = [',', ';', '\t', '|'];

/** A byte order mark decides; without one, zeros tell UTF-16, and whatever is no UTF-8 is taken for Windows-1252. */
export function detectDialect(file: SealedFile): Dialect {
  const sample = file.head(SAMPLE_BYTES);
  const encoding = encodingOf(sample);
  const text = new TextDecoder(encoding).decode(sample);
  const { meta } = Papa.parse<string[]>(text, { preview: 50, delimitersToGuess: DELIMITERS });
  return { encoding, delimiter: DELIMITERS.includes(meta.delimiter) ? meta.delimiter : ',' };
}

function encodingOf(sample: Buffer): Encoding {
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be';
  let evenZeros = 0;
  let oddZeros = 0;
  for (const [at, byte] of sample.entries()) {
    if (byte === 0 && at % 2 === 0) evenZeros++;
    if (byte === 0 && at % 2 === 1) oddZeros++;
  }
  const many = sample.length / 8;
  if (oddZeros > many && oddZeros > evenZeros) return 'utf-16le';
  if (evenZeros > many) return 'utf-16be';
  return isUtf8(sample) ? 'utf-8' : 'windows-1252';
}

function isUtf8(sample: Buffer): boolean {
  try {
    // The sample may end within a character.
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
    return true;
  } catch {
    return false;
  }
}

export class BadTextError extends Error {}

/**
 * The rows of a file, a chunk of it at a time: memory does not grow with its size.
 * @throws BadTextError when bytes further on contradict the encoding, or a quote is never closed
 */
export async function* readRows(
  file: SealedFile,
  { encoding, delimiter }: Dialect,
): AsyncGenerator<readonly string[][]> {
  const decoder = new TextDecoder(encoding, { fatal: encoding === 'utf-8' });
  const decode = (bytes?: Buffer) => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      throw new BadTextError('the file is not what its beginning says');
    }
  };
  let rest = '';
  for await (const bytes of file.chunks(CHUNK_BYTES)) {
    const text = rest + decode(bytes);
    // Only whole lines: whether a line ends within quotes is for the parser to say, which then waits for more.
    const { rows, used } = parse(text, delimiter, true);
    rest = text.slice(used);
    if (rest.length > MAX_ROW_CHARACTERS) throw new BadTextError('a quote is never closed');
    yield rows;
  }
  const { rows } = parse(rest + decode(), delimiter, false);
  yield rows;
}

function parse(text: string, delimiter: string, isCut: boolean): { rows: string[][]; used: number } {
  const end = isCut ? endOfLastWholeRow(text) : text.length;
  if (end === 0) return { rows: [], used: 0 };
  const { data } = Papa.parse<string[]>(text.slice(0, end), { delimiter, newline: newlineOf(text) });
  // After the last line break the parser sees one more row, an empty one.
  if (endsWithBreak(text, end)) data.pop();
  return { rows: data, used: end };
}

function endsWithBreak(text: string, end: number): boolean {
  const last = text.charAt(end - 1);
  return last === '\n' || last === '\r';
}

function newlineOf(text: string): '\r\n' | '\n' | '\r' {
  if (text.includes('\r\n')) return '\r\n';
  return text.includes('\n') ? '\n' : '\r';
}

/** After the last line break outside quotes; 0 when there is none. */
function endOfLastWholeRow(text: string): number {
  const breaks = text.includes('\n') ? '\n' : '\r';
  let quotes = 0;
  let end = 0;
  let from = 0;
  for (let at = text.indexOf(breaks); at >= 0; at = text.indexOf(breaks, from)) {
    for (let q = text.indexOf('"', from); q >= 0 && q < at; q = text.indexOf('"', q + 1)) quotes++;
    if (quotes % 2 === 0) end = at + 1;
    from = at + 1;
  }
  return end;
}
