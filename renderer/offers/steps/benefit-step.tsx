import { NativeSelect, Switch, TextInput } from '@mantine/core';
import {
  IconBoxMultiple,
  IconCoin,
  IconGift,
  IconPercentage,
  IconStairsUp,
  IconTag,
  IconTruck,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Choice, Choices } from '../../ui/choice.tsx';
import layout from '../../ui/form.module.css';
import { Card } from '../../ui/page.tsx';
import { useFormFields } from '../form-fields.ts';
import { type OfferKind, offerKinds } from '../offer-form.ts';
import { ItemsCard } from './items-card.tsx';
import { MaxDiscount } from './max-discount.tsx';
import { TierFields } from './tier-fields.tsx';

const icons: Record<OfferKind, typeof IconCoin> = {
  percent: IconPercentage,
  fixed: IconCoin,
  price: IconTag,
  buyGet: IconGift,
  bundle: IconBoxMultiple,
  tiers: IconStairsUp,
  shipping: IconTruck,
};

export function BenefitStep() {
  const { t } = useTranslation();
  const { form, change, text } = useFormFields();
  return (
    <>
      <Card title={t('offerForm.what')}>
        <div className={layout.fields}>
          <TextInput
            label={t('offerForm.name')}
            description={t('offerForm.nameHint')}
            maxLength={120}
            required
            autoFocus
            {...text('name')}
          />
          <Choices legend={t('offerForm.kind')}>
            {offerKinds.map((kind) => {
              const Icon = icons[kind];
              return (
                <Choice
                  key={kind}
                  name="kind"
                  checked={form.kind === kind}
                  onChoose={() => change({ kind })}
                  icon={<Icon size={26} />}
                  title={t(`offerForm.kinds.${kind}.title`)}
                  text={t(`offerForm.kinds.${kind}.text`)}
                />
              );
            })}
          </Choices>
          <KindFields kind={form.kind} />
        </div>
      </Card>
      {form.kind !== 'shipping' && <ItemsCard />}
    </>
  );
}

function KindFields({ kind }: { kind: OfferKind }) {
  switch (kind) {
    case 'percent':
      return <PercentFields />;
    case 'fixed':
      return <FixedFields />;
    case 'price':
      return <PriceFields />;
    case 'bundle':
      return <BundleFields />;
    case 'buyGet':
      return <BuyGetFields />;
    case 'tiers':
      return <TierFields />;
    case 'shipping':
      return <MaxDiscount half />;
  }
}

function PercentFields() {
  const { t } = useTranslation();
  const { text } = useFormFields();
  return (
    <div className={layout.pair}>
      <TextInput
        label={t('offerForm.percent')}
        inputMode="decimal"
        rightSection="%"
        required
        {...text('percent')}
      />
      <MaxDiscount />
    </div>
  );
}

function FixedFields() {
  const { t } = useTranslation();
  const { form, change, sign, text } = useFormFields();
  return (
    <div className={layout.pair}>
      <TextInput
        label={t('offerForm.amount')}
        inputMode="decimal"
        rightSection={sign}
        required
        {...text('amount')}
      />
      <NativeSelect
        label={t('offerForm.per')}
        size="md"
        value={form.per}
        onChange={({ currentTarget: { value } }) =>
          change({ per: value === 'unit' || value === 'line' ? value : 'total' })
        }
        data={(['total', 'line', 'unit'] as const).map((value) => ({
          value,
          label: t(`offerForm.pers.${value}`),
        }))}
      />
    </div>
  );
}

function PriceFields() {
  const { t } = useTranslation();
  const { sign, text } = useFormFields();
  return (
    <TextInput
      label={t('offerForm.price')}
      inputMode="decimal"
      rightSection={sign}
      className={layout.half}
      required
      {...text('price')}
    />
  );
}

function BundleFields() {
  const { t } = useTranslation();
  const { sign, text } = useFormFields();
  return (
    <div className={layout.triple}>
      <TextInput label={t('offerForm.bundleQty')} inputMode="numeric" required {...text('bundleQty')} />
      <TextInput
        label={t('offerForm.bundlePrice')}
        inputMode="decimal"
        rightSection={sign}
        required
        {...text('bundlePrice')}
      />
      <TextInput
        label={t('offerForm.maxTimes')}
        placeholder={t('offerForm.noLimit')}
        inputMode="numeric"
        {...text('maxTimes')}
      />
    </div>
  );
}

function BuyGetFields() {
  const { t } = useTranslation();
  const { form, change, text } = useFormFields();
  return (
    <>
      <div className={layout.triple}>
        <TextInput label={t('offerForm.buyQty')} inputMode="numeric" required {...text('buyQty')} />
        <TextInput label={t('offerForm.getQty')} inputMode="numeric" required {...text('getQty')} />
        <TextInput
          label={t('offerForm.getPercent')}
          inputMode="decimal"
          rightSection="%"
          required
          {...text('getPercent')}
        />
      </div>
      <div className={layout.triple}>
        <NativeSelect
          label={t('offerForm.getPick')}
          size="md"
          value={form.getPick}
          onChange={({ currentTarget: { value } }) =>
            change({ getPick: value === 'dearest' || value === 'grouped' ? value : 'cheapest' })
          }
          data={(['cheapest', 'dearest', 'grouped'] as const).map((value) => ({
            value,
            label: t(`offerForm.getPicks.${value}`),
          }))}
        />
        <TextInput
          label={t('offerForm.maxTimes')}
          placeholder={t('offerForm.noLimit')}
          inputMode="numeric"
          {...text('maxTimes')}
        />
        <MaxDiscount />
      </div>
      <Switch
        label={t('offerForm.getOthers')}
        checked={form.getOthers}
        onChange={(event) => change({ getOthers: event.currentTarget.checked })}
        classNames={{ body: layout.check }}
      />
      {form.getOthers && (
        <div className={layout.pair}>
          <TextInput
            label={t('offerForm.categories')}
            description={t('offerForm.commas')}
            {...text('getCategories')}
          />
          <TextInput label={t('offerForm.skus')} description={t('offerForm.commas')} {...text('getSkus')} />
        </div>
      )}
    </>
  );
}
