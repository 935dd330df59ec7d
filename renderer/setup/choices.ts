/** Where no better guess is known, the currency of the region in the language tag. */
const currencyOfRegion: Readonly<Record<string, string>> = {
  US: 'USD',
  GB: 'GBP',
  CH: 'CHF',
  MX: 'MXN',
  CA: 'CAD',
  AU: 'AUD',
  JP: 'JPY',
  AR: 'ARS',
  CO: 'COP',
  CL: 'CLP',
  PE: 'PEN',
};

export function guessCurrency(languageTag: string): string {
  const region = languageTag.split('-')[1]?.toUpperCase() ?? '';
  return currencyOfRegion[region] ?? 'EUR';
}

export type Choice = { readonly value: string; readonly label: string };

export function currencyOptions(locale: string): Choice[] {
  const names = new Intl.DisplayNames(locale, { type: 'currency' });
  return Intl.supportedValuesOf('currency').map((value) => ({
    value,
    label: `${value} · ${names.of(value) ?? value}`,
  }));
}

/** `Intl` lists no `UTC`, although it knows it and machines are set to it. */
export function timeZoneOptions(): Choice[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')].map((value) => ({
    value,
    label: value.replaceAll('_', ' '),
  }));
}
