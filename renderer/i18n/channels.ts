import type { Channel } from '../../shared/contracts/common.ts';

/** The channels in the order of screens; written out here so that the first load carries no schemas. */
export const channels = ['pos', 'web', 'phone', 'email', 'partner'] as const satisfies readonly Channel[];
