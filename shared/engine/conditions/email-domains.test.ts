import { describe, expect, it } from 'vitest';
import { decideOn, refusalOf } from '../../../test/fixtures/engine.ts';

describe('email_domains', () => {
  const decide = (emailDomain: string) =>
    decideOn(
      { type: 'email_domains', domains: ['acme.org', 'acme.net'] },
      { facts: { customer: { id: 'c', emailDomain } } },
    );

  it('holds for an address of a named domain, whatever its letter case', () => {
    expect(decide('acme.net').outcome).toBe('accepted');
    expect(decide('ACME.org').outcome).toBe('accepted');
  });

  it('takes a subdomain for another domain', () => {
    expect(refusalOf(decide('mail.acme.org'))).toEqual({
      code: 'wrong_email_domain',
      nextStep: 'none',
      params: { allowed: 'acme.org, acme.net', actual: 'mail.acme.org' },
    });
  });
});
