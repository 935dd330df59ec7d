import type { z } from 'zod';
import type { importColumnsSchema } from '../../shared/contracts/operations/imports.ts';

export type Columns = z.output<typeof importColumnsSchema>;

/** Names that shops' programs give to the columns, without case, spaces and signs. The first of each list is best. */
const names: { readonly [K in keyof Required<Columns>]: readonly string[] } = {
  code: ['code', 'couponcode', 'posttitle', 'vouchercode', 'gutscheincode', 'codigo', 'coupon', 'voucher'],
  uses: ['usagelimit', 'maxuses', 'uses', 'limit'],
  used: ['usagecount', 'timesused', 'used'],
  expires: ['expirydate', 'dateexpires', 'expires', 'expiresat', 'coupondateexpires'],
  discountType: ['discounttype', 'coupontype', 'type'],
  amount: ['couponamount', 'amount', 'discountvalue'],
  status: ['poststatus', 'status'],
};

/** What WooCommerce's own export and its usual plugins always write. */
const WOOCOMMERCE = ['discounttype', 'couponamount', 'coupontype'];

/** Without case, spaces and signs. */
export const plainName = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

export function guessColumns(first: readonly string[]): {
  profile: 'plain' | 'woocommerce';
  hasHeader: boolean;
  columns: Columns;
} {
  const header = first.map(plainName);
  const find = (key: keyof Columns) => {
    const at = names[key].map((name) => header.indexOf(name)).find((index) => index >= 0);
    return at === undefined ? {} : { [key]: at };
  };
  const code = find('code').code;
  const isShop = WOOCOMMERCE.some((name) => header.includes(name));
  const known = { ...find('uses'), ...find('used'), ...find('expires') };
  return {
    profile: isShop ? 'woocommerce' : 'plain',
    hasHeader: code !== undefined,
    columns: {
      code: code ?? 0,
      ...known,
      ...(isShop ? { ...find('discountType'), ...find('amount'), ...find('status') } : {}),
    },
  };
}
