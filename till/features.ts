import type { Feature } from './handlers.ts';
import type { Services } from './services.ts';

/** Every room of the core, in the order in which they start. */
export function createFeatures(_services: Services): readonly Feature[] {
  return [];
}
