import { IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../app/app-store.ts';
import { Action } from '../ui/action.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { RefusalNotice } from '../ui/notice.tsx';
import { PinPad } from '../ui/pin-pad.tsx';
import classes from './switch-dialog.module.css';
import { usePinSignIn } from './use-pin-sign-in.ts';

type SwitchDialogProps = {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onLock: () => void;
};

/** Somebody else takes over in the middle of a sale: choose, six digits, done. The basket stays. */
export function SwitchDialog({ open, onClose, onLock }: SwitchDialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog open={open} onClose={onClose} title={t('switch.title')} size="lg">
      {open && <Switcher onClose={onClose} onLock={onLock} />}
    </Dialog>
  );
}

function Switcher({ onClose, onLock }: Omit<SwitchDialogProps, 'open'>) {
  const { t } = useTranslation();
  const status = useApp((app) => app.status);
  const current = useApp((app) => app.operator?.id);
  const people = status?.phase === 'ready' ? status.operators.filter(({ id }) => id !== current) : [];
  const [chosen, setChosen] = useState(people.length === 1 ? people[0]?.id : undefined);
  const { pin, refused, busy, reset, enter } = usePinSignIn(chosen, onClose);
  return (
    <>
      <p className={classes.lead}>{t('switch.lead')}</p>
      <div className={classes.columns}>
        <fieldset className={classes.people} aria-label={t('signIn.who')}>
          {people.map((one) => (
            <button
              key={one.id}
              type="button"
              className={classes.person}
              aria-pressed={one.id === chosen}
              onClick={() => {
                setChosen(one.id);
                reset();
              }}
            >
              <Avatar name={one.name} />
              <span className={classes.name}>{one.name}</span>
            </button>
          ))}
          <Action icon={<IconLock size={20} />} onClick={onLock}>
            {t('app.lock')}
          </Action>
        </fieldset>
        <div className={classes.pad}>
          <PinPad
            pin={pin}
            onPin={enter}
            disabled={chosen === undefined || busy}
            refused={refused !== undefined}
          />
          {refused !== undefined && <RefusalNotice refusal={refused} />}
        </div>
      </div>
    </>
  );
}
