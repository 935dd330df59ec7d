import { associationFaults } from '../../../shared/codes/gs1/associations.ts';
import { verifyGs1CheckDigit } from '../../../shared/codes/gs1/check-digit.ts';
import {
  type Coupon8110,
  type OtherPurchase,
  parseCoupon8110,
} from '../../../shared/codes/gs1/coupon-8110.ts';
import { parseCoupon8112 } from '../../../shared/codes/gs1/coupon-8112.ts';
import { isoDate } from '../../../shared/codes/gs1/dates.ts';
import { decimalValue } from '../../../shared/codes/gs1/decimal-values.ts';
import { canonicalDigitalLink, parseDigitalLink } from '../../../shared/codes/gs1/digital-link.ts';
import {
  type Element,
  GROUP_SEPARATOR,
  parseBracketed,
  parseElements,
  writeBracketed,
  writeElements,
} from '../../../shared/codes/gs1/elements.ts';
import { GCN_BODY_DIGITS, parseGcn } from '../../../shared/codes/gs1/gcn.ts';
import { err } from '../../../shared/kernel/result.ts';
import { type Fields, failed, type Kind, same } from '../case-file.ts';
import { sameFields } from '../compare-fields.ts';
import { texts } from '../read.ts';

const FNC1 = '^';
/** How the cases write the separator within a text. */
const WRITTEN_SEPARATOR = '|';

const coupon8110: Kind = ({ input, expect }) => {
  const read = parseCoupon8110(String(input.data));
  if (!read.ok) return sameFields(expect, { accept: false, error: read.error });
  const coupon = read.value;
  return sameFields(expect, {
    accept: true,
    fields: couponFields(coupon),
    save_value_minor: Number(coupon.saveValue),
  });
};

function couponFields(coupon: Coupon8110): Fields {
  const { secondPurchase, thirdPurchase, misc } = coupon;
  const purchase = (other: OtherPurchase) => ({
    requirement: other.requirement,
    requirement_code: other.requirementCode,
    family_code: other.familyCode,
    gcp: other.companyPrefix,
  });
  return {
    gcp: coupon.companyPrefix,
    offer_code: coupon.offerCode,
    save_value: coupon.saveValue,
    primary_requirement: coupon.purchase.requirement,
    primary_requirement_code: coupon.purchase.requirementCode,
    primary_family_code: coupon.purchase.familyCode,
    second_purchase: secondPurchase && {
      additional_purchase_rules: secondPurchase.additionalPurchaseRules,
      ...purchase(secondPurchase),
    },
    third_purchase: thirdPurchase && purchase(thirdPurchase),
    expiration_yymmdd: coupon.expiresOn,
    start_yymmdd: coupon.startsOn,
    serial: coupon.serial,
    retailer_gcp_or_gln: coupon.retailer,
    misc: misc && {
      save_value_code: misc.saveValueCode,
      applies_to_item: misc.appliesToItem,
      store_coupon: misc.storeCoupon,
      dont_multiply: misc.dontMultiply,
    },
  };
}

const coupon8112: Kind = ({ input, expect }) => {
  const read = parseCoupon8112(String(input.data));
  if (!read.ok) return sameFields(expect, { accept: false, error: read.error });
  const { format, funder, offerCode, serial } = read.value;
  return sameFields(expect, {
    accept: true,
    fields: { format, funder_id: funder, offer_code: offerCode, serial },
  });
};

const gcn: Kind = ({ input, expect }) => {
  const read = parseGcn(String(input.data));
  if (!read.ok) return sameFields(expect, { valid: false, error: read.error });
  return sameFields(expect, { valid: true, check_digit_pos: GCN_BODY_DIGITS, serial: read.value.serial });
};

const checkDigit: Kind = ({ input, expect }) => {
  const verified = verifyGs1CheckDigit(String(input.number));
  return sameFields(expect, verified.ok ? { valid: true } : { valid: false, error: verified.error });
};

