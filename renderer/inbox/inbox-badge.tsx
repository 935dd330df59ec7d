import { useTranslation } from 'react-i18next';
import { useQuery } from '../api/use-client.ts';
import { useFormat } from '../i18n/use-format.ts';
import hidden from '../ui/hidden.module.css';
import classes from './inbox.module.css';

/** How many decisions wait, on the door of the inbox. */
export function InboxBadge() {
  const { t } = useTranslation();
  const format = useFormat();
  const { data } = useQuery('inbox.list', { limit: 1 }, ['sync.changed', 'catalogue.changed']);
  const count = data?.openCount ?? 0;
  if (count === 0) return null;
  return (
    <span className={classes.badge}>
      <span aria-hidden="true">{format.number(count)}</span>
      <span className={hidden.hidden}>{t('inbox.waitingCount', { count })}</span>
    </span>
  );
}
