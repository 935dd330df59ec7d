import type { Target } from '../offer.ts';
import type { Shape, Stage } from './benefit.ts';

export function stageOf(target: Target): Stage {
  return target.scope;
}

/** Shape of a benefit that works on each item by itself unless something ties the items together. */
export function shapeOf(target: Target, tied: boolean): Shape {
  if (target.scope === 'shipping') return 'shipping';
  if (target.scope === 'order') return 'spread';
  if (target.units !== undefined) return 'pick';
  return tied ? 'spread' : 'line';
}
