import { fails, holds, type Verdict } from '../conditions/condition.ts';
import { wallTimeOf } from '../conditions/hours.ts';
import type { Check } from './check.ts';

/** Every bound in time: the offer's, its campaign's, its calendar days, the code's own end. */
export const validity: Check = ({ prepared, coupon, campaign, facts }) => {
  const { now } = facts;
  const terms = prepared.offer.validity;
  const startsAt = later(terms.startsAt, campaign?.startsAt);
  if (startsAt !== undefined && now < startsAt) {
    return fails('validity', 'not_started', 'come_back', { now, startsAt });
  }
  const issued = coupon?.issuedAt;
  const afterIssue =
    terms.afterIssueMs !== undefined && issued !== undefined ? issued + terms.afterIssueMs : undefined;
  const endsAt = earlier(earlier(terms.endsAt, campaign?.endsAt), earlier(afterIssue, coupon?.expiresAt));
  if (endsAt !== undefined && now > endsAt) {
    return fails('validity', 'expired', 'none', { now, endedAt: endsAt });
  }
  if (terms.days !== undefined) {
    const verdict = withinDays(terms.days, wallTimeOf(facts, terms.days.zone).date);
    if (verdict !== undefined) return verdict;
  }
  if (startsAt === undefined && endsAt === undefined && terms.days === undefined) return undefined;
  return holds('validity', endsAt === undefined ? { now } : { now, endsAt });
};

/** Days are ISO texts, which sort as the calendar does; both ends are inside. */
function withinDays(
  days: { readonly zone: string; readonly first?: string | undefined; readonly last?: string | undefined },
  today: string,
): Verdict | undefined {
  if (days.first !== undefined && today < days.first) {
    return fails('validity', 'not_started', 'come_back', { today, firstDay: days.first, zone: days.zone });
  }
  if (days.last !== undefined && today > days.last) {
    return fails('validity', 'expired', 'none', { today, lastDay: days.last, zone: days.zone });
  }
  return undefined;
}

function later(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
