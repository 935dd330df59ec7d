import { expect, it } from 'vitest';
import type { SyncStatus } from '../../shared/contracts/operations/sync.ts';
import { linkState } from './link-state.ts';

const enrolled: SyncStatus = { mode: 'enrolled', online: true, running: false, queue: { count: 0 } };

it('says the worst first', () => {
  expect(linkState(enrolled, false, false)).toBe('unlinked');
  expect(linkState(enrolled, false, true)).toBe('hubGone');
  expect(linkState({ ...enrolled, online: false, queue: { count: 3 } }, true, false)).toBe('offline');
  expect(linkState({ ...enrolled, queue: { count: 3 } }, true, false)).toBe('sending');
  expect(linkState(enrolled, true, false)).toBe('online');
});

it('does not call a shop of its own offline', () => {
  expect(linkState({ mode: 'standalone', running: false, queue: { count: 12 } }, true, false)).toBe('alone');
  expect(linkState(undefined, true, false)).toBe('alone');
});

it('claims nothing before the first attempt', () => {
  const unknown: SyncStatus = { mode: 'enrolled', running: false, queue: { count: 0 } };
  expect(linkState(unknown, true, false)).toBe('offline');
  expect(linkState({ ...unknown, running: true }, true, false)).toBe('sending');
});
