import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deliver, PrinterError } from './deliver.ts';

/** Every byte that there is, many times over: line ends and control characters included. */
const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => (i * 7) & 0xff);

const isPosix = process.platform !== 'win32';
const hasPty = isPosix && spawnSync('python3', ['-c', 'import pty']).status === 0;

describe.runIf(isPosix)('a printer that is no network address', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'counterfoil-deliver-'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  it('gets the bytes through a device file', async () => {
    const device = path.join(folder, 'lp0');
    execFileSync('mkfifo', [device]);
    const got: Buffer[] = [];
    const reader = spawn('cat', [device]);
    reader.stdout.on('data', (part) => got.push(part));
    const closed = new Promise((resolve) => reader.on('close', resolve));
    // As long as nobody reads it is off, which the queue takes as a reason to try again.
    for (let isTaken = false; !isTaken; )
      isTaken = await deliver({ kind: 'device', path: device }, bytes).then(
        () => true,
        () => sleep(5).then(() => false),
      );
    await closed;
    expect(Buffer.concat(got).equals(bytes)).toBe(true);
  });

  it('is said to be off when nothing listens, and no file of its name is made', async () => {
    const device = path.join(folder, 'lp0');
    await expect(deliver({ kind: 'device', path: device }, bytes)).rejects.toThrow(PrinterError);
    expect(existsSync(device)).toBe(false);
    execFileSync('mkfifo', [device]);
    await expect(deliver({ kind: 'device', path: device }, bytes)).rejects.toThrow(/ENXIO/);
  });

  it.runIf(hasPty)('gets every byte unchanged over a serial line, at its speed', async () => {
    const received = path.join(folder, 'received');
    const line = spawn('python3', ['-c', serialPrinter, received, String(bytes.length)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const device = await firstLine(line);
    const ended = new Promise((resolve) => line.on('exit', resolve));
    await deliver({ kind: 'device', path: device, baud: 19_200 }, bytes);
    await ended;
    expect(readFileSync(received).equals(bytes)).toBe(true);
    expect(readFileSync(`${received}.speed`, 'utf8')).toBe('19200');
  });

  const spooler = (script: string) => {
    writeFileSync(path.join(folder, 'lp'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
  };

  it('gets the bytes through the spooler, which is told to leave them as they are', async () => {
    spooler(`printf '%s\\n' "$@" > '${folder}/args'\ncat > '${folder}/job'`);
    await deliver({ kind: 'spooler', queue: 'Counter' }, bytes);
    expect(readFileSync(path.join(folder, 'job')).equals(bytes)).toBe(true);
    const args = readFileSync(path.join(folder, 'args'), 'utf8').trim().split('\n');
    expect(args).toEqual(['-s', '-d', 'Counter', '-o', 'raw', '--', '-']);
  });

  it('says what the spooler said when that refuses', async () => {
    spooler('echo "lp: The printer or class does not exist." >&2; exit 1');
    await expect(deliver({ kind: 'spooler', queue: 'Gone' }, bytes)).rejects.toThrow(/does not exist/);
    vi.stubEnv('PATH', folder);
    rmSync(path.join(folder, 'lp'));
    await expect(deliver({ kind: 'spooler', queue: 'Gone' }, bytes)).rejects.toThrow(/ENOENT/);
  });
});

/** A line with two ends: prints the till's end, writes what comes out of the other, and the speed that was set. */
const serialPrinter = `
import os, pty, sys, termios
far, near = pty.openpty()
print(os.ttyname(near), flush=True)
got = b''
while len(got) < int(sys.argv[2]):
    got += os.read(far, 65536)
speed = termios.tcgetattr(near)[5]
open(sys.argv[1], 'wb').write(got)
open(sys.argv[1] + '.speed', 'w').write({termios.B19200: '19200'}.get(speed, str(speed)))
`;

function firstLine(program: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    program.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const [line, rest] = text.split('\n');
      if (rest !== undefined) resolve(line ?? '');
    });
  });
}
