import { SegmentedControl } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { go } from '../app/router.ts';

/** Offers and campaigns are two sides of one screen. */
export function OffersSwitch({ current }: { current: 'offers' | 'campaigns' }) {
  const { t } = useTranslation();
  return (
    <SegmentedControl
      aria-label={t('offers.switch')}
      value={current}
      onChange={(value) => (value === 'campaigns' ? go('offers', 'campaigns') : go('offers'))}
      data={[
        { value: 'offers', label: t('offers.title') },
        { value: 'campaigns', label: t('campaigns.title') },
      ]}
    />
  );
}
