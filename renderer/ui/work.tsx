import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { uuidV7 } from '../../shared/kernel/ids.ts';
import { useClient, usePush } from '../api/use-client.ts';
import { Action } from './action.tsx';
import { useSlow } from './use-slow.ts';
import classes from './work.module.css';

type Progress = { readonly done: number; readonly outOf: number };

export type Work = {
  /** Gives the work its name, to be sent with the call. */
  begin(): string;
  end(): void;
  cancel(): void;
  readonly active: boolean;
  /** Undefined until the core has told. */
  readonly progress: Progress | undefined;
};

/** Watches a call that may take more than a second, and can end it. */
export function useWork(): Work {
  const client = useClient();
  const workId = useRef<string>(undefined);
  const [active, setActive] = useState(false);
  const [progress, setProgress] = useState<Progress>();
  usePush((push) => {
    if (push.topic === 'work.step' && push.workId === workId.current)
      setProgress({ done: push.done, outOf: push.outOf });
  });
  return {
    active,
    progress,
    begin() {
      const id = uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
      workId.current = id;
      setProgress(undefined);
      setActive(true);
      return id;
    },
    end() {
      workId.current = undefined;
      setActive(false);
    },
    cancel() {
      if (workId.current !== undefined) void client.call('work.cancel', { workId: workId.current });
    },
  };
}

/** How far it is, and the way out; nothing for what is over in a moment. */
export function WorkBar({ work, label }: { work: Work; label: string }) {
  const { t } = useTranslation();
  const isSlow = useSlow(work.active);
  if (!isSlow) return null;
  const { done, outOf } = work.progress ?? {};
  return (
    <div className={classes.work} role="status">
      <progress className={classes.bar} max={Math.max(1, outOf ?? 1)} value={done} aria-label={label} />
      <Action onClick={work.cancel}>{t('common.cancel')}</Action>
    </div>
  );
}
