/** Kinds of cases that nothing here judges, with the reason. Kinds without one belong to later work. */
export const notImplemented: Readonly<Record<string, string | undefined>> = {
  dcc_qr: 'health certificates are no coupons; Base45, COSE and CWT are judged by kinds of their own',
  jcs: 'events are hashed as they were written: nothing is ever serialised again',
  jcs_number: 'events are hashed as they were written: nothing is ever serialised again',
  http_signature_verify: 'devices sign with Ed25519 only; what is signed is judged by http_signature',
  webhook_verify: 'the centre sends webhooks and takes none: verifying is for their receivers',
  code_match: 'sources disagree about letter case; codes here are the same in any case',
  code_unique: 'codes are the same in any case; a shop cannot choose otherwise',
  code_charset: 'codes that are taken as they are may hold letters and digits of any script',
  code_normalize: 'codes are kept in upper case, without separators, and shown as they were printed',
  code_apply: 'a code is judged with its offer and basket, by discount and lifecycle cases',
  code_expiry: 'a code has no end of its own beyond that of its offer',
};
