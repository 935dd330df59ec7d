import { useEffect, useRef } from 'react';

/** Whatever lies in front of the screen: Esc closes that, and touches nothing behind it. */
const IN_FRONT = '[role="dialog"], [role="menu"], [role="listbox"]';

/** Keys that work wherever the focus is, such as `F2`. A dialog in front keeps them to itself. */
export function useKeys(handlers: Readonly<Record<string, (() => void) | undefined>>): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    let closesFront = false;
    // Asked before anything else hears of the key: what it closes is gone by the time it gets here.
    const onKeyDownFirst = (event: KeyboardEvent) => {
      closesFront = event.key === 'Escape' && document.querySelector(IN_FRONT) !== null;
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
      const handler = latest.current[event.key];
      if (handler === undefined || closesFront || (event.key !== 'F1' && isDialogOpen())) return;
      event.preventDefault();
      handler();
    };
    window.addEventListener('keydown', onKeyDownFirst, { capture: true });
    window.addEventListener('keydown', onKeyDown);
    return () => {
      window.removeEventListener('keydown', onKeyDownFirst, { capture: true });
      window.removeEventListener('keydown', onKeyDown);
    };
  }, []);
}

export function isDialogOpen(): boolean {
  return document.querySelector('[role="dialog"][aria-modal="true"]') !== null;
}
