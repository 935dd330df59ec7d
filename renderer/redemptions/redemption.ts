import type { OutputOf } from '../../shared/contracts/operations.ts';

export type Redemption = OutputOf<'redemption.recent'>['redemptions'][number];
