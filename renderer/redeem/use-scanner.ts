import { useEffect, useRef } from 'react';
import { correctLayout } from '../../shared/codes/keyboard-layouts.ts';
import { isDialogOpen } from '../app/use-keys.ts';
import { isCheckedCode } from './basket.ts';
import { useRedeem } from './redeem-store.ts';
import { createScanner, type Place } from './scanner.ts';
import { useScannerTest } from './scanner-test.ts';

const TICK_MS = 20;
const CODE_FIELD = 'data-code-field';

export const codeFieldProps = { [CODE_FIELD]: 'true' };

type Options = {
  /** Typing outside any field belongs to the basket there, and to nobody elsewhere. */
  readonly onRedeemScreen: boolean;
  readonly onScan: (text: string) => void;
  readonly onHelp: () => void;
};

/** Listens to every key of the window, before any field does, and feeds the scanner. One per window. */
export function useScanner(options: Options): void {
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });

  useEffect(() => {
    let timer: ReturnType<typeof setInterval> | undefined;
    const scanner = createScanner({
      scan(scan) {
        if (scan.place === 'page') useRedeem.getState().takeBack(scan.taken);
        else takeBackFromField(scan.taken);
        // Like a code sent by hand: Enter then means the button on the result, not the emptied field.
        if (scan.place === 'code' && document.activeElement instanceof HTMLElement)
          document.activeElement.blur();
        latest.current.onScan(correctLayout(scan.text));
      },
      type(char) {
        if (char === '?') latest.current.onHelp();
        else if (latest.current.onRedeemScreen) useRedeem.getState().type(char);
      },
      isCheckedCode,
    });

    const tick = () => {
      scanner.elapse(performance.now());
      if (scanner.active) return;
      clearInterval(timer);
      timer = undefined;
    };

    const onKeyDown = (event: KeyboardEvent) => {
      // The scanner set-up looks at the keys as they come.
      if (useScannerTest.getState().listening) return;
      const place = placeOf(event.target);
      if (event.key === 'Enter' || event.key === 'Tab') {
        if (scanner.terminate(event.key === 'Enter' ? 'enter' : 'tab', event.timeStamp, place)) {
          event.preventDefault();
          event.stopImmediatePropagation();
        }
        return;
      }
      const char = charOf(event);
      // A held-down key repeats as evenly as a scanner: it is always a person.
      if (char === undefined || event.repeat || isDialogOpen()) return;
      // Space presses the focused button; no code begins with it.
      if (char === ' ' && place === 'page' && !scanner.active) return;
      if (place === 'page') event.preventDefault();
      scanner.key(char, event.timeStamp, place);
      timer ??= setInterval(tick, TICK_MS);
    };

    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => {
      window.removeEventListener('keydown', onKeyDown, { capture: true });
      clearInterval(timer);
    };
  }, []);
}

/** The group separator of GS1 codes arrives as Ctrl+]; other keys with modifiers are commands. */
function charOf(event: KeyboardEvent): string | undefined {
  if (event.ctrlKey && event.key === ']') return '\u001d';
  if (event.ctrlKey || event.metaKey || event.isComposing) return undefined;
  return [...event.key].length === 1 ? event.key : undefined;
}

function placeOf(target: EventTarget | null): Place {
  if (!(target instanceof HTMLElement)) return 'page';
  if (target.hasAttribute(CODE_FIELD)) return 'code';
  if (target.isContentEditable || target.matches('input, textarea, select')) return 'field';
  return 'page';
}

/** Removes what a scan typed into the focused field, so that the field is as it was before. */
function takeBackFromField(count: number): void {
  const field = document.activeElement;
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
  const end = field.selectionStart ?? field.value.length;
  field.setRangeText('', Math.max(0, end - count), end, 'end');
  // React reads fields through this event.
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
