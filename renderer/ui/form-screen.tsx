import type { FormEvent, ReactNode } from 'react';
import classes from './form-screen.module.css';
import { Logo } from './logo.tsx';

/** A screen that asks for one thing before there is anything else: the product's mark, why, and the fields. */
export function FormScreen({
  title,
  lead,
  onSubmit,
  children,
}: {
  title: string;
  lead: string;
  onSubmit: () => Promise<void>;
  children: ReactNode;
}) {
  function submit(event: FormEvent): void {
    event.preventDefault();
    void onSubmit();
  }
  return (
    <main className={classes.screen}>
      <form className={classes.form} onSubmit={submit}>
        <Logo size={40} />
        <div>
          <h1 className={classes.title}>{title}</h1>
          <p className={classes.lead}>{lead}</p>
        </div>
        {children}
      </form>
    </main>
  );
}
