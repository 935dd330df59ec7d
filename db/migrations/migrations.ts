import { sql0010 } from './0010-ledger.ts';

export type Migration = { readonly number: number; readonly name: string; readonly sql: string };

/** In order, numbered by tens. They are modules, not files, so that a bundled host carries them. */
export const migrations: readonly Migration[] = [{ number: 10, name: 'ledger', sql: sql0010 }];