/** Whether the elements may stand together. `why` is prose. */
const elements: Kind = ({ input, expect }) => {
  const read = parseBracketed(String(input.text));
  const faults = read.ok ? associationFaults(read.value) : [read.error];
  return faults.length === 0 || expect.valid === false
    ? same('valid', expect.valid, faults.length === 0)
    : failed(`valid: ${JSON.stringify(faults)}`);
};

function fnc1Form(list: readonly Element[]): string {
  return FNC1 + writeElements(list, FNC1);
}

const bracketed: Kind = ({ input, expect }) => {
  const read = parseBracketed(String(input.text));
  return sameFields(expect, read.ok ? { valid: true, fnc1_form: fnc1Form(read.value) } : { valid: false });
};

/** The form begins with the FNC1 that makes a symbol a GS1 one. */
const fnc1: Kind = ({ input, expect }) => {
  const form = String(input.fnc1_form);
  const read = form.startsWith(FNC1) ? parseElements(form.slice(1), FNC1) : err({ code: 'syntax' });
  return sameFields(expect, { valid: read.ok });
};

const hri: Kind = ({ input, expect }) => {
  const read = readRaw(String(input.raw));
  // What is wrong is said in prose; that something is, counts.
  if (Object.hasOwn(expect, 'error')) return same('refused', true, !read.ok);
  return read.ok
    ? sameFields(expect, { hri: writeBracketed(read.value) })
    : failed(JSON.stringify(read.error));
};

function readRaw(raw: string) {
  return parseElements(raw.replaceAll(WRITTEN_SEPARATOR, GROUP_SEPARATOR));
}

function firstElement(input: Fields): Element {
  const read = readRaw(String(input.raw));
  const [element] = read.ok ? read.value : [];
  if (!element) throw new Error(`no element in ${String(input.raw)}`);
  return element;
}

const date: Kind = ({ input, expect }) => {
  const { value } = firstElement(input);
  const day = isoDate(value.slice(0, 6), new Date().getUTCFullYear());
  const [hour = '', minute = '00', second] = value.slice(6).match(/../g) ?? [];
  const time = [hour, minute, ...(second === undefined ? [] : [second])].join(':');
  return sameFields(expect, { date: day, datetime: `${day}T${time}` });
};

const amount: Kind = ({ input, expect }) => sameFields(expect, { ...decimalValue(firstElement(input)) });

const percentOff: Kind = ({ input, expect }) =>
  sameFields(expect, { percent: decimalValue(firstElement(input))?.value });

/** `flags` name what the source's engine was told to permit; without them the product reads as it does by default. */
const digitalLink: Kind = ({ input, expect }) => {
  const flags = input.flags === undefined ? undefined : texts(input.flags, 'flags');
  const read = parseDigitalLink(
    String(input.uri),
    flags && {
      zeroSuppressedGtin: flags.includes('permit_zero_suppressed_gtin'),
      convenienceAlphas: flags.includes('permit_convenience_alphas'),
    },
  );
  const { why: _prose, ...asserted } = expect;
  if (!read.ok) return sameFields(asserted, { valid: false });
  const { elements: list } = read.value;
  return sameFields(asserted, { valid: true, fnc1_form: fnc1Form(list), hri: writeBracketed(list) });
};

const digitalLinkCanonical: Kind = ({ input, expect }) => {
  const read = parseDigitalLink(String(input.uri));
  return read.ok ? sameFields(expect, { canonical: canonicalDigitalLink(read.value) }) : failed(read.error);
};

export const gs1Kinds: Readonly<Record<string, Kind>> = {
  gs1_8110: coupon8110,
  gs1_8112: coupon8112,
  gs1_check_digit: checkDigit,
  gcn,
  gs1_elements: elements,
  gs1_bracketed: bracketed,
  gs1_fnc1: fnc1,
  gs1_hri: hri,
  gs1_date: date,
  gs1_amount: amount,
  gs1_percent_off: percentOff,
  digital_link: digitalLink,
  digital_link_canonical: digitalLinkCanonical,
};
