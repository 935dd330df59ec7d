import { openLedger } from '../open.ts';

/** A process of its own that opens a ledger and keeps it until it is killed. */
const [folder = '', key = ''] = process.argv.slice(2);
const opened = openLedger(folder, Buffer.from(key, 'hex'));
process.send?.(opened.ok ? 'open' : opened.error.code);
setInterval(() => {}, 60_000);
