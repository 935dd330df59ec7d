import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Keypad } from './keypad.tsx';
import classes from './pin-pad.module.css';

export const PIN_DIGITS = 6;

type PinPadProps = {
  readonly pin: string;
  readonly onPin: (pin: string) => void;
  readonly disabled?: boolean;
  readonly refused?: boolean;
};

/** Six dots and a keypad. Takes the digits of the keyboard too, wherever the focus is. */
export function PinPad({ pin, onPin, disabled = false, refused = false }: PinPadProps) {
  const { t } = useTranslation();
  const press = (key: string) => {
    if (disabled) return;
    if (key === 'Backspace') onPin(pin.slice(0, -1));
    else if (/^[0-9]$/.test(key) && pin.length < PIN_DIGITS) onPin(pin + key);
  };

  const latest = useRef(press);
  useEffect(() => {
    latest.current = press;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.target instanceof HTMLInputElement) return;
      if (!/^([0-9]|Backspace)$/.test(event.key)) return;
      event.preventDefault();
      latest.current(event.key);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);

  return (
    <div className={classes.pad} data-disabled={disabled || undefined}>
      <div
        className={classes.dots}
        role="img"
        aria-label={t('pin.digits', { count: pin.length, total: PIN_DIGITS })}
        data-refused={refused || undefined}
      >
        {Array.from({ length: PIN_DIGITS }, (_, i) => i).map((i) => (
          <span key={i} data-filled={i < pin.length || undefined} />
        ))}
      </div>
      <Keypad onKey={press} size="l" />
    </div>
  );
}
