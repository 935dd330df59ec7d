import type { ReactNode } from 'react';
import classes from './choice.module.css';
import hidden from './hidden.module.css';

/** Radio buttons as large as what they decide. `legend` is read out; with `shown` it is seen too. */
export function Choices({
  legend,
  shown = false,
  children,
}: {
  legend: string;
  shown?: boolean;
  children: ReactNode;
}) {
  return (
    <fieldset className={classes.choices}>
      <legend className={shown ? classes.legend : hidden.hidden}>{legend}</legend>
      {children}
    </fieldset>
  );
}

type ChoiceProps = {
  readonly name: string;
  readonly checked: boolean;
  readonly onChoose: () => void;
  readonly icon?: ReactNode;
  readonly title: string;
  readonly text?: string;
};

export function Choice({ name, checked, onChoose, icon, title, text }: ChoiceProps) {
  return (
    <label className={classes.choice} data-checked={checked || undefined}>
      <input type="radio" name={name} checked={checked} onChange={onChoose} className={hidden.hidden} />
      {icon !== undefined && <span aria-hidden="true">{icon}</span>}
      <span>
        <span className={classes.title}>{title}</span>
        {text !== undefined && <span className={classes.text}>{text}</span>}
      </span>
    </label>
  );
}
