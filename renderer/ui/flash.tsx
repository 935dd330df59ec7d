import { IconCircleCheck, IconX } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { create } from 'zustand';
import classes from './flash.module.css';

const SHOWN_MS = 8_000;
/** It is said on the screen that follows; whoever goes on from there has read it. */
const READ_MS = 1_500;

type Flash = {
  readonly text: string | undefined;
  /** Takes back what was done. */
  readonly undo: (() => void) | undefined;
  readonly round: number;
};
const useFlash = create<Flash>(() => ({ text: undefined, undo: undefined, round: 0 }));

/** Says that something was done, on whatever screen comes next. The newest message replaces the one before. */
export function flash(text: string, undo?: () => void): void {
  useFlash.setState(({ round }) => ({ text, undo, round: round + 1 }));
}

/** What was said to one operator is nothing to the next. */
export function clearFlash(): void {
  useFlash.setState({ text: undefined, undo: undefined });
}

export function FlashNote() {
  const { t } = useTranslation();
  const { text, undo, round } = useFlash();
  // biome-ignore lint/correctness/useExhaustiveDependencies: each message has its own time
  useEffect(() => {
    if (text === undefined) return;
    const shownAt = Date.now();
    const onLeave = () => {
      if (Date.now() - shownAt > READ_MS) clearFlash();
    };
    const timer = setTimeout(clearFlash, SHOWN_MS);
    window.addEventListener('hashchange', onLeave);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('hashchange', onLeave);
    };
  }, [text, round]);
  return (
    <div className={classes.flash} role="status">
      {text !== undefined && (
        <div className={classes.note} data-testid="flash">
          <IconCircleCheck size={24} aria-hidden="true" />
          <span>{text}</span>
          {undo !== undefined && (
            <button
              type="button"
              className={classes.undo}
              onClick={() => {
                clearFlash();
                undo();
              }}
            >
              {t('common.undo')}
            </button>
          )}
          <button type="button" className={classes.close} aria-label={t('common.close')} onClick={clearFlash}>
            <IconX size={20} aria-hidden="true" />
          </button>
        </div>
      )}
    </div>
  );
}
