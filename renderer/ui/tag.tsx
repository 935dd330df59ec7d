import type { ReactNode } from 'react';
import classes from './tag.module.css';

export type TagTone = 'go' | 'stop' | 'warn' | 'brand' | 'quiet';

export function Tag({ tone, children }: { tone: TagTone; children: ReactNode }) {
  return (
    <span className={classes.tag} data-tone={tone}>
      {children}
    </span>
  );
}
