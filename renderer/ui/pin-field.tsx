import { TextInput } from '@mantine/core';
import { Keypad } from './keypad.tsx';
import classes from './pin-field.module.css';
import { PIN_DIGITS } from './pin-pad.tsx';

type PinFieldProps = {
  readonly label: string;
  readonly pin: string;
  readonly onPin: (pin: string) => void;
  readonly autoFocus?: boolean;
  readonly required?: boolean;
};

/** A PIN among other fields: by the keyboard, or by the keys below it where there is none. */
export function PinField({ label, pin, onPin, autoFocus = false, required = true }: PinFieldProps) {
  const enter = (text: string) => onPin(text.replace(/\D/g, '').slice(0, PIN_DIGITS));
  return (
    <div className={classes.field}>
      <TextInput
        label={label}
        type="password"
        inputMode="none"
        autoComplete="off"
        value={pin}
        onChange={(event) => enter(event.currentTarget.value)}
        required={required}
        data-autofocus={autoFocus || undefined}
      />
      <Keypad size="s" onKey={(key) => enter(key === 'Backspace' ? pin.slice(0, -1) : pin + key)} />
    </div>
  );
}
