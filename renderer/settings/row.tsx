import type { ReactNode } from 'react';
import classes from './settings.module.css';

/** A setting and its control. */
export function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={classes.row}>
      <span>{label}</span>
      {children}
    </div>
  );
}
