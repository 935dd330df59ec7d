import { IconBackspace } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import classes from './keypad.module.css';

const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

/** Big keys in the order of a till: for fingers; the keyboard goes its own way. `extra` fills the left bottom key. */
export function Keypad({
  onKey,
  extra,
  size = 'm',
}: {
  onKey: (key: string) => void;
  extra?: '00';
  size?: 's' | 'm' | 'l';
}) {
  const { t } = useTranslation();
  return (
    <div className={classes.keypad} data-size={size}>
      {digits.map((digit) => (
        <Key key={digit} value={digit} onKey={onKey} />
      ))}
      {extra === undefined ? <span /> : <Key value={extra} onKey={onKey} />}
      <Key value="0" onKey={onKey} />
      <button
        type="button"
        tabIndex={-1}
        className={classes.key}
        data-tone="quiet"
        aria-label={t('common.backspace')}
        onClick={() => onKey('Backspace')}
      >
        <IconBackspace size={26} aria-hidden="true" />
      </button>
    </div>
  );
}

function Key({ value, onKey }: { value: string; onKey: (key: string) => void }) {
  // Not in the tab order: the keyboard has these keys itself, and twelve stops would slow everyone down.
  return (
    <button type="button" tabIndex={-1} className={classes.key} onClick={() => onKey(value)}>
      {value}
    </button>
  );
}
