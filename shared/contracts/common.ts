import { z } from 'zod';

/** Ids are UUIDs made by the caller or the ledger; the text of a code is never an id. */
export const idSchema = z.uuid();

/** Which life of a ledger, from 1. The bound is far below the 32-bit numbers of the store, so that counting on is safe. */
export const incarnationSchema = z.int().min(1).max(1_000_000);

/** UTC milliseconds. */
export const instantSchema = z.int().min(0).max(8_640_000_000_000_000);

/** ISO 4217, upper case. */
export const currencySchema = z.string().regex(/^[A-Z]{3}$/);

/** Minor units; sums stay exact because each amount is far below 2^53. */
export const amountMinorSchema = z.int().min(0).max(1_000_000_000_000);

/** A name that people read: trimmed, one line. */
export const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u);

/** IANA time zone; whether this machine knows it is checked where zones are resolved. */
export const timeZoneSchema = z.string().regex(/^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/);

export const pinSchema = z.string().regex(/^[0-9]{6}$/);

export const languageSchema = z.enum(['en', 'de', 'es']);
export type Language = z.output<typeof languageSchema>;

/** Where a redemption happens. */
export const channels = ['pos', 'web', 'phone', 'email', 'partner'] as const;
export const channelSchema = z.enum(channels);
export type Channel = z.output<typeof channelSchema>;

/** The largest number of rows in one page of any list. */
export const MAX_PAGE_ROWS = 200;

/** Keyset paging: `cursor` is opaque, from the previous page. */
/** Names work that may take a while, so that it can be watched and cancelled. */
export const workInput = { workId: idSchema.optional() };

export const pageInput = {
  cursor: z.string().max(400).optional(),
  limit: z.int().min(1).max(MAX_PAGE_ROWS).default(50),
};
