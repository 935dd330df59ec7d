import { type Cipheriv, createCipheriv, randomBytes } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';

/**
 * A file on the disk that is nothing without its key: 16 random bytes, then AES-256-CTR that counts from them. It hides
 * what it holds; that somebody changed it is not told, as it is not of any file that a person uploads.
 */
export type SealedFile = {
  /** Bytes of its content; 0 when there is none. */
  size(): number;
  /** Part of a file that arrives in parts; one at 0 begins it anew. */
  writeAt(offset: number, bytes: Uint8Array): void;
  /** Begins it anew, with lines that are written many at a time. */
  lines(): LineWriter;
  read(): Buffer;
  /** As much of its beginning as there is. */
  head(bytes: number): Buffer;
  chunks(bytes: number): AsyncGenerator<Buffer>;
  remove(): void;
};

export type LineWriter = { write(line: string): void; close(): void };

const CIPHER = 'aes-256-ctr';
const BLOCK = 16;
const COUNTER_BITS = 128;
const OWNER_ONLY = 0o600;
const LINES_PER_WRITE = 1_000;

export function sealedFile(file: string, key: Uint8Array): SealedFile {
  /** The key stream from a place of the content on: the same for writing and for reading. */
  function streamAt(start: Buffer, offset: number): Cipheriv {
    const block = BigInt(`0x${start.toString('hex')}`) + BigInt(Math.floor(offset / BLOCK));
    const counter = BigInt.asUintN(COUNTER_BITS, block)
      .toString(16)
      .padStart(2 * BLOCK, '0');
    const stream = createCipheriv(CIPHER, key, Buffer.from(counter, 'hex'));
    stream.update(Buffer.alloc(offset % BLOCK));
    return stream;
  }

  function begin(): { handle: number; start: Buffer } {
    const start = randomBytes(BLOCK);
    const handle = openSync(file, 'w', OWNER_ONLY);
    writeSync(handle, start);
    return { handle, start };
  }

  function goOn(): { handle: number; start: Buffer } {
    const handle = openSync(file, 'r+');
    return { handle, start: startOf(handle) };
  }

  return {
    size: () => Math.max(0, (statSync(file, { throwIfNoEntry: false })?.size ?? 0) - BLOCK),

    writeAt(offset, bytes) {
      const { handle, start } = offset === 0 ? begin() : goOn();
      try {
        const sealed = streamAt(start, offset).update(bytes);
        writeSync(handle, sealed, 0, sealed.length, BLOCK + offset);
      } finally {
        closeSync(handle);
      }
    },

    lines() {
      const { handle, start } = begin();
      const stream = streamAt(start, 0);
      let lines: string[] = [];
      const flush = () => {
        if (lines.length > 0) writeSync(handle, stream.update(lines.join('')));
        lines = [];
      };
      return {
        write(line) {
          if (lines.push(`${line}\n`) >= LINES_PER_WRITE) flush();
        },
        close() {
          flush();
          closeSync(handle);
        },
      };
    },

    read() {
      const bytes = readFileSync(file);
      return streamAt(bytes.subarray(0, BLOCK), 0).update(bytes.subarray(BLOCK));
    },

    head(bytes) {
      const handle = openSync(file, 'r');
      try {
        const sealed = Buffer.alloc(bytes);
        const got = readSync(handle, sealed, 0, bytes, BLOCK);
        return streamAt(startOf(handle), 0).update(sealed.subarray(0, got));
      } finally {
        closeSync(handle);
      }
    },

    async *chunks(bytes) {
      const handle = openSync(file, 'r');
      let stream: Cipheriv;
      try {
        stream = streamAt(startOf(handle), 0);
      } finally {
        closeSync(handle);
      }
      for await (const chunk of createReadStream(file, { start: BLOCK, highWaterMark: bytes }))
        yield stream.update(chunk as Buffer);
    },

    remove: () => rmSync(file, { force: true }),
  };
}

function startOf(handle: number): Buffer {
  const start = Buffer.alloc(BLOCK);
  readSync(handle, start, 0, BLOCK, 0);
  return start;
}
