import type { ReactNode } from 'react';
import classes from './cover.module.css';
import { Logo } from './logo.tsx';

/** The frame of set-up and sign-in: `side` says where one is. */
export function Cover({
  side,
  className,
  children,
}: {
  side: ReactNode;
  className: string | undefined;
  children: ReactNode;
}) {
  return (
    <div className={classes.screen}>
      <aside className={classes.side}>
        <Logo size={44} />
        {side}
      </aside>
      <main className={className}>{children}</main>
    </div>
  );
}

export function CoverTitle({ title, lead }: { title: string; lead?: string }) {
  return (
    <div>
      <h1 className={classes.title}>{title}</h1>
      {lead !== undefined && <p className={classes.lead}>{lead}</p>}
    </div>
  );
}
