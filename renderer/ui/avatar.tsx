import classes from './avatar.module.css';

/** A person's initials on a colour that stays theirs. */
export function Avatar({ name, size = 'm' }: { name: string; size?: 'm' | 'l' }) {
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((part) => [...part][0] ?? '')
    .join('')
    .toUpperCase();
  const hue = [...name].reduce((sum, char) => sum + (char.codePointAt(0) ?? 0), 0) % HUES;
  return (
    <span className={classes.avatar} data-hue={hue} data-size={size} aria-hidden="true">
      {initials}
    </span>
  );
}

const HUES = 6;
