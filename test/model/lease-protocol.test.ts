import { describe, expect, test } from 'vitest';
import { explore } from './explore.ts';
import { type Bounds, type Guard, guards, leaseProtocol } from './lease-protocol.ts';

const nothing = {
  incarnations: 2,
  web: 0,
  voids: 0,
  returns: 0,
  burns: 0,
  restores: 0,
  clones: 0,
  centreRestores: 0,
  resizes: 0,
};

/** What may go wrong together. All of it at once would be too many states; nothing here depends on three kinds. */
const scenes = {
  'lost, doubled, late and reordered messages': { ...nothing, n: 3, events: 4, voids: 1, returns: 1, web: 1 },
  'a limit that is raised and lowered': { ...nothing, n: 2, events: 3, returns: 1, resizes: 2, web: 1 },
  'a lease that is burned while its ledger lives': { ...nothing, n: 2, events: 4, burns: 1, voids: 1 },
  'an old copy of a ledger put back': { ...nothing, n: 2, events: 4, restores: 1, returns: 1, web: 1 },
  'a ledger cloned with its anchor': { ...nothing, n: 2, events: 4, incarnations: 3, clones: 1 },
  'a centre restored from a backup': { ...nothing, n: 2, events: 4, centreRestores: 1, web: 1, returns: 1 },
} as const satisfies Record<string, Bounds>;

const usualActions = ['grant', 'pull', 'spend', 'push'];
const rareActions: Readonly<Record<keyof typeof scenes, readonly string[]>> = {
  'lost, doubled, late and reordered messages': ['void', 'return', 'web-order'],
  'a limit that is raised and lowered': ['return', 'raise', 'lower', 'web-order'],
  'a lease that is burned while its ledger lives': ['burn', 'void', 'continue'],
  'an old copy of a ledger put back': ['backup', 'restore', 'continue', 'return', 'web-order'],
  'a ledger cloned with its anchor': ['clone', 'continue'],
  'a centre restored from a backup': ['backup', 'restore', 'hear-epoch', 'report', 'return', 'web-order'],
};

/** Where the removal of each guard shows. */
const neededIn: Readonly<Record<Guard, keyof typeof scenes>> = {
  spend_needs_right: 'lost, doubled, late and reordered messages',
  return_leaves_the_lease: 'lost, doubled, late and reordered messages',
  grants_are_totals: 'lost, doubled, late and reordered messages',
  events_apply_once: 'lost, doubled, late and reordered messages',
  void_returns_to_its_lease: 'lost, doubled, late and reordered messages',
  lowering_takes_only_the_pool: 'a limit that is raised and lowered',
  burned_rights_stay_burned: 'a lease that is burned while its ledger lives',
  grants_name_an_incarnation: 'a lease that is burned while its ledger lives',
  anchor_suspends_old_copy: 'an old copy of a ledger put back',
  old_copy_starts_a_new_incarnation: 'an old copy of a ledger put back',
  fork_burns_the_lease: 'a ledger cloned with its anchor',
  restored_centre_is_frozen: 'a centre restored from a backup',
  answers_of_an_old_epoch_are_ignored: 'a centre restored from a backup',
  claims_are_kept: 'a centre restored from a backup',
  owed_is_paid_first: 'a centre restored from a backup',
};

describe('every order of events keeps spent <= N and loses no right', () => {
  for (const [name, bounds] of Object.entries(scenes)) {
    test(name, { timeout: 60_000 }, () => {
      const explored = explore(leaseProtocol(bounds));
      expect(explored.violation).toBeUndefined();
      // A model that explores nothing proves nothing.
      expect(explored.states).toBeGreaterThan(1_000);
      const rare = rareActions[name as keyof typeof scenes];
      for (const action of [...usualActions, ...rare])
        expect(explored.actions[action], action).toBeGreaterThan(0);
    });
  }
});

describe('without one rule, some order of events breaks it', () => {
  test.each([...guards])('%s', { timeout: 60_000 }, (guard) => {
    const { violation } = explore(leaseProtocol(scenes[neededIn[guard]], guard));
    expect(violation?.path.length).toBeGreaterThan(0);
  });
});
