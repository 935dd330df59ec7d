import { useTranslation } from 'react-i18next';
import { roleMay } from '../../shared/contracts/operation.ts';
import { Dialog } from '../ui/dialog.tsx';
import { useApp, useOperator } from './app-store.ts';
import classes from './help-overlay.module.css';

/** In two columns: the counter's own keys, then the ways to the screens. */
const shortcuts = [
  ['Enter', 'enter', 'cashier'],
  ['Esc', 'escape', 'cashier'],
  ['0–9', 'digits', 'cashier'],
  ['+', 'plus', 'cashier'],
  ['Ctrl Z', 'bringBack', 'cashier'],
  ['F3', 'code', 'cashier'],
  ['F4', 'customer', 'cashier'],
  ['F1', 'help', 'cashier'],
  ['F10', 'lock', 'cashier'],
  ['F2', 'redeem', 'cashier'],
  ['F6', 'recent', 'cashier'],
  ['F5', 'search', 'manager'],
  ['F7', 'offers', 'manager'],
  ['F8', 'batches', 'manager'],
  ['F12', 'reports', 'manager'],
  ['F9', 'settings', 'cashier'],
] as const;

export function HelpOverlay() {
  const { t } = useTranslation();
  const open = useApp((app) => app.helpOpen);
  const { role } = useOperator();
  const offered = shortcuts.filter(([, , least]) => roleMay(role, least));
  return (
    <Dialog
      open={open}
      onClose={() => useApp.setState({ helpOpen: false })}
      title={t('help.title')}
      size="lg"
    >
      <p className={classes.lead}>{t('help.scan')}</p>
      <dl className={classes.list}>
        {offered.map(([key, name]) => (
          <div key={key} className={classes.row}>
            <dt>
              <kbd className={classes.key}>{key}</kbd>
            </dt>
            <dd>{t(`help.keys.${name}`)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
