import type { ItemMatch } from '../../shared/engine/types.ts';
import { type Fields, Untranslatable } from './case-file.ts';
import { list, object } from './read.ts';

/** A rule that a selector cannot say: computed here for each line, which then carries the rule's tag. */
export type ComputedRule = { readonly tag: string; readonly holds: (line: Fields) => boolean };

/** Rules of one target, as a selector; all must hold. */
export function translateRules(
  rules: readonly Fields[],
  tagPrefix: string,
): { readonly include: ItemMatch | undefined; readonly computed: readonly ComputedRule[] } {
  if (rules.length === 0) return { include: undefined, computed: [] };
  let include: ItemMatch = {};
  const computed: ComputedRule[] = [];
  rules.forEach((rule, i) => {
    const match = simpleMatch(rule, include);
    if (match !== undefined) {
      include = { ...include, ...match };
      return;
    }
    computed.push({ tag: `${tagPrefix}.${i}`, holds: (line) => ruleHolds(rule, line) });
  });
  if (computed.length === 0) return { include, computed };
  const tag = `${tagPrefix}.all`;
  const rest = include.tags;
  if (rest !== undefined) throw new Untranslatable('rules on several free attributes of one line');
  return {
    include: { ...include, tags: [tag] },
    computed: [{ tag, holds: (line) => computed.every((rule) => rule.holds(line)) }],
  };
}

export function attributeOf(rule: Fields): string {
  return String(rule.attr).replace(/^(items|shipping_methods)\./, '');
}

function simpleMatch(rule: Fields, already: ItemMatch): ItemMatch | undefined {
  const attribute = attributeOf(rule);
  const op = String(rule.op);
  const values = list(rule.values, 'values');
  if (attribute === 'unit_price' && op === 'between') {
    return { unitPriceFromMinor: amount(values[0]), unitPriceToMinor: amount(values[1]) };
  }
  if (op !== 'eq' && op !== 'in') return undefined;
  const wanted = values.map(String);
  if (attribute === 'line' && already.skus === undefined) return { skus: wanted };
  if (attribute === 'taxon' && already.categories === undefined) return { categories: wanted };
  const isField = attribute === 'unit_price' || attribute === 'list_unit_price' || attribute === 'qty';
  if (isField || already.tags !== undefined) return undefined;
  return { tags: wanted.map((value) => `${attribute}=${value}`) };
}

function amount(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** The operators of the format on one line's own fields and attributes. */
export function ruleHolds(rule: Fields, line: Fields): boolean {
  const attribute = attributeOf(rule);
  const attrs = line.attrs === undefined ? {} : object(line.attrs, 'attrs');
  const actual = attribute === 'line' ? line.id : (attrs[attribute] ?? fieldOf(line, attribute));
  return compareRule(String(rule.op), list(rule.values, 'values'), actual);
}

/** A line that names no list price is sold at it. */
function fieldOf(line: Fields, attribute: string): unknown {
  return line[attribute] ?? (attribute === 'list_unit_price' ? line.unit_price : undefined);
}

export function compareRule(op: string, values: readonly unknown[], actual: unknown): boolean {
  const equal = values.some((value) => String(value) === String(actual));
  const [first, second] = values.map(Number);
  const number = Number(actual);
  switch (op) {
    case 'eq':
    case 'in':
      return equal;
    case 'ne':
    case 'nin':
    case 'not_in':
      return !equal;
    case 'gt':
      return number > (first as number);
    case 'gte':
      return number >= (first as number);
    case 'lt':
      return number < (first as number);
    case 'lte':
      return number <= (first as number);
    case 'between':
      return (
        (values[0] === null || number >= (first as number)) &&
        (values[1] === null || number <= (second as number))
      );
    default:
      throw new Untranslatable(`no rule compares by ${op}`);
  }
}

export function ruleTags(line: Fields, rules: readonly ComputedRule[]): string[] {
  return rules.filter((rule) => rule.holds(line)).map((rule) => rule.tag);
}
