import { IconPrinter } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { create } from 'zustand';
import { uuidV7 } from '../../shared/kernel/ids.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { refusalSentence } from '../i18n/sentence.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { flash } from '../ui/flash.tsx';
import classes from './slip.module.css';

/** The redemption whose slip waits for somebody to choose a printer. */
const useAsked = create<{ readonly redemptionId: string | undefined }>(() => ({ redemptionId: undefined }));

/** Prints the slip of a redemption, for the first time or again; asks for the printer where there are several. */
export function useSlip() {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const { data } = useQuery('printers.list', {}, ['work.progress']);
  const printers = data?.printers ?? [];

  async function printOn(printerId: string, redemptionId: string): Promise<void> {
    const requestId = uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
    const answer = await client.call('print.slip', { requestId, printerId, redemptionId });
    useAsked.setState({ redemptionId: undefined });
    if (!answer.ok) {
      const { text, next } = refusalSentence(t, format, answer.error);
      return flash(`${text} ${next}`);
    }
    const { isCopy, printer } = answer.value;
    flash(isCopy ? t('slip.printsCopy', { printer }) : t('slip.prints', { printer }));
  }

  return {
    /** Nothing to print on: the button would only disappoint. */
    canPrint: printers.length > 0,
    printers,
    printOn,
    print(redemptionId: string): void {
      const [only, ...others] = printers;
      if (only !== undefined && others.length === 0) void printOn(only.id, redemptionId);
      else useAsked.setState({ redemptionId });
    },
  };
}

export function SlipDialog() {
  const { t } = useTranslation();
  const { redemptionId } = useAsked();
  const { printers, printOn } = useSlip();
  return (
    <Dialog
      open={redemptionId !== undefined}
      onClose={() => useAsked.setState({ redemptionId: undefined })}
      title={t('slip.which')}
    >
      <div className={classes.printers}>
        {printers.map(({ id, name }) => (
          <Action
            key={id}
            size="xl"
            wide
            icon={<IconPrinter size={24} />}
            onClick={() => redemptionId !== undefined && void printOn(id, redemptionId)}
          >
            {name}
          </Action>
        ))}
      </div>
    </Dialog>
  );
}
