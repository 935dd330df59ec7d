import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from '../api/use-client.ts';
import { useApp } from '../app/app-store.ts';
import { Action } from '../ui/action.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Card } from '../ui/page.tsx';
import { GuardedForm } from './guarded-form.tsx';

/** The way from the demo to a shop of one's own. */
export function DemoCard() {
  const { t } = useTranslation();
  const client = useClient();
  const [removing, setRemoving] = useState(false);
  const onRemoved = () => {
    client.setSession(undefined);
    useApp.setState({ operator: undefined });
  };
  return (
    <Card title={t('settings.demo')} lead={t('settings.demoLead')}>
      <Action tone="stop" size="l" onClick={() => setRemoving(true)}>
        {t('settings.demoRemove')}
      </Action>
      <Dialog open={removing} onClose={() => setRemoving(false)} title={t('settings.demoRemove')}>
        <GuardedForm
          lead={t('settings.demoRemoveLead')}
          action={t('settings.demoRemoveNow')}
          ready
          call={(pin) => client.call('demo.remove', { pin })}
          onDone={onRemoved}
        />
      </Dialog>
    </Card>
  );
}
