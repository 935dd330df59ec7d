import { expect, it } from 'vitest';
import { readLaunch } from './launch.ts';

it('reads folder and demo, and no demo unless it was asked for', () => {
  expect(readLaunch(['--demo', '--data=till-1'], '/shop')).toEqual({ dataDir: '/shop/till-1', demo: true });
  expect(readLaunch(['--data=/srv/till'], '/shop')).toEqual({ dataDir: '/srv/till', demo: false });
});

it('passes over what it does not know: switches of Chromium, and what a desktop adds', () => {
  const argv = ['--no-sandbox', '-psn_0_12345', '--lang=de', 'file:///x', '--data=/srv/till', '--no-window'];
  expect(readLaunch(argv, '/shop')).toEqual({ dataDir: '/srv/till', demo: false });
});

it('keeps the demo location apart from a real one', () => {
  expect(readLaunch(['--demo'], '/').dataDir).not.toBe(readLaunch([], '/').dataDir);
});
