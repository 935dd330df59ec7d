import type { Condition } from '../offer.ts';
import type { PreparedCondition } from '../offer-book.ts';
import { attribute } from './attribute.ts';
import { channels } from './channels.ts';
import type { ConditionContext, ConditionKind, Verdict } from './condition.ts';
import { customerRequired } from './customer-required.ts';
import { emailDomains } from './email-domains.ts';
import { firstPurchase } from './first-purchase.ts';
import { hasItems } from './has-items.ts';
import { hours } from './hours.ts';
import { locations } from './locations.ts';
import { maxSpend } from './max-spend.ts';
import { minQuantity } from './min-quantity.ts';
import { minSpend } from './min-spend.ts';
import { nthPurchase } from './nth-purchase.ts';
import { segments } from './segments.ts';

type Kinds = { readonly [Type in Condition['type']]: ConditionKind<Extract<Condition, { type: Type }>> };

const kinds: Kinds = {
  min_spend: minSpend,
  max_spend: maxSpend,
  min_quantity: minQuantity,
  has_items: hasItems,
  channels,
  locations,
  segments,
  email_domains: emailDomains,
  customer_required: customerRequired,
  first_purchase: firstPurchase,
  nth_purchase: nthPurchase,
  hours,
  attribute,
};

export function judge(prepared: PreparedCondition, context: ConditionContext): Verdict {
  // The compiler cannot follow that this kind takes just this condition; `Kinds` proves it entry by entry.
  const kind = kinds[prepared.condition.type] as ConditionKind<Condition>;
  return kind(prepared.condition, prepared, context);
}
