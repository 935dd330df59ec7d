import { type CountryCode, getCountries } from 'libphonenumber-js/min';

/** Not in the language's types yet. */
type WithZones = Intl.Locale & { getTimeZones?(): readonly string[] | undefined };

const known = new Map<string, CountryCode | undefined>();

/**
 * The country whose numbers are typed without their country code in this time zone: `DE` for `Europe/Berlin`, by the
 * zones that ICU lists for each country. Undefined for a zone of no single country, such as `UTC`.
 */
export function phoneRegion(timeZone: string): CountryCode | undefined {
  if (known.has(timeZone)) return known.get(timeZone);
  const { timeZone: zone } = new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions();
  const regions = getCountries().filter((region) => {
    const locale: WithZones = new Intl.Locale(`und-${region}`);
    const zones = locale.getTimeZones?.();
    return zones?.some((one) => one === zone || one === timeZone);
  });
  const region = regions.length === 1 ? regions[0] : undefined;
  known.set(timeZone, region);
  return region;
}
