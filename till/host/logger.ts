import { destination, pino } from 'pino';
import type { Logger } from '../ports.ts';

/** JSON lines on standard error; written at once, so that the last line before a crash is there. */
export function stderrLogger(level: 'info' | 'warn'): Logger {
  const log = pino({ level, base: null }, destination({ fd: 2, sync: true }));
  return {
    info: (message, fields) => log.info(fields, message),
    warn: (message, fields) => log.warn(fields, message),
    error: (message, fields) => log.error(fields, message),
  };
}
