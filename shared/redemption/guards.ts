/**
 * The rules on which `spent <= N` and "counted once" rest, by name. Every host has all of them. Only a simulation
 * runs without one, to show that it is needed: what can be left out unnoticed protects nothing.
 */
export const guardNames = [
  // A ledger by itself.
  'anchor_suspends_old_copy',
  'return_leaves_the_lease',
  'continuing_burns_the_lease',
  'void_of_burned_stays_burned',
  // What a ledger believes.
  'grants_are_totals',
  'grants_name_an_incarnation',
  'old_epoch_is_ignored',
  'ack_moves_with_the_answer',
  // What the centre believes.
  'events_apply_once',
  'gaps_are_refused',
  'fork_retires_the_incarnation',
  'retired_rights_are_burned',
  'burned_rights_stay_burned',
  'unanchored_retires_the_incarnation',
  'late_spends_count',
  'voids_go_back_to_their_lease',
  'next_incarnation_is_unique',
  'lowering_takes_only_the_pool',
  'restored_centre_is_frozen',
  'claims_are_kept',
  'owed_is_paid_first',
  'excess_is_recorded',
] as const;
export type GuardName = (typeof guardNames)[number];

/** What is switched off. */
export type Guards = { readonly without: ReadonlySet<GuardName> };

export function isOn(guards: Guards | undefined, name: GuardName): boolean {
  return guards === undefined || !guards.without.has(name);
}
