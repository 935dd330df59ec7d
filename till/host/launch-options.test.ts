import { describe, expect, it } from 'vitest';
import { parseLaunchOptions } from './launch-options.ts';

const parse = (...argv: string[]) => parseLaunchOptions(argv, '/shop');

describe('parseLaunchOptions', () => {
  it('leaves out what was not said, so that each host keeps its own default', () => {
    expect(parse()).toEqual({ ok: true, value: {} });
  });

  it('reads every option, and the data folder relative to where the person is', () => {
    expect(
      parse('--host', 'web', '--port=0', '--no-window', '--data', 'till-1', '--no-demo', '--lane'),
    ).toEqual({
      ok: true,
      value: { host: 'web', port: 0, window: false, dataDir: '/shop/till-1', demo: false, lane: true },
    });
  });

  it.each([
    [['--host', 'qt'], '--host must be electron or web, not "qt"'],
    [['--port', '70000'], '--port must be a number from 0 to 65535, not "70000"'],
    [['--port', '-1'], "Option '--port' argument is ambiguous"],
    [['--port', '48 11'], '--port must be a number from 0 to 65535, not "48 11"'],
    [['--host', 'electron', '--lane'], '--lane needs the web host'],
    [['--host', 'electron', '--passphrase-file', 'p'], '--passphrase-file needs the web host'],
    [['--prot', '1'], "Unknown option '--prot'"],
    [['till-1'], "Unexpected argument 'till-1'"],
    [['--data', ' '], '--data needs a folder'],
    [['--data'], "Option '--data <value>' argument missing"],
  ])('refuses %j with one sentence', (argv, sentence) => {
    expect(parse(...argv)).toEqual({ ok: false, error: sentence });
  });
});
