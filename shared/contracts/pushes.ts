import { z } from 'zod';
import { idSchema } from './common.ts';
import { syncStatusSchema } from './operations/sync.ts';

/** What the core tells its windows unasked: over IPC, and as server-sent events of the web host. */
export const pushSchema = z.discriminatedUnion('topic', [
  z.object({ topic: z.literal('sync.changed'), status: syncStatusSchema }),
  /** Offers, codes or batches changed, here or by a pull: lists on screen should be read again. */
  z.object({ topic: z.literal('catalogue.changed') }),
  /** A batch in the making, an import or a printer got on. */
  z.object({ topic: z.literal('work.progress') }),
  /** Work that a window asked for, by the window's own name for it; see `work.cancel`. */
  z.object({ topic: z.literal('work.step'), workId: idSchema, done: z.int(), outOf: z.int() }),
  z.object({ topic: z.literal('redemption.recorded'), redemptionId: idSchema }),
  z.object({ topic: z.literal('app.changed') }),
  /** The hub's door, or who may come in by it. */
  z.object({ topic: z.literal('hub.changed') }),
]);

export type Push = z.output<typeof pushSchema>;
