import { spawn } from 'node:child_process';
import { constants, open } from 'node:fs/promises';
import { connect } from 'node:net';
import type { PrinterLink } from '../../shared/contracts/operations/printing.ts';

/** Why a printer did not take its bytes, in the system's own words. */
export class PrinterError extends Error {}

export type Deliver = (link: PrinterLink, bytes: Uint8Array) => Promise<void>;

const TIMEOUT_MS = 10_000;
/** Small enough that a printer that closes in the middle is noticed, not buried in buffers. */
const CHUNK_BYTES = 1_024;

/** Hands the bytes to the printer. @throws PrinterError when it may not have taken all of them */
export const deliver: Deliver = (link, bytes) => {
  switch (link.kind) {
    case 'tcp':
      return overTcp(link.host, link.port, bytes);
    case 'device':
      return toDevice(link.path, bytes);
    case 'spooler':
      return toSpooler(link.queue, bytes);
  }
};

/** Done when the printer has closed its side without an error, after all bytes were sent. */
function overTcp(host: string, port: number, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const fail = (why: string) => {
      socket.destroy();
      reject(new PrinterError(why));
    };
    let sent = 0;
    let ended = false;
    socket.setTimeout(TIMEOUT_MS, () => (ended ? finish() : fail('the printer does not answer')));
    socket.on('error', (error) => fail(error.message));
    socket.on('end', () => (ended ? finish() : fail('the printer closed the connection')));
    socket.on('close', () => (ended ? finish() : fail('the printer closed the connection')));
    // A printer that says something (its status) must not hold up the connection.
    socket.resume();
    socket.on('connect', sendNext);

    function sendNext(): void {
      if (socket.destroyed) return;
      if (sent === bytes.length) {
        ended = true;
        socket.end();
        return;
      }
      const part = bytes.subarray(sent, sent + CHUNK_BYTES);
      sent += part.length;
      socket.write(part, (error) => {
        if (!error) setImmediate(sendNext);
      });
    }

    function finish(): void {
      socket.destroy();
      resolve();
    }
  });
}

async function toDevice(path: string, bytes: Uint8Array): Promise<void> {
  try {
    // Never made anew: a printer that is unplugged must not leave a file of its name.
    const device = await open(path, constants.O_WRONLY | constants.O_NOCTTY);
    try {
      await device.writeFile(bytes, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    } finally {
      await device.close();
    }
  } catch (error) {
    throw new PrinterError(error instanceof Error ? error.message : String(error));
  }
}

/** CUPS, on Linux and macOS: `lp` takes the bytes from its input, and `raw` keeps filters away from them. */
function toSpooler(queue: string, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const lp = spawn('lp', ['-s', '-d', queue, '-o', 'raw', '--', '-'], {
      stdio: ['pipe', 'ignore', 'pipe'],
      timeout: TIMEOUT_MS,
    });
    let said = '';
    lp.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(0, MAX_SAID);
    });
    lp.on('error', (error) => reject(new PrinterError(error.message)));
    lp.on('close', (code) =>
      code === 0 ? resolve() : reject(new PrinterError(said.trim() || `lp ended with ${code}`)),
    );
    lp.stdin.on('error', () => undefined);
    lp.stdin.end(bytes);
  });
}
const MAX_SAID = 500;
