import classes from './steps.module.css';

type StepsProps<S extends string> = {
  readonly steps: readonly { readonly id: S; readonly label: string; readonly wrong?: boolean }[];
  readonly current: S;
  readonly onStep: (step: S) => void;
  readonly label: string;
};

/** Where one is in a form of several pages; each page can be opened at any time. */
export function Steps<S extends string>({ steps, current, onStep, label }: StepsProps<S>) {
  return (
    <ol className={classes.steps} aria-label={label}>
      {steps.map((step, i) => (
        <li key={step.id}>
          <button
            type="button"
            className={classes.step}
            aria-current={step.id === current ? 'step' : undefined}
            data-wrong={step.wrong || undefined}
            onClick={() => onStep(step.id)}
          >
            <span className={classes.number} aria-hidden="true">
              {i + 1}
            </span>
            {step.label}
          </button>
        </li>
      ))}
    </ol>
  );
}
