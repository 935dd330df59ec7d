import { createContext, useContext } from 'react';
import type { OfferForm, OfferFormField } from './offer-form.ts';

type TextField = { [K in OfferFormField]: OfferForm[K] extends string ? K : never }[OfferFormField];
type ListField = 'channels' | 'tiers' | 'weekdays';

type TextProps = {
  readonly value: string;
  readonly error: string | undefined;
  readonly onBlur: () => void;
  readonly onChange: (event: { currentTarget: { value: string } }) => void;
};

type DayProps = Omit<TextProps, 'onChange'> & { readonly onChange: (value: string) => void };

/** What every step of the wizard needs of the form around it. */
export type FormFields = {
  readonly form: OfferForm;
  readonly sign: string;
  /** Of an offer that exists: what cannot be changed any more is shown, and closed. */
  readonly existing: boolean;
  change(part: Partial<OfferForm>): void;
  text(field: TextField): TextProps;
  day(field: 'firstDay' | 'lastDay'): DayProps;
  error(field: OfferFormField): string | undefined;
  hint(field: OfferFormField): string | undefined;
  left(field: ListField): void;
};

export const FormFieldsContext = createContext<FormFields | undefined>(undefined);

export function useFormFields(): FormFields {
  const fields = useContext(FormFieldsContext);
  if (fields === undefined) throw new Error('a step stands in the wizard');
  return fields;
}
