import type { QuickKey } from '../../shared/contracts/operations/desk.ts';
import { useFormat } from '../i18n/use-format.ts';
import classes from './quick-keys.module.css';

/** One press for each of what is sold most. */
export function QuickKeys({ keys, onKey }: { keys: readonly QuickKey[]; onKey: (key: QuickKey) => void }) {
  const format = useFormat();
  return (
    <div className={classes.keys} data-testid="quick-keys">
      {keys.map((key) => (
        <button key={key.id} type="button" className={classes.key} onClick={() => onKey(key)}>
          <span className={classes.name}>{key.name}</span>
          <span className={classes.price}>{format.money(key.unitPriceMinor)}</span>
        </button>
      ))}
    </div>
  );
}
