import classes from './meter.module.css';

/** How much of a limit is used. */
export function Meter({ value, max, label }: { value: number; max: number; label: string }) {
  return <meter className={classes.meter} min={0} max={Math.max(1, max)} value={value} aria-label={label} />;
}
