import type { Refusal } from '../../shared/contracts/refusal.ts';
import { channels } from './channels.ts';
import type { Translate } from './i18n.ts';
import type { Format } from './use-format.ts';

export type Sentence = {
  /** What is the matter. */
  readonly text: string;
  /** What can be done about it. */
  readonly next: string;
};

const PLACEHOLDER = /\{\{(\w+)\}\}/g;
const MINUTE_MS = 60_000;
/** A Monday: ISO weekday 1 of a week whose other days follow from it. */
const SOME_MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** Raw parameters as people read them: the ending of a name says what it is. */
export function readableParams(
  t: Translate,
  format: Format,
  params: Refusal['params'],
): Record<string, string> {
  const { currency } = params;
  const readable: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === 'number') {
      if (name.endsWith('Minor')) {
        readable[name] = typeof currency === 'string' ? format.money(value, currency) : format.money(value);
      } else if (/(^a|A)t$/.test(name) || name === 'until') readable[name] = format.when(value);
      else if (name.endsWith('Ms')) readable[name] = format.age(value);
      else if (name === 'waitSeconds') readable[name] = format.age(value * 1_000);
      else readable[name] = format.number(value);
    } else if (typeof value === 'string' && value !== '') {
      if (name.endsWith('Day')) readable[name] = format.day(value);
      else if (name === 'channel') readable[name] = channelName(t, value);
      else if (name === 'allowed')
        readable[name] = value
          .split(', ')
          .map((one) => channelName(t, one))
          .join(', ');
      else readable[name] = value;
    }
  }
  const { opensWeekday, opensMinute } = params;
  if (typeof opensWeekday === 'number' && typeof opensMinute === 'number') {
    readable.opens = format.weekdayTime(SOME_MONDAY + (opensWeekday - 1) * DAY_MS + opensMinute * MINUTE_MS);
  }
  return readable;
}

function channelName(t: Translate, channel: string): string {
  const known = channels.find((one) => one === channel);
  return known === undefined ? channel : t(`channels.${known}`);
}

/**
 * The sentence and the next step of a refusal. The catalogue holds several forms of a sentence, the most telling
 * first and one without values last: the first whose values the refusal carries is taken, so that a cashier never
 * reads a placeholder.
 */
export function refusalSentence(t: Translate, format: Format, refusal: Refusal): Sentence {
  const params = readableParams(t, format, refusal.params);
  const { next, ...forms }: Record<string, string> = t(`errors.${refusal.code}`, {
    returnObjects: true,
    skipInterpolation: true,
  });
  const form = Object.values(forms).find((text) =>
    [...text.matchAll(PLACEHOLDER)].every((match) => params[match[1] ?? ''] !== undefined),
  );
  const fill = (text: string) => text.replace(PLACEHOLDER, (_, name: string) => params[name] ?? '');
  return { text: fill(form ?? ''), next: next ?? '' };
}
