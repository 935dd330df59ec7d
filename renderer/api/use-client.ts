import { createContext, useCallback, useContext, useEffect, useRef, useState } from 'react';
import type { InputOf, OperationName, OutputOf } from '../../shared/contracts/operations.ts';
import type { Push } from '../../shared/contracts/pushes.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import type { Client } from './client.ts';

export const ClientContext = createContext<Client | undefined>(undefined);

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (client === undefined) throw new Error('no client above this component');
  return client;
}

export function usePush(listener: (push: Push) => void): void {
  const client = useClient();
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => client.onPush((push) => latest.current(push)), [client]);
}

export type Query<T> = {
  readonly data: T | undefined;
  readonly error: Refusal | undefined;
  readonly loading: boolean;
  reload(): void;
};

/** Reads with an operation, again whenever the input changes or one of the `topics` is pushed. */
export function useQuery<N extends OperationName>(
  name: N,
  input: InputOf<N>,
  topics: readonly Push['topic'][] = [],
): Query<OutputOf<N>> {
  const client = useClient();
  const [state, setState] = useState<Omit<Query<OutputOf<N>>, 'reload'>>({
    data: undefined,
    error: undefined,
    loading: true,
  });
  const [round, setRound] = useState(0);
  const key = JSON.stringify(input);
  const reload = useCallback(() => setRound((n) => n + 1), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks for another reading of the same input
  useEffect(() => {
    let current = true;
    setState((before) => ({ ...before, loading: true }));
    // The key is the input as text: objects made anew on each rendering must not ask again.
    void client.call(name, JSON.parse(key) as InputOf<N>).then((answer) => {
      if (!current) return;
      if (answer.ok) setState({ data: answer.value, error: undefined, loading: false });
      else setState((before) => ({ data: before.data, error: answer.error, loading: false }));
    });
    return () => {
      current = false;
    };
  }, [client, name, key, round]);

  usePush((push) => {
    if (topics.includes(push.topic)) reload();
  });

  return { ...state, reload };
}
