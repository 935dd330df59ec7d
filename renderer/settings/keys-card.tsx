import { IconKey, IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import { useQuery } from '../api/use-client.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import { Card } from '../ui/page.tsx';
import classes from './custody.module.css';
import { PassphraseForm, RotateForm } from './keys-forms.tsx';

type Question = 'rotate' | 'setPassphrase' | 'changePassphrase' | 'removePassphrase';
type Done = 'rotated' | 'passphraseSet' | 'passphraseRemoved';

const doneBy: Readonly<Record<Question, Done>> = {
  rotate: 'rotated',
  setPassphrase: 'passphraseSet',
  changePassphrase: 'passphraseSet',
  removePassphrase: 'passphraseRemoved',
};

/** The key of the ledger: where it is kept, another one, and the passphrase around it. */
export function KeysCard() {
  const { t } = useTranslation();
  const { data, error, reload } = useQuery('keys.status', {});
  const [question, setQuestion] = useState<Question>();
  const [done, setDone] = useState<Done>();

  const ask = (next: Question) => () => {
    setDone(undefined);
    setQuestion(next);
  };
  const answered = () => {
    if (question !== undefined) setDone(doneBy[question]);
    setQuestion(undefined);
    reload();
  };

  return (
    <Card title={t('keys.title')} lead={t('keys.lead')}>
      {error !== undefined && <RefusalNotice refusal={error} />}
      {data !== undefined && <Facts status={data} />}
      <div className={classes.stack}>
        {done !== undefined && <Notice tone="go">{t(`keys.${done}`)}</Notice>}
        <div className={classes.actions}>
          <Action size="l" icon={<IconKey size={20} />} onClick={ask('rotate')}>
            {t('keys.rotate')}
          </Action>
          {data?.custody === 'file' && (
            <Action size="l" icon={<IconLock size={20} />} onClick={ask('setPassphrase')}>
              {t('keys.setPassphrase')}
            </Action>
          )}
          {data?.custody === 'sealed_file' && (
            <>
              <Action size="l" icon={<IconLock size={20} />} onClick={ask('changePassphrase')}>
                {t('keys.changePassphrase')}
              </Action>
              <Action size="l" onClick={ask('removePassphrase')}>
                {t('keys.removePassphrase')}
              </Action>
            </>
          )}
        </div>
      </div>
      <Dialog
        open={question !== undefined}
        onClose={() => setQuestion(undefined)}
        title={question === undefined ? '' : t(`keys.${question}`)}
      >
        {question === 'rotate' && <RotateForm onDone={answered} />}
        {question !== undefined && question !== 'rotate' && (
          <PassphraseForm
            asksForCurrent={question !== 'setPassphrase'}
            asksForNext={question !== 'removePassphrase'}
            action={t(`keys.${question}`)}
            onDone={answered}
          />
        )}
      </Dialog>
    </Card>
  );
}

function Facts({ status }: { status: OutputOf<'keys.status'> }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <dl className={classes.facts}>
      <div>
        <dt>{t('keys.kept')}</dt>
        <dd>{t(`keys.custody.${status.custody}`)}</dd>
      </div>
      {status.place !== undefined && (
        <div>
          <dt>{t('keys.place')}</dt>
          <dd className={classes.path}>{status.place}</dd>
        </div>
      )}
      <div>
        <dt>{t('keys.since')}</dt>
        <dd>{status.changedAt === undefined ? t('keys.always') : format.dateTime(status.changedAt)}</dd>
      </div>
      {status.retiredKeys > 0 && (
        <div>
          <dt>{t('keys.retired')}</dt>
          <dd>{t('keys.retiredCount', { count: status.retiredKeys })}</dd>
        </div>
      )}
    </dl>
  );
}
