import { IconArrowRight, IconBarcode } from '@tabler/icons-react';
import type { Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from '../api/use-client.ts';
import classes from './code-field.module.css';
import { useRedeem } from './redeem-store.ts';
import { codeFieldProps } from './use-scanner.ts';

/** For codes typed by hand. It fills by itself when letters are typed anywhere on the screen. */
export function CodeField({ ref }: { ref: Ref<HTMLInputElement> }) {
  const { t } = useTranslation();
  const client = useClient();
  const draft = useRedeem((redeem) => redeem.draft);
  return (
    <form
      className={classes.field}
      onSubmit={(event) => {
        event.preventDefault();
        const { activeElement } = document;
        if (activeElement instanceof HTMLElement) activeElement.blur();
        void useRedeem.getState().present(client, draft);
      }}
    >
      <IconBarcode size={26} aria-hidden="true" />
      <input
        ref={ref}
        {...codeFieldProps}
        className={classes.input}
        value={draft}
        onChange={(event) => useRedeem.getState().setDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
        placeholder={t('redeem.codePlaceholder')}
        aria-label={t('redeem.code')}
        aria-keyshortcuts="F3"
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        maxLength={500}
        dir="ltr"
      />
      <span className={classes.key} aria-hidden="true">
        F3
      </span>
      <button
        type="submit"
        className={classes.send}
        disabled={draft.trim() === ''}
        aria-label={t('redeem.checkCode')}
      >
        <IconArrowRight size={24} aria-hidden="true" />
      </button>
    </form>
  );
}
