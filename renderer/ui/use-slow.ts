import { useEffect, useState } from 'react';

/** Below this nobody notices a wait, and a word about it would only flicker. */
const NOTICED_MS = 150;

/** True while something goes on that has lasted long enough to be worth a word. */
export function useSlow(active: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!active) return;
    const timer = setTimeout(() => setSlow(true), NOTICED_MS);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [active]);
  return active && slow;
}
