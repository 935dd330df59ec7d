import type { Answer } from '../../shared/contracts/operation.ts';
import type { InputOf, OperationName, OutputOf } from '../../shared/contracts/operations.ts';
import type { Push } from '../../shared/contracts/pushes.ts';
import { httpTransport, takeLaunchSecret } from './http-transport.ts';
import { type Bridge, ipcTransport } from './ipc-transport.ts';
import type { SavedFile, Transport } from './transport.ts';

declare global {
  interface Window {
    /** Present in the desktop window only; put there by its preload script. */
    readonly counterfoil?: Bridge;
  }
}

export type Client = {
  readonly host: 'electron' | 'web';
  call<N extends OperationName>(name: N, input: InputOf<N>): Promise<Answer<OutputOf<N>>>;
  /** The token of the signed-in operator goes with every call from now on. */
  setSession(token: string | undefined): void;
  onPush(listener: (push: Push) => void): () => void;
  onLink(listener: (up: boolean) => void): () => void;
  /** The core no longer knows the session: the sign-in screen is due. */
  onSignedOut(listener: () => void): () => void;
  saveFile(file: SavedFile): Promise<Answer<{ saved: boolean }>>;
};

export function createClient(transport: Transport): Client {
  let session: string | undefined;
  const pushListeners = new Set<(push: Push) => void>();
  const linkListeners = new Set<(up: boolean) => void>();
  const signedOutListeners = new Set<() => void>();

  transport.listen(
    (push) => {
      for (const listener of pushListeners) listener(push);
    },
    (up) => {
      for (const listener of linkListeners) listener(up);
    },
  );

  const add = <T>(set: Set<T>, listener: T): (() => void) => {
    set.add(listener);
    return () => set.delete(listener);
  };

  return {
    host: transport.host,
    async call<N extends OperationName>(name: N, input: InputOf<N>) {
      const used = session;
      const answer = await transport.call(name, input, used);
      if (!answer.ok && answer.error.code === 'not_signed_in' && used !== undefined && used === session) {
        session = undefined;
        for (const listener of signedOutListeners) listener();
      }
      // Both ends are built from one procedure map; the core parsed the output when it made it.
      return answer as Answer<OutputOf<N>>;
    },
    setSession(token) {
      session = token;
    },
    onPush: (listener) => add(pushListeners, listener),
    onLink: (listener) => add(linkListeners, listener),
    onSignedOut: (listener) => add(signedOutListeners, listener),
    saveFile: (file) => transport.saveFile(file),
  };
}

/** Picks the transport once, when the window opens. */
export function connect(window: Window): Client {
  const bridge = window.counterfoil;
  if (bridge !== undefined) return createClient(ipcTransport(bridge));
  return createClient(httpTransport(takeLaunchSecret(window.location, window.sessionStorage)));
}
