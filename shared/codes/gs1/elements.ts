import { err, ok, type Result } from '../../kernel/result.ts';
import {
  type ApplicationIdentifier,
  applicationIdentifier,
  type Component,
  leadingIdentifier,
} from './application-identifiers.ts';
import { passesCheck } from './component-checks.ts';

/** GS1 element strings: application identifiers with their values, as one barcode carries them. */
export type Element = { readonly ai: string; readonly value: string };

export type ElementFault = {
  readonly code: 'empty' | 'unknown_ai' | 'invalid_value' | 'excess_data' | 'too_many' | 'syntax';
  /** Where it went wrong: the position in the text that was read. */
  readonly at: number;
};

/** The separator in scanned data: FNC1 between elements arrives as Group Separator. */
export const GROUP_SEPARATOR = '\u001D';

/** A symbol holds fewer; bounds the reading of hostile input. */
const MAX_ELEMENTS = 100;

const characters: Readonly<Record<Component['set'], RegExp>> = {
  N: /^[0-9]+$/,
  /** GS1 General Specifications, figure 7.11-1. */
  X: /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+$/,
  Y: /^[#\-/0-9A-Z]+$/,
  Z: /^[-_0-9A-Za-z=]+$/,
};

/**
 * Splits a value into its components. Only the last one may vary in length or be missing, so the place of each follows.
 * `undefined` when the value does not fit the identifier.
 */
export function componentsOf(identifier: ApplicationIdentifier, value: string): string[] | undefined {
  const parts: string[] = [];
  let at = 0;
  for (const component of identifier.components) {
    const part = value.slice(at, at + component.max);
    if (part === '' && component.optional) continue;
    if (part.length < component.min || !characters[component.set].test(part)) return undefined;
    if (!component.checks.every((check) => passesCheck(check, part))) return undefined;
    parts.push(part);
    at += part.length;
  }
  return at === value.length ? parts : undefined;
}

export function isValidElement({ ai, value }: Element): boolean {
  const identifier = applicationIdentifier(ai);
  return identifier !== undefined && componentsOf(identifier, value) !== undefined;
}

/**
 * Reads what a scanner sent, or a text with another separator. A separator after an element of predefined length, or at
 * the end, is not needed and is accepted.
 */
export function parseElements(text: string, separator = GROUP_SEPARATOR): Result<Element[], ElementFault> {
  const elements: Element[] = [];
  let at = 0;
  if (text === '') return err({ code: 'empty', at });
  while (at < text.length) {
    if (elements.length === MAX_ELEMENTS) return err({ code: 'too_many', at });
    const identifier = leadingIdentifier(text.slice(at, at + 4));
    if (!identifier) return err({ code: 'unknown_ai', at });
    const start = at + identifier.ai.length;
    const next = text.indexOf(separator, start);
    const stop = next < 0 ? text.length : next;
    const end = identifier.predefinedLength ? Math.min(stop, start + lengthOf(identifier)) : stop;
    const value = text.slice(start, end);
    if (componentsOf(identifier, value) === undefined) return err({ code: 'invalid_value', at: start });
    elements.push({ ai: identifier.ai, value });
    at = text.startsWith(separator, end) ? end + separator.length : end;
  }
  return ok(elements);
}

function lengthOf(identifier: ApplicationIdentifier): number {
  return identifier.components.reduce((sum, component) => sum + component.max, 0);
}

/** The elements in one text; a separator stands where the length of an element is not known beforehand. */
export function writeElements(elements: readonly Element[], separator = GROUP_SEPARATOR): string {
  return elements
    .map(({ ai, value }, i) => {
      const open = i < elements.length - 1 && !applicationIdentifier(ai)?.predefinedLength;
      return ai + value + (open ? separator : '');
    })
    .join('');
}

/** `(01)…(10)…`; a bracket within a value is written `\(`. */
export function parseBracketed(text: string): Result<Element[], ElementFault> {
  const elements: Element[] = [];
  let at = 0;
  if (text === '') return err({ code: 'empty', at });
  while (at < text.length) {
    if (elements.length === MAX_ELEMENTS) return err({ code: 'too_many', at });
    const head = /^\((\d{2,4})\)/.exec(text.slice(at, at + 6));
    if (!head) return err({ code: 'syntax', at });
    const ai = head[1] ?? '';
    const start = at + head[0].length;
    at = start;
    while (at < text.length && text[at] !== '(') at += text.startsWith('\\(', at) ? 2 : 1;
    const element = { ai, value: text.slice(start, at).replaceAll('\\(', '(') };
    if (!applicationIdentifier(ai)) return err({ code: 'unknown_ai', at: start });
    if (!isValidElement(element)) return err({ code: 'invalid_value', at: start });
    elements.push(element);
  }
  return ok(elements);
}

/** Human readable: as printed under a symbol. */
export function writeBracketed(elements: readonly Element[]): string {
  return elements.map(({ ai, value }) => `(${ai})${value.replaceAll('(', '\\(')}`).join('');
}
