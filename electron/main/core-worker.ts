import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../shared/kernel/assert.ts';
import { createCore } from '../../till/core.ts';
import { serveCore } from '../../till/worker/serve-core.ts';
import { type CoreWorkerData, composePorts } from '../compose.ts';

assert(parentPort, 'this file runs as a worker');
// Written by start-core.ts of the same build.
await serveCore(parentPort, createCore(composePorts(workerData as CoreWorkerData)));
