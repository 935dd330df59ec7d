import type { RefusalCode } from '../engine/types.ts';

/**
 * Every refusal and fault that crosses a boundary, once. `status` is its HTTP status at the centre and in the web
 * host (RFC 9457); the sentence and the next step are in the language catalogue under the same key.
 */
type ErrorCodeEntry = {
  readonly status: number;
  /** The same request may succeed later without being changed. */
  readonly retryable?: true;
};

/** Reasons that the engine gives, judged from offer, basket and facts. */
const engineCodes = {
  not_started: { status: 403 },
  expired: { status: 401 },
  outside_hours: { status: 403 },
  archived: { status: 410 },
  paused: { status: 403 },
  wrong_channel: { status: 403 },
  wrong_location: { status: 403 },
  min_spend: { status: 403 },
  max_spend: { status: 403 },
  min_quantity: { status: 403 },
  no_matching_items: { status: 403 },
  customer_required: { status: 403 },
  wrong_segment: { status: 403 },
  wrong_email_domain: { status: 403 },
  not_first_purchase: { status: 403 },
  wrong_purchase_count: { status: 403 },
  wrong_attribute: { status: 403 },
  exhausted: { status: 402 },
  customer_limit: { status: 403 },
  location_limit: { status: 403 },
  day_limit: { status: 403 },
  operator_limit: { status: 403 },
  budget_exhausted: { status: 402 },
  not_combinable: { status: 403 },
  superseded: { status: 403 },
  currency_mismatch: { status: 422 },
  no_discount: { status: 403 },
} as const satisfies Record<RefusalCode, ErrorCodeEntry>;

/** Reasons that a ledger or the centre gives before or after the engine. */
const redemptionCodes = {
  code_unknown: { status: 404 },
  /** A phone number or an e-mail address that is none. */
  customer_unreadable: { status: 422 },
  code_malformed: { status: 422 },
  /** The check characters do not fit: a typing error, not an unknown code. */
  code_mistyped: { status: 422 },
  /** It bears a signature, which no trusted key made. */
  code_forged: { status: 403 },
  code_void: { status: 410 },
  /** Several locations made a code of this text: only the location tells which is meant. */
  location_required: { status: 422 },
  already_redeemed: { status: 402 },
  reserved_elsewhere: { status: 409, retryable: true },
  reservation_expired: { status: 410 },
  reservation_unknown: { status: 404 },
  basket_changed: { status: 409 },
  basket_completed: { status: 409 },
  nothing_to_redeem: { status: 422 },
  no_lease_here: { status: 402, retryable: true },
  home_unreachable: { status: 503, retryable: true },
  online_only: { status: 503, retryable: true },
  redemption_unknown: { status: 404 },
  already_voided: { status: 409 },
  already_refunded: { status: 409 },
  /** It was redeemed before sales were recorded for refunds. */
  sale_unknown: { status: 404 },
  more_than_sold: { status: 409 },
  void_window_closed: { status: 403 },
  manager_required: { status: 403 },
  /** A rule that the merchant added said no; `message` is its reason. */
  hook_refused: { status: 403 },
  hook_unavailable: { status: 503, retryable: true },
} as const satisfies Record<string, ErrorCodeEntry>;

/** Access, input and the state of the product itself. */
const systemCodes = {
  invalid_input: { status: 422 },
  unknown_operation: { status: 404 },
  not_found: { status: 404 },
  conflict: { status: 409 },
  stale_version: { status: 412 },
  payload_too_large: { status: 413 },
  /** A file without the columns that its rows are read by. */
  columns_missing: { status: 422 },
  unsupported_media_type: { status: 415 },
  not_signed_in: { status: 401 },
  forbidden: { status: 403 },
  /** Nobody could add people or change settings any more. */
  last_admin: { status: 409 },
  wrong_pin: { status: 401 },
  /** Six digits that somebody tries first. */
  pin_too_simple: { status: 422 },
  throttled: { status: 429, retryable: true },
  key_required: { status: 401 },
  key_invalid: { status: 401 },
  signature_invalid: { status: 401 },
  setup_required: { status: 409 },
  already_set_up: { status: 409 },
  demo_cannot_enrol: { status: 409 },
  already_enrolled: { status: 409 },
  not_enrolled: { status: 409 },
  enrolment_code_invalid: { status: 401 },
  /** The centre knows another history of this ledger: a copy of it was used. It goes on as a new incarnation. */
  incarnation_retired: { status: 409 },
  centre_unreachable: { status: 503, retryable: true },
  centre_refused: { status: 502 },
  /** This location belongs to a centre, which alone writes offers from then on. */
  centre_decides: { status: 409 },
  /** The centre was restored from a backup and waits until every location has told what it knows. */
  centre_recovering: { status: 503, retryable: true },
  incompatible_version: { status: 426 },
  clock_fault: { status: 503 },
  storage_full: { status: 507, retryable: true },
  storage_readonly: { status: 507 },
  ledger_corrupt: { status: 500 },
  ledger_key_wrong: { status: 500 },
  /** The file or keychain that holds the ledger's key cannot be read or written. */
  key_unavailable: { status: 500 },
  /** A passphrase wraps the key, and nobody has given it since the start. */
  key_locked: { status: 423 },
  passphrase_wrong: { status: 401 },
  ledger_locked: { status: 409 },
  ledger_newer: { status: 426 },
  port_in_use: { status: 500 },
  /** The window got no answer from the core on its own machine. */
  host_unreachable: { status: 503, retryable: true },
  /** A lane got no answer from the hub whose ledger it uses. */
  hub_unreachable: { status: 503, retryable: true },
  /** What answered does not know the pairing code: another device between lane and hub, or another hub. */
  hub_not_genuine: { status: 502 },
  hub_closed: { status: 409 },
  web_host_only: { status: 409 },
  lane_unknown: { status: 401 },
  pairing_code_invalid: { status: 401 },
  busy: { status: 503, retryable: true },
  /** Whoever asked for it ended it. */
  cancelled: { status: 409 },
  internal: { status: 500 },
} as const satisfies Record<string, ErrorCodeEntry>;

export const errorCodes = { ...engineCodes, ...redemptionCodes, ...systemCodes } as const;

export type ErrorCode = keyof typeof errorCodes;

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCodes, text);
}
