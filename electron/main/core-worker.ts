import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../shared/kernel/assert.ts';
import { createCore } from '../../till/core.ts';
import { serveCore } from '../../till/worker/serve-core.ts';
import { type CoreWorkerData, composePorts } from '../compose.ts';

assert(parentPort, 'this file runs as a worker');
// Written by start-core.ts of the same build, which put the fonts beside this file.
const ports = {
  ...composePorts(workerData as CoreWorkerData),
  fontFolder: path.join(import.meta.dirname, 'fonts'),
};
await serveCore(parentPort, createCore(ports));
