import { Popover } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from '../api/use-client.ts';
import classes from './low-uses.module.css';

/** Always in sight: limited offers of which this till has few uses left. The scarcest is named. */
export function LowUses() {
  const { t } = useTranslation();
  const { data } = useQuery('offers.low', {}, ['redemption.recorded', 'catalogue.changed', 'sync.changed']);
  const [open, setOpen] = useState(false);
  const offers = data?.offers ?? [];
  const [first] = offers;
  if (first === undefined) return null;
  const text = ({ code, name, usesLeftHere }: typeof first) =>
    usesLeftHere === 0
      ? t('low.none', { name: code ?? name })
      : t('low.one', { name: code ?? name, count: usesLeftHere });
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={340} radius="lg" shadow="md">
      <Popover.Target>
        <button
          type="button"
          className={classes.pill}
          data-testid="low-uses"
          onClick={() => setOpen((before) => !before)}
        >
          <IconAlertTriangle size={20} aria-hidden="true" />
          <span className={classes.text}>{text(first)}</span>
          {offers.length > 1 && <span className={classes.count}>+{offers.length - 1}</span>}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('low.title')}>
        <h2 className={classes.title}>{t('low.title')}</h2>
        <ul className={classes.list}>
          {offers.map((offer) => (
            <li key={offer.offerId}>{text(offer)}</li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}
