/**
 * Visits every state that some order of actions can reach, and checks the invariants in each: what is not found here
 * does not exist within the bounds of the model. Breadth first, so that a counterexample is a shortest one.
 */
export type Model<State> = {
  readonly initial: State;
  /** Every action that is possible in this state, with what it leads to. */
  steps(state: State): Iterable<Step<State>>;
  /** Names the first invariant that does not hold. */
  broken(state: State): string | undefined;
};

export type Step<State> = { readonly action: string; readonly next: State };

export type Explored = {
  readonly states: number;
  readonly transitions: number;
  /** Actions of the longest shortest path. */
  readonly depth: number;
  /** How often each kind of action was taken: the first word of its name. */
  readonly actions: Readonly<Record<string, number>>;
  readonly violation?: { readonly invariant: string; readonly path: readonly string[] };
};

/** A model that grows past this has no bound where it needs one. */
export const MAX_STATES = 2_000_000;

export function explore<State>(model: Model<State>): Explored {
  const known = new Map<string, number>();
  const queue: { state: State | undefined; parent: number; action: string; depth: number }[] = [];
  const actions: Record<string, number> = {};
  let transitions = 0;
  let depth = 0;

  const result = (violation?: Explored['violation']): Explored => ({
    states: queue.length,
    transitions,
    depth,
    actions,
    ...(violation ? { violation } : {}),
  });
  const pathTo = (index: number): string[] => {
    const path: string[] = [];
    for (let at = index; at > 0; at = queue[at]?.parent ?? 0) path.unshift(queue[at]?.action ?? '');
    return path;
  };
  /** @returns the invariant that the state breaks, when it is new */
  const visit = (state: State, parent: number, action: string, at: number): string | undefined => {
    const key = JSON.stringify(state);
    if (known.has(key)) return undefined;
    if (queue.length >= MAX_STATES) throw new Error(`more than ${MAX_STATES} states`);
    known.set(key, queue.length);
    queue.push({ state, parent, action, depth: at });
    depth = Math.max(depth, at);
    return model.broken(state);
  };

  const atOnce = visit(model.initial, 0, '', 0);
  if (atOnce) return result({ invariant: atOnce, path: [] });
  for (let index = 0; index < queue.length; index++) {
    const entry = queue[index];
    if (!entry?.state) continue;
    for (const { action, next } of model.steps(entry.state)) {
      transitions++;
      const kind = action.split(' ', 1)[0] ?? action;
      actions[kind] = (actions[kind] ?? 0) + 1;
      const invariant = visit(next, index, action, entry.depth + 1);
      if (invariant) return result({ invariant, path: pathTo(queue.length - 1) });
    }
    // Only its key is needed from now on.
    entry.state = undefined;
  }
  return result();
}
