import { spawn } from 'node:child_process';
import { constants, type FileHandle, open } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isatty } from 'node:tty';
import type { PrinterLink } from '../../shared/contracts/operations/printing.ts';

/** Why a printer did not take its bytes, in the system's own words. */
export class PrinterError extends Error {}

export type Deliver = (link: PrinterLink, bytes: Uint8Array) => Promise<void>;

type DeviceLink = Extract<PrinterLink, { kind: 'device' }>;

const TIMEOUT_MS = 10_000;
/** Small enough that a printer that closes in the middle is noticed, not buried in buffers. */
const CHUNK_BYTES = 1_024;

/** Hands the bytes to the printer. @throws PrinterError when it may not have taken all of them */
export const deliver: Deliver = (link, bytes) => {
  switch (link.kind) {
    case 'tcp':
      return overTcp(link.host, link.port, bytes);
    case 'device':
      return toDevice(link, bytes);
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

/** How long a device may take nothing before it counts as off. */
const RETRY_WRITE_MS = 20;

/**
 * Not blocking: a printer that holds its line busy would otherwise keep a thread for good, and closing would wait for it.
 */
async function toDevice({ path, baud }: DeviceLink, bytes: Uint8Array): Promise<void> {
  try {
    // Never made anew: a printer that is unplugged must not leave a file of its name.
    const device = await open(path, constants.O_WRONLY | constants.O_NOCTTY | (constants.O_NONBLOCK ?? 0));
    try {
      if (isatty(device.fd)) await makeRaw(path, baud);
      await writeAll(device, bytes);
    } finally {
      await device.close();
    }
  } catch (error) {
    throw new PrinterError(error instanceof Error ? error.message : String(error));
  }
}

async function writeAll(device: FileHandle, bytes: Uint8Array): Promise<void> {
  let lastTaken = performance.now();
  for (let sent = 0; sent < bytes.length; ) {
    try {
      const { bytesWritten } = await device.write(bytes, sent, Math.min(CHUNK_BYTES, bytes.length - sent));
      sent += bytesWritten;
      lastTaken = performance.now();
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      if (performance.now() - lastTaken > TIMEOUT_MS) throw new PrinterError('the printer takes nothing');
      await sleep(RETRY_WRITE_MS);
    }
  }
}

/**
 * A serial line as the system sets it up adds a carriage return to every byte 10: pictures would come out torn. Raw, it
 * passes on what it is given.
 */
function makeRaw(path: string, baud: number | undefined): Promise<void> {
  const speed = baud === undefined ? [] : [String(baud)];
  if (process.platform === 'win32')
    return run('mode', [path, ...speed.map((rate) => `BAUD=${rate}`), 'PARITY=N', 'DATA=8', 'STOP=1']);
  return run('stty', [process.platform === 'darwin' ? '-f' : '-F', path, ...speed, 'raw', '-echo']);
}

/** CUPS, on Linux and macOS: `lp` takes the bytes from its input, and `raw` keeps filters away from them. */
function toSpooler(queue: string, bytes: Uint8Array): Promise<void> {
  return run('lp', ['-s', '-d', queue, '-o', 'raw', '--', '-'], bytes);
}

/** @throws PrinterError with what the program said when it did not end well */
function run(program: string, args: readonly string[], input?: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'], timeout: TIMEOUT_MS });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(0, MAX_SAID);
    });
    child.on('error', (error) => reject(new PrinterError(error.message)));
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new PrinterError(said.trim() || `${program} ended with ${code}`)),
    );
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
const MAX_SAID = 500;
