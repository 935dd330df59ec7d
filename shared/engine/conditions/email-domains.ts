import type { Condition } from '../offer.ts';
import { type ConditionKind, holds } from './condition.ts';
import { unknownCustomer, wrongCustomer } from './customer.ts';

/** The customer's e-mail address is of one of these domains, written in lower case; subdomains are others. */
export const emailDomains: ConditionKind<Extract<Condition, { type: 'email_domains' }>> = (
  condition,
  _prepared,
  context,
) => {
  const domain = context.facts.customer?.emailDomain;
  if (domain === undefined) return unknownCustomer('email_domains');
  const facts = { allowed: condition.domains.join(', '), actual: domain };
  if (condition.domains.includes(domain.toLowerCase())) return holds('email_domains', facts);
  return wrongCustomer('email_domains', 'wrong_email_domain', facts);
};
