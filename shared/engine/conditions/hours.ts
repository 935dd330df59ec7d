import { assert } from '../../kernel/assert.ts';
import type { Condition, HoursWindow } from '../offer.ts';
import type { Facts, WallTime } from '../types.ts';
import { type ConditionKind, fails, holds } from './condition.ts';

const DAYS = 7;
const DAY_MINUTES = 1_440;
const WEEK_MINUTES = DAYS * DAY_MINUTES;

/** Within one of the weekly windows of the zone's wall clock. */
export const hours: ConditionKind<Extract<Condition, { type: 'hours' }>> = (
  condition,
  _prepared,
  context,
) => {
  const wall = wallTimeOf(context.facts, condition.zone);
  const facts = { zone: condition.zone, weekday: wall.weekday, minuteOfDay: wall.minuteOfDay };
  if (condition.windows.some((window) => isOpen(window, wall))) return holds('hours', facts);
  const opens = nextOpening(condition.windows, wall);
  return fails('hours', 'outside_hours', 'come_back', facts, {
    opensWeekday: opens.weekday,
    opensMinute: opens.minuteOfDay,
  });
};

export function wallTimeOf(facts: Facts, zone: string): WallTime {
  const wall = facts.wallTimes[zone];
  assert(wall !== undefined, `facts.wallTimes lacks the zone ${zone} that an offer names`);
  return wall;
}

function isOpen(window: HoursWindow, wall: WallTime): boolean {
  const { weekday, minuteOfDay } = wall;
  if (window.fromMinute < window.toMinute) {
    return (
      window.weekdays.includes(weekday) && minuteOfDay >= window.fromMinute && minuteOfDay < window.toMinute
    );
  }
  // Past midnight: the evening belongs to the named day, the morning to the day after it.
  const dayBefore = weekday === 1 ? DAYS : weekday - 1;
  if (window.weekdays.includes(weekday) && minuteOfDay >= window.fromMinute) return true;
  return window.weekdays.includes(dayBefore) && minuteOfDay < window.toMinute;
}

function nextOpening(
  windows: readonly HoursWindow[],
  wall: WallTime,
): { weekday: number; minuteOfDay: number } {
  const now = (wall.weekday - 1) * DAY_MINUTES + wall.minuteOfDay;
  let best = { wait: WEEK_MINUTES + 1, weekday: wall.weekday, minuteOfDay: 0 };
  for (const window of windows) {
    for (const weekday of window.weekdays) {
      const opens = (weekday - 1) * DAY_MINUTES + window.fromMinute;
      const wait = (opens - now + WEEK_MINUTES) % WEEK_MINUTES;
      if (wait < best.wait) best = { wait, weekday, minuteOfDay: window.fromMinute };
    }
  }
  return best;
}
