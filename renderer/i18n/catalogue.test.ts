import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../shared/contracts/error-codes.ts';
import de from './de.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };
import es from './es.json' with { type: 'json' };

type Tree = { readonly [key: string]: string | Tree };

function flatten(tree: Tree, prefix = ''): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const name = prefix === '' ? key : `${prefix}.${key}`;
    if (typeof value === 'string') texts.set(name, value);
    else for (const [inner, text] of flatten(value, name)) texts.set(inner, text);
  }
  return texts;
}

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();
const english = flatten(en);
const renderer = path.resolve(import.meta.dirname, '..');

/** Every `t('a.b')` and t(`a.${x}.c`) of the renderer, the latter as a pattern. */
function usedKeys(): { exact: Set<string>; patterns: RegExp[] } {
  const exact = new Set<string>();
  const patterns: RegExp[] = [];
  for (const file of globSync('**/*.{ts,tsx}', { cwd: renderer })) {
    if (file.includes('.test.')) continue;
    const source = readFileSync(path.join(renderer, file), 'utf8');
    for (const [, key] of source.matchAll(/\bt\(\s*'([^']+)'/g)) exact.add(key ?? '');
    for (const [, key] of source.matchAll(/\bt\(\s*`([^`]+)`/g)) {
      const body = (key ?? '').split(/\$\{[^}]*\}/).map((part) => part.replace(/[.]/g, '\\.'));
      patterns.push(new RegExp(`^${body.join('[^.]+')}$`));
    }
  }
  return { exact, patterns };
}

const used = usedKeys();
const withoutPlural = (key: string) => key.replace(/_(one|other)$/, '');

describe('the English catalogue', () => {
  it('has a text for every key that the renderer names', () => {
    const known = new Set([...english.keys()].map(withoutPlural));
    expect([...used.exact].filter((key) => !known.has(key))).toEqual([]);
    expect(used.exact.size).toBeGreaterThan(100);
  });

  it('has no text that nobody shows', () => {
    const unused = [...english.keys()].filter((key) => {
      const name = withoutPlural(key);
      return (
        !name.startsWith('errors.') &&
        !used.exact.has(name) &&
        !used.patterns.some((pattern) => pattern.test(name))
      );
    });
    expect(unused).toEqual([]);
  });

  it('has a sentence without values and a next step for every code of the registry, and no others', () => {
    expect(Object.keys(en.errors).sort()).toEqual(Object.keys(errorCodes).sort());
    for (const [code, forms] of Object.entries(en.errors as Record<string, Record<string, string>>)) {
      expect(placeholders(forms.plain ?? '{{missing}}'), code).toEqual([]);
      expect(placeholders(forms.next ?? '{{missing}}'), code).toEqual([]);
      // The last form before the next step is the one that needs nothing.
      expect(Object.keys(forms).slice(-2), code).toEqual(['plain', 'next']);
    }
  });
});

for (const [language, tree] of Object.entries({ de, es })) {
  describe(`the catalogue ${language}`, () => {
    const texts = flatten(tree);

    it('has the same keys as the English one, in the same order', () => {
      expect([...texts.keys()]).toEqual([...english.keys()]);
    });

    it('uses the same values in every text', () => {
      const differing = [...texts].filter(
        ([key, text]) => placeholders(text).join() !== placeholders(english.get(key) ?? '').join(),
      );
      expect(differing).toEqual([]);
    });

    it('translates every sentence', () => {
      const copied = [...texts].filter(([key, text]) => text.length > 24 && text === english.get(key));
      expect(copied).toEqual([]);
    });
  });
}
