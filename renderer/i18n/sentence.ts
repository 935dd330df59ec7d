import type { Refusal } from '../../shared/contracts/refusal.ts';
import type { Format } from './use-format.ts';
import type { Translate } from './i18n.ts';

export type Sentence = {
  /** What is the matter. */
  readonly text: string;
  /** What can be done about it. */
  readonly next: string;
};

/** Raw parameters as people read them: the ending of a name says what it is. */
export function readableParams(params: Refusal['params'], format: Format): Record<string, string> {
  const readable: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) {
    if (typeof value !== 'number') readable[name] = String(value);
    else if (name.endsWith('Minor')) {
      const currency = params.currency;
      readable[name] = typeof currency === 'string' ? format.money(value, currency) : format.money(value);
    } else if (/(^a|A)t$/.test(name)) readable[name] = format.dateTime(value);
    else if (name.endsWith('Ms')) readable[name] = format.age(value);
    else readable[name] = format.number(value);
  }
  return readable;
}

/**
 * The sentence and the next step of a refusal. A sentence that needs a value which the refusal does not carry gives
 * way to its `plain` form: a cashier never reads a placeholder.
 */
export function refusalSentence(t: Translate, format: Format, refusal: Refusal): Sentence {
  const { code } = refusal;
  const params = readableParams(refusal.params, format);
  const texts: Record<string, string> = t(`errors.${code}`, { returnObjects: true, skipInterpolation: true });
  const full = texts.text ?? '';
  const needed = [...full.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '');
  const complete = needed.every((name) => params[name] !== undefined);
  const chosen = complete ? full : (texts.plain ?? full);
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => params[name] ?? '');
  return { text: fill(chosen), next: fill(texts.next ?? '') };
}
