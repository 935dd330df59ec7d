import { useTranslation } from 'react-i18next';
import { Dialog } from '../ui/dialog.tsx';
import { useApp } from './app-store.ts';
import classes from './help-overlay.module.css';

const shortcuts = [
  ['Enter', 'enter'],
  ['Esc', 'escape'],
  ['0–9', 'digits'],
  ['+', 'plus'],
  ['F1', 'help'],
  ['F2', 'redeem'],
  ['F3', 'code'],
  ['F4', 'customer'],
  ['F5', 'search'],
  ['F6', 'recent'],
  ['F7', 'offers'],
  ['F8', 'batches'],
  ['F9', 'settings'],
  ['F12', 'reports'],
  ['F10', 'lock'],
] as const;

export function HelpOverlay() {
  const { t } = useTranslation();
  const open = useApp((app) => app.helpOpen);
  return (
    <Dialog
      open={open}
      onClose={() => useApp.setState({ helpOpen: false })}
      title={t('help.title')}
      size="lg"
    >
      <p className={classes.lead}>{t('help.scan')}</p>
      <dl className={classes.list}>
        {shortcuts.map(([key, name]) => (
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
