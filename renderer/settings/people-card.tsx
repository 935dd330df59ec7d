import { SegmentedControl, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OperatorRole } from '../../shared/contracts/operation.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { type Operator, useOperator } from '../app/app-store.ts';
import { Action } from '../ui/action.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { flash } from '../ui/flash.tsx';
import layout from '../ui/form.module.css';
import hidden from '../ui/hidden.module.css';
import { RefusalNotice } from '../ui/notice.tsx';
import { Card } from '../ui/page.tsx';
import { PIN_DIGITS } from '../ui/pin-pad.tsx';
import classes from './settings.module.css';

type Edited = Operator | 'new' | undefined;

/** Who may sign in. An admin adds, changes and removes them. */
export function PeopleCard({ mayChange }: { mayChange: boolean }) {
  const { t } = useTranslation();
  const { data, error, reload } = useQuery('operators.list', {}, ['app.changed']);
  const [edited, setEdited] = useState<Edited>();
  const close = () => {
    setEdited(undefined);
    reload();
  };
  return (
    <Card title={t('settings.people')} lead={t('settings.peopleLead')}>
      {error !== undefined && <RefusalNotice refusal={error} />}
      <ul className={classes.people}>
        {data?.operators.map((person) => (
          <li key={person.id}>
            {mayChange ? (
              <button type="button" className={classes.person} onClick={() => setEdited(person)}>
                <span className={hidden.hidden}>{t('settings.changeIt')}</span>
                <PersonText person={person} />
              </button>
            ) : (
              <PersonText person={person} />
            )}
          </li>
        ))}
      </ul>
      {mayChange && (
        <Action size="l" icon={<IconPlus size={20} />} onClick={() => setEdited('new')}>
          {t('settings.addPerson')}
        </Action>
      )}
      <Dialog
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        title={
          edited === 'new' || edited === undefined
            ? t('settings.addPerson')
            : t('settings.changePerson', { name: edited.name })
        }
      >
        {edited !== undefined && <PersonForm person={edited === 'new' ? undefined : edited} onDone={close} />}
      </Dialog>
    </Card>
  );
}

function PersonText({ person }: { person: Operator }) {
  const { t } = useTranslation();
  return (
    <>
      <Avatar name={person.name} />
      <strong>{person.name}</strong>
      <span className={classes.personRole}>{t(`roles.${person.role}`)}</span>
    </>
  );
}

const roles = ['cashier', 'manager', 'admin'] as const;

function PersonForm({ person, onDone }: { person: Operator | undefined; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const me = useOperator();
  const [name, setName] = useState(person?.name ?? '');
  const [role, setRole] = useState<OperatorRole>(person?.role ?? 'cashier');
  const [pin, setPin] = useState('');
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  const isNew = person === undefined;
  const pinFits = pin.length === PIN_DIGITS || (!isNew && pin === '');

  async function save(removed: boolean): Promise<void> {
    setBusy(true);
    setRefused(undefined);
    const trimmed = name.trim();
    const answer = isNew
      ? await client.call('operators.add', { name: trimmed, role, pin })
      : await client.call('operators.change', {
          operatorId: person.id,
          name: trimmed,
          role,
          removed,
          ...(pin === '' ? {} : { pin }),
        });
    setBusy(false);
    if (!answer.ok) return setRefused(answer.error);
    if (removed && !isNew)
      flash(t('settings.personRemoved', { name: trimmed }), () => void bringBack(person));
    else flash(t('settings.personSaved', { name: trimmed }));
    onDone();
  }

  async function bringBack({ id: operatorId, name: before, role: as }: Operator): Promise<void> {
    const answer = await client.call('operators.change', {
      operatorId,
      name: before,
      role: as,
      removed: false,
    });
    if (answer.ok) flash(t('settings.personSaved', { name: before }));
  }

  return (
    <form
      className={classes.form}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void save(false);
      }}
    >
      <TextInput
        label={t('settings.personName')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={120}
        required
        data-autofocus
      />
      <div>
        <SegmentedControl
          fullWidth
          aria-label={t('settings.role')}
          value={role}
          onChange={(value) => setRole(roles.find((one) => one === value) ?? 'cashier')}
          data={roles.map((value) => ({ value, label: t(`roles.${value}`) }))}
        />
        <p className={classes.hint}>{t(`settings.roleText.${role}`)}</p>
      </div>
      <TextInput
        label={t('settings.pin')}
        description={isNew ? t('settings.pinHint') : t('settings.pinKeep')}
        inputMode="numeric"
        autoComplete="off"
        value={pin}
        onChange={(event) => setPin(event.currentTarget.value.replace(/\D/g, '').slice(0, PIN_DIGITS))}
        required={isNew}
      />
      {refused !== undefined && <RefusalNotice refusal={refused} />}
      <div className={layout.actions}>
        {!isNew && person.id !== me.id && (
          <Action tone="stop" size="l" onClick={() => void save(true)}>
            {t('settings.removePerson')}
          </Action>
        )}
        <Action type="submit" tone="primary" size="xl" busy={busy} disabled={name.trim() === '' || !pinFits}>
          {isNew ? t('settings.addPerson') : t('offerForm.save')}
        </Action>
      </div>
    </form>
  );
}
