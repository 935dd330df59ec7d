import type { Reads } from '../../db/store.ts';

/** Events after `after`, up to and including `upTo`. */
export type EventSpan = { readonly after: number; readonly upTo: number };

/** The events of a time, found by halving: they are in the order of their time, as long as no clock was set back. */
export function eventSpan(read: Reads, head: number, fromMs: number, endMs: number): EventSpan {
  return { after: firstAtOrAfter(read, head, fromMs) - 1, upTo: firstAtOrAfter(read, head, endMs) - 1 };
}

function firstAtOrAfter(read: Reads, head: number, instantMs: number): number {
  let before = 0;
  let found = head + 1;
  while (found - before > 1) {
    const middle = (before + found) >>> 1;
    if ((read.reports.eventAt(middle) ?? 0) >= instantMs) found = middle;
    else before = middle;
  }
  return found;
}
