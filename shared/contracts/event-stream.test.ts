import { expect, it } from 'vitest';
import { createEventReader } from './event-stream.ts';

const STREAM = ': hello\n\ndata: {"a":1}\n\nevent: push\r\ndata: one\r\ndata: two\r\n\r\ndata:bare\n\n';

it('reads the same events wherever the stream is cut', () => {
  for (let size = 1; size <= STREAM.length; size++) {
    const seen: string[] = [];
    const reader = createEventReader((data) => seen.push(data));
    for (let at = 0; at < STREAM.length; at += size) reader.push(STREAM.slice(at, at + size));
    expect(seen).toEqual(['{"a":1}', 'one\ntwo', 'bare']);
  }
});

it('says nothing before an event has ended', () => {
  const seen: string[] = [];
  createEventReader((data) => seen.push(data)).push('data: half\n');
  expect(seen).toEqual([]);
});

it('refuses an event without end instead of filling the memory', () => {
  const reader = createEventReader(() => undefined);
  expect(() => reader.push('x'.repeat(1_000_001))).toThrow('without end');
});
