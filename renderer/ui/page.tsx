import type { ReactNode } from 'react';
import classes from './page.module.css';

/** A screen with one heading, its main action beside it, and its content below. */
export function Page({
  title,
  lead,
  action,
  children,
}: {
  title: string;
  lead?: string;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className={classes.page}>
      <header className={classes.header}>
        <div className={classes.titles}>
          <h1 className={classes.title}>{title}</h1>
          {lead !== undefined && <p className={classes.lead}>{lead}</p>}
        </div>
        {action}
      </header>
      {children}
    </div>
  );
}

/** A sheet of related content. */
export function Card({
  title,
  lead,
  children,
  flush = false,
}: {
  title?: string;
  lead?: string | undefined;
  children: ReactNode;
  flush?: boolean;
}) {
  return (
    <section className={classes.card} data-flush={flush || undefined}>
      {title !== undefined && (
        <div className={classes.cardHead}>
          <h2 className={classes.cardTitle}>{title}</h2>
          {lead !== undefined && <p className={classes.cardLead}>{lead}</p>}
        </div>
      )}
      {children}
    </section>
  );
}

/** Nothing here yet: says why that is fine, and what to do first. */
export function EmptyState({
  icon,
  title,
  text,
  action,
}: {
  icon: ReactNode;
  title: string;
  text: string;
  action?: ReactNode;
}) {
  return (
    <div className={classes.empty}>
      <div className={classes.emptyTicket} aria-hidden="true">
        <span className={classes.emptyIcon}>{icon}</span>
      </div>
      <h2 className={classes.emptyTitle}>{title}</h2>
      <p className={classes.emptyText}>{text}</p>
      {action}
    </div>
  );
}
