import type { z } from 'zod';
import type { Operation } from './operation.ts';
import { batchOperations } from './operations/batches.ts';
import { campaignOperations } from './operations/campaigns.ts';
import { cardOperations } from './operations/cards.ts';
import { deskOperations } from './operations/desk.ts';
import { historyOperations } from './operations/history.ts';
import { importOperations } from './operations/imports.ts';
import { inboxOperations } from './operations/inbox.ts';
import { keyOperations } from './operations/keys.ts';
import { laneOperations } from './operations/lanes.ts';
import { offerOperations } from './operations/offers.ts';
import { printingOperations } from './operations/printing.ts';
import { redemptionOperations } from './operations/redemption.ts';
import { reportOperations } from './operations/reports.ts';
import { searchOperations } from './operations/search.ts';
import { setupOperations } from './operations/setup.ts';
import { syncOperations } from './operations/sync.ts';
import { tokenOperations } from './operations/tokens.ts';

/** The procedure map: every operation of the core by name. IPC, the web host and the typed client are made from it. */
export const operations = {
  ...setupOperations,
  ...offerOperations,
  ...campaignOperations,
  ...batchOperations,
  ...importOperations,
  ...printingOperations,
  ...cardOperations,
  ...redemptionOperations,
  ...reportOperations,
  ...searchOperations,
  ...deskOperations,
  ...historyOperations,
  ...tokenOperations,
  ...syncOperations,
  ...inboxOperations,
  ...laneOperations,
  ...keyOperations,
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
/** What a caller may send: defaults may be left out. */
export type InputOf<N extends OperationName> = z.input<(typeof operations)[N]['input']>;
/** What the core works with after parsing. */
export type ParsedInputOf<N extends OperationName> = z.output<(typeof operations)[N]['input']>;
export type OutputOf<N extends OperationName> = z.output<(typeof operations)[N]['output']>;

export function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}
