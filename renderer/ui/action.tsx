import type { ReactNode } from 'react';
import classes from './action.module.css';

type ActionProps = {
  readonly children: ReactNode;
  readonly onClick?: () => void;
  /** `go` accepts, `stop` takes something away; only one `primary` or `go` on a screen. */
  readonly tone?: 'primary' | 'go' | 'quiet' | 'plain' | 'stop';
  readonly size?: 'm' | 'l' | 'xl';
  readonly icon?: ReactNode;
  /** The key that does the same, shown on the button. */
  readonly hint?: string;
  readonly type?: 'button' | 'submit';
  readonly disabled?: boolean;
  readonly busy?: boolean;
  readonly wide?: boolean;
  readonly label?: string;
};

/** The one button of the product, in the sizes that a finger needs: 48, 56 and 68 pixels. */
export function Action({
  children,
  onClick,
  tone = 'quiet',
  size = 'm',
  icon,
  hint,
  type = 'button',
  disabled = false,
  busy = false,
  wide = false,
  label,
}: ActionProps) {
  return (
    <button
      type={type}
      className={classes.action}
      data-tone={tone}
      data-size={size}
      data-wide={wide || undefined}
      data-busy={busy || undefined}
      disabled={disabled}
      aria-busy={busy || undefined}
      aria-label={label}
      aria-keyshortcuts={hint}
      onClick={busy ? undefined : onClick}
    >
      {icon !== undefined && (
        <span className={classes.icon} aria-hidden="true">
          {icon}
        </span>
      )}
      <span className={classes.text}>{children}</span>
      {hint !== undefined && (
        <span className={classes.hint} aria-hidden="true">
          {hint}
        </span>
      )}
    </button>
  );
}
