import { useTranslation } from 'react-i18next';
import { useQuery } from '../api/use-client.ts';
import { go } from '../app/router.ts';
import { Action } from '../ui/action.tsx';
import { Card } from '../ui/page.tsx';
import { Tag } from '../ui/tag.tsx';
import { Row } from './row.tsx';

/** Which receipt printers this till has; they are set up where they print. */
export function PrintersCard() {
  const { t } = useTranslation();
  const { data } = useQuery('printers.list', {}, ['work.progress']);
  const printers = data?.printers ?? [];
  return (
    <Card title={t('printers.title')} lead={printers.length === 0 ? t('printers.none') : undefined}>
      {printers.map(({ id, name, waiting }) => (
        <Row key={id} label={name}>
          <Tag tone={waiting === 0 ? 'go' : 'warn'}>
            {waiting === 0 ? t('printers.ready') : t('printers.waiting', { count: waiting })}
          </Tag>
        </Row>
      ))}
      <Action size="l" onClick={() => go('batches', 'printers')}>
        {printers.length === 0 ? t('printers.add') : t('settings.printers')}
      </Action>
    </Card>
  );
}
