import classes from './code-text.module.css';

/** A code as printed, in a face that tells 0 from O. */
export function CodeText({ children, size = 'm' }: { children: string; size?: 'm' | 'l' }) {
  return (
    <code className={classes.code} data-size={size} dir="ltr">
      {children}
    </code>
  );
}
