import { IconArrowLeft } from '@tabler/icons-react';
import { type FormEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { uuidV7 } from '../../shared/kernel/ids.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { useLocation } from '../app/app-store.ts';
import { go } from '../app/router.ts';
import { currencySign, minorDigits } from '../i18n/format.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { flash } from '../ui/flash.tsx';
import layout from '../ui/form.module.css';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';
import { Steps } from '../ui/steps.tsx';
import { fillOfferForm, keptOf } from './fill-offer-form.ts';
import { type FormFields, FormFieldsContext } from './form-fields.ts';
import {
  emptyOfferForm,
  type OfferForm,
  type OfferFormField,
  type OfferStep,
  offerSteps,
  stepOf,
} from './offer-form.ts';
import { OfferPreview } from './offer-preview.tsx';
import type { OfferRow } from './offer-row.ts';
import { readOfferForm, usualTerms, type Where } from './read-offer-form.ts';
import { BenefitStep } from './steps/benefit-step.tsx';
import { CodesStep } from './steps/codes-step.tsx';
import { LimitsStep } from './steps/limits-step.tsx';
import { RulesStep } from './steps/rules-step.tsx';

const content: Record<OfferStep, () => ReactNode> = {
  benefit: BenefitStep,
  rules: RulesStep,
  limits: LimitsStep,
  codes: CodesStep,
};

type Purpose = 'new' | 'change' | 'copy';

/** A new offer, or one that begins as another. */
export function OfferWizard({ purpose, offerId }: { purpose: Purpose; offerId?: string | undefined }) {
  if (offerId === undefined) return <Wizard purpose="new" />;
  return <LoadedWizard purpose={purpose} offerId={offerId} />;
}

function LoadedWizard({ purpose, offerId }: { purpose: Purpose; offerId: string }) {
  const { data, error } = useQuery('offers.get', { offerId });
  if (error !== undefined) return <RefusalNotice refusal={error} />;
  return data === undefined ? null : <Wizard purpose={purpose} row={data} />;
}

function useWhere(): Where {
  const { currency, timeZone } = useLocation();
  return useMemo(() => ({ currency, digits: minorDigits(currency), timeZone }), [currency, timeZone]);
}

function Wizard({ purpose, row }: { purpose: Purpose; row?: OfferRow }) {
  const { t } = useTranslation();
  const where = useWhere();
  const [filled] = useState(() => {
    if (row === undefined) return emptyOfferForm;
    const { id, version, status, ...terms } = row.offer;
    const form = fillOfferForm(terms, where);
    if (form === undefined || purpose === 'change') return form;
    return { ...form, name: t('offerForm.copyOf', { name: terms.name }), codes: 'shared' as const };
  });
  const back = (
    <Action tone="plain" icon={<IconArrowLeft size={20} />} onClick={() => go('offers')}>
      {t('offerForm.back')}
    </Action>
  );
  const title =
    purpose === 'change' ? t('offerForm.titleChange', { name: row?.offer.name }) : t('offerForm.title');
  return (
    <Page title={title} action={back}>
      {filled === undefined ? (
        <Notice tone="info">{t('offerForm.tooRich')}</Notice>
      ) : (
        <Form purpose={purpose} row={row} filled={filled} where={where} />
      )}
    </Page>
  );
}

type FormProps = {
  readonly purpose: Purpose;
  readonly row: OfferRow | undefined;
  readonly filled: OfferForm;
  readonly where: Where;
};

function Form({ purpose, row, filled, where }: FormProps) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const existing = purpose === 'change';
  const steps: readonly OfferStep[] = existing ? offerSteps.filter((one) => one !== 'codes') : offerSteps;
  const [form, setForm] = useState(filled);
  const [step, setStep] = useState<OfferStep>('benefit');
  const [shown, setShown] = useState<ReadonlySet<OfferFormField>>(new Set());
  const [taken, setTaken] = useState<string>();
  const [refused, setRefused] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  // One per form: sending it again after a lost answer makes no second offer.
  const [requestId] = useState(() => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10))));
  const formElement = useRef<HTMLFormElement>(null);
  const [toMend, setToMend] = useState(0);

  const kept = row === undefined ? usualTerms : keptOf(row.offer);
  const read = readOfferForm(form, where, kept);
  const { draft, hints } = read;
  const errors =
    taken !== undefined && taken === form.sharedCode
      ? { ...read.errors, sharedCode: 'codeTaken' as const }
      : read.errors;
  const wrong = Object.keys(errors).filter((field) =>
    steps.includes(stepOf(field as OfferFormField)),
  ) as OfferFormField[];
  const wrongHere = wrong.filter((field) => stepOf(field) === step);

  // The first field with a mistake takes the focus: on a long form it may be far above the button.
  useEffect(() => {
    if (toMend === 0) return;
    const field = formElement.current?.querySelector<HTMLElement>(
      '[aria-invalid="true"], [data-error] input',
    );
    field?.focus({ preventScroll: true });
    field?.scrollIntoView({ block: 'center' });
  }, [toMend]);

  // Each page is read from its top.
  // biome-ignore lint/correctness/useExhaustiveDependencies: on each change of the page
  useEffect(() => {
    formElement.current?.closest('main')?.scrollTo(0, 0);
  }, [step]);

  function mend(fields: readonly OfferFormField[]): void {
    const [first] = fields;
    if (first === undefined) return;
    setShown((before) => new Set([...before, ...fields]));
    setStep(stepOf(first));
    setToMend((n) => n + 1);
  }

  const fields: FormFields = {
    form,
    sign: currencySign(where.currency, format.locale),
    existing,
    change: (part) => setForm((before) => ({ ...before, ...part })),
    // A mistake is shown once its field was left, all of them after a button was pressed.
    error: (field) => {
      const error = errors[field];
      return error !== undefined && shown.has(field)
        ? t(`offerForm.errors.${error}`, { code: form.sharedCode.trim().toUpperCase() })
        : undefined;
    },
    hint: (field) => {
      const hint = hints[field];
      return hint === undefined ? undefined : t(`offerForm.hints.${hint}`);
    },
    left: (field) => setShown((before) => new Set(before).add(field)),
    day: (field) => ({
      ...fields.text(field),
      onChange: (value) => setForm((before) => ({ ...before, [field]: value })),
    }),
    text: (field) => ({
      value: form[field],
      error: fields.error(field),
      onBlur: () => setShown((before) => new Set(before).add(field)),
      onChange: ({ currentTarget: { value } }) => setForm((before) => ({ ...before, [field]: value })),
    }),
  };

  const at = steps.indexOf(step);
  const next = steps[at + 1];

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (busy) return;
    if (next === undefined) void save();
    else if (wrongHere.length > 0) mend(wrongHere);
    else setStep(next);
  }

  async function save(): Promise<void> {
    if (wrong.length > 0) return mend(steps.flatMap((one) => wrong.filter((field) => stepOf(field) === one)));
    if (draft === undefined) return;
    setBusy(true);
    setRefused(undefined);
    const answer =
      existing && row !== undefined
        ? await client.call('offers.change', { offerId: row.offer.id, version: row.offer.version, draft })
        : await client.call('offers.create', {
            requestId,
            draft,
            ...(form.codes === 'shared' ? { sharedCode: form.sharedCode.trim() } : {}),
          });
    setBusy(false);
    if (!answer.ok) {
      if (answer.error.code === 'conflict' && answer.error.path === 'sharedCode') {
        setTaken(form.sharedCode);
        return mend(['sharedCode']);
      }
      return setRefused(answer.error);
    }
    const { offer, standing } = answer.value;
    const { name } = offer;
    if (existing) flash(t('offerForm.changed', { name }));
    else if (form.codes === 'shared') {
      const made = { name, code: answer.value.sharedCodes[0] ?? '' };
      flash(standing === 'open' ? t('offerForm.created', made) : t('offerForm.createdOnly', made));
    }
    if (!existing && form.codes === 'unique') go('batches', `new:${offer.id}`);
    else go('offers');
  }

  const Content = content[step];
  return (
    <FormFieldsContext value={fields}>
      <Steps
        label={t('offerForm.steps.label')}
        current={step}
        onStep={setStep}
        steps={steps.map((id) => ({
          id,
          label: t(`offerForm.steps.${id}`),
          wrong: wrong.some((field) => stepOf(field) === id && shown.has(field)),
        }))}
      />
      <div className={layout.columns}>
        <form className={layout.form} onSubmit={submit} ref={formElement} noValidate>
          <Content />
          {refused !== undefined && <RefusalNotice refusal={refused} />}
          <div className={layout.actions}>
            {at > 0 && (
              <Action size="l" onClick={() => setStep(steps[at - 1] ?? step)}>
                {t('common.back')}
              </Action>
            )}
            <Action type="submit" tone="primary" size="xl" busy={busy}>
              {next !== undefined
                ? t('common.next')
                : existing
                  ? t('offerForm.save')
                  : form.codes === 'shared'
                    ? t('offerForm.create')
                    : t('offerForm.createAndBatch')}
            </Action>
          </div>
        </form>
        <OfferPreview draft={draft} />
      </div>
    </FormFieldsContext>
  );
}
