import classes from './meter.module.css';

const WIDTH = 100;

/** How much of a limit is used. */
export function Meter({ value, max, label }: { value: number; max: number; label: string }) {
  const share = max <= 0 ? 0 : Math.min(1, value / max);
  return (
    <svg
      className={classes.meter}
      viewBox={`0 0 ${WIDTH} 1`}
      preserveAspectRatio="none"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={value}
    >
      <rect className={classes.track} width={WIDTH} height={1} />
      <rect className={classes.fill} width={share * WIDTH} height={1} />
    </svg>
  );
}
