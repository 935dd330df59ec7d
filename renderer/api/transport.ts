import type { Answer } from '../../shared/contracts/operation.ts';
import type { Push } from '../../shared/contracts/pushes.ts';

/** The way to the core: over IPC in a desktop window, over HTTP everywhere else. */
export type Transport = {
  readonly host: 'electron' | 'web';
  /** Never rejects: a core that cannot be reached answers `host_unreachable`. */
  call(name: string, input: unknown, session: string | undefined): Promise<Answer<unknown>>;
  /** `onLink` tells whether pushes arrive at all. Returns how to stop. */
  listen(onPush: (push: Push) => void, onLink: (up: boolean) => void): () => void;
  /** `saved: false`: the person thought better of it. */
  saveFile(file: SavedFile): Promise<Answer<{ saved: boolean }>>;
};

export type SavedFile = {
  readonly fileName: string;
  readonly mime: string;
  readonly base64: string;
};

export function unreachable(): Answer<never> {
  return { ok: false, error: { code: 'host_unreachable', params: {} } };
}
