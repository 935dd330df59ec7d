import { create } from 'zustand';
import type { Language } from '../../shared/contracts/common.ts';

export const lockChoices = [0, 1, 5, 15] as const;

/** How this till looks and sounds. Kept on the machine: it belongs to the counter, not to the ledger. */
export type Preferences = {
  readonly scheme: 'auto' | 'light' | 'dark';
  readonly contrast: 'auto' | 'more';
  /** `location`: the language that was chosen at set-up. */
  readonly language: 'location' | Language;
  readonly sound: boolean;
  /** Minutes without a key or touch until the till locks itself; 0 is never. */
  readonly lockAfterMinutes: (typeof lockChoices)[number];
};

const STORAGE_KEY = 'counterfoil.preferences';
const defaults: Preferences = {
  scheme: 'auto',
  contrast: 'auto',
  language: 'location',
  sound: true,
  lockAfterMinutes: 5,
};

function oneOf<T extends string>(value: unknown, allowed: readonly T[], fallback: T): T {
  return allowed.find((one) => one === value) ?? fallback;
}

/** Reads what an older or a foreign version may have written. */
export function parsePreferences(text: string | null): Preferences {
  let stored: Record<string, unknown> = {};
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    if (typeof value === 'object' && value !== null) stored = { ...value };
  } catch {
    return defaults;
  }
  return {
    scheme: oneOf(stored.scheme, ['auto', 'light', 'dark'], defaults.scheme),
    contrast: oneOf(stored.contrast, ['auto', 'more'], defaults.contrast),
    language: oneOf(stored.language, ['location', 'en', 'de', 'es'], defaults.language),
    lockAfterMinutes:
      lockChoices.find((choice) => choice === stored.lockAfterMinutes) ?? defaults.lockAfterMinutes,
    sound: typeof stored.sound === 'boolean' ? stored.sound : defaults.sound,
  };
}

export const usePreferences = create<Preferences>(() =>
  parsePreferences(storage()?.getItem(STORAGE_KEY) ?? null),
);

export function setPreferences(change: Partial<Preferences>): void {
  usePreferences.setState(change);
  storage()?.setItem(STORAGE_KEY, JSON.stringify(usePreferences.getState()));
}

/** Absent in tests without a window, and where the browser forbids it. */
function storage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
