import { randomBytes } from 'node:crypto';
import { closeSync, fdatasyncSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AnchorSlot, AnchorStore, Clock, Random, Timers } from './ports.ts';

/** Ports that are the same in every host, because Node itself has them. */
export const systemClock: Clock = { now: () => Date.now(), monotonicMs: () => performance.now() };

export const systemRandom: Random = { bytes: (count) => randomBytes(count) };

export const systemTimers: Timers = {
  every(ms, work) {
    const timer = setInterval(work, ms).unref();
    return () => clearInterval(timer);
  },
  after(ms, work) {
    const timer = setTimeout(work, ms).unref();
    return () => clearTimeout(timer);
  },
};

const OWNER_ONLY = 0o600;
const MAX_SLOT_BYTES = 4096;

/** Two files `<base>.anchor-a` and `<base>.anchor-b`, outside the data directory. */
export function fileAnchorStore(base: string): AnchorStore {
  const path = (slot: AnchorSlot) => `${base}.anchor-${slot}`;
  const open = new Map<AnchorSlot, number>();
  const dirty = new Set<AnchorSlot>();

  function handle(slot: AnchorSlot): number {
    let fd = open.get(slot);
    if (fd === undefined) {
      const created = readSlot(path(slot)) === undefined;
      fd = openSync(path(slot), created ? 'w+' : 'r+', OWNER_ONLY);
      open.set(slot, fd);
      if (created) syncFolder(dirname(path(slot)));
    }
    return fd;
  }

  return {
    read: (slot) => readSlot(path(slot)),
    write(slot, bytes) {
      writeSync(handle(slot), bytes, 0, bytes.length, 0);
      dirty.add(slot);
    },
    flush() {
      for (const slot of dirty) fdatasyncSync(handle(slot));
      dirty.clear();
    },
    close() {
      for (const fd of open.values()) closeSync(fd);
      open.clear();
    },
  };
}

function readSlot(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path).subarray(0, MAX_SLOT_BYTES);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A new file is only as durable as its folder's entry. Windows has no such call, nor the need. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
