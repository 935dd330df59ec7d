import { sql0010 } from './0010-ledger.ts';
import { sql0020 } from './0020-incarnations.ts';
import { sql0040 } from './0040-refunds.ts';
import { sql0050 } from './0050-homes-and-budgets.ts';
import { sql0060 } from './0060-codes-and-prints.ts';
import { sql0070 } from './0070-desk.ts';
import { sql0080 } from './0080-lanes.ts';
import { sql0120 } from './0120-slips.ts';
import { sql0130 } from './0130-centre-campaigns.ts';
import { sql0140 } from './0140-fewer-pages.ts';
import { sql0150 } from './0150-token-keys.ts';
import { sql0160 } from './0160-past-redemptions.ts';
import { sql0170 } from './0170-import-keys.ts';

export type Migration = { readonly number: number; readonly name: string; readonly sql: string };

/** In order, numbered by tens. They are modules, not files, so that a bundled host carries them. */
export const migrations: readonly Migration[] = [
  { number: 10, name: 'ledger', sql: sql0010 },
  { number: 20, name: 'incarnations', sql: sql0020 },
  { number: 40, name: 'refunds', sql: sql0040 },
  { number: 50, name: 'homes-and-budgets', sql: sql0050 },
  { number: 60, name: 'codes-and-prints', sql: sql0060 },
  { number: 70, name: 'desk', sql: sql0070 },
  { number: 80, name: 'lanes', sql: sql0080 },
  { number: 120, name: 'slips', sql: sql0120 },
  { number: 130, name: 'centre-campaigns', sql: sql0130 },
  { number: 140, name: 'fewer-pages', sql: sql0140 },
  { number: 150, name: 'token-keys', sql: sql0150 },
  { number: 160, name: 'past-redemptions', sql: sql0160 },
  { number: 170, name: 'import-keys', sql: sql0170 },
];
