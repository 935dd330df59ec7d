import type { OutputOf } from '../../shared/contracts/operations.ts';

export type Batch = OutputOf<'batches.create'>;
