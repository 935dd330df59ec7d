import classes from './logo.module.css';

/** A ticket and its stub. */
export function Logo({ size = 34, word = true }: { size?: number; word?: boolean }) {
  return (
    <span className={classes.logo}>
      <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true">
        <path fill="#ffb92e" d="M9 14h29v36H9a4 4 0 0 1-4-4v-7a7 7 0 0 0 0-14v-7a4 4 0 0 1 4-4Z" />
        <path fill="currentColor" d="M43 14h12a4 4 0 0 1 4 4v7a7 7 0 0 0 0 14v7a4 4 0 0 1-4 4H43Z" />
      </svg>
      {word && <span className={classes.word}>Counterfoil</span>}
    </span>
  );
}
