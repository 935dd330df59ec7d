import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useReducer, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient, usePush } from '../api/use-client.ts';
import { useFormat } from '../i18n/use-format.ts';
import { CodeText } from '../ui/code-text.tsx';
import { Tag, type TagTone } from '../ui/tag.tsx';
import { type CodeRow, createCodePages, PAGE_ROWS } from './code-pages.ts';
import classes from './code-table.module.css';

/** With a million rows of this height the list stays below the height at which browsers stop counting. */
const ROW_PX = 32;
const OVERSCAN = 8;
/** Whoever drags the bar passes thousands of pages; only where they stop are codes fetched. */
const SETTLE_MS = 60;

const tones: Record<CodeRow['status'], TagTone> = { live: 'go', redeemed: 'quiet', void: 'stop' };

/** All codes of a batch, a million if need be: only the rows in sight exist. */
export function CodeTable({ batchId, count }: { batchId: string; count: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const scroller = useRef<HTMLElement>(null);
  const rowAt = useCodeRows(batchId, scroller, count);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
  });

  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);

  return (
    <section
      ref={scroller}
      className={classes.scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys too
      tabIndex={0}
      aria-label={t('batch.codes')}
      data-testid="code-rows"
    >
      <table className={classes.table} aria-rowcount={count + 1}>
        <thead>
          <tr>
            <th className={classes.serial}>{t('batch.serial')}</th>
            <th>{t('batch.code')}</th>
            <th className={classes.status}>{t('batch.status')}</th>
          </tr>
        </thead>
        <tbody>
          <Gap px={before} />
          {items.map(({ index }) => {
            const row = rowAt(index);
            return (
              <tr key={index} aria-rowindex={index + 2}>
                <td>{format.number(index + 1)}</td>
                <td>{row !== undefined && <CodeText>{row.code}</CodeText>}</td>
                <td>
                  {row !== undefined && (
                    <Tag tone={tones[row.status]}>{t(`batch.statuses.${row.status}`)}</Tag>
                  )}
                </td>
              </tr>
            );
          })}
          <Gap px={after} />
        </tbody>
      </table>
    </section>
  );
}

/** The place of all rows that are not in sight. */
function Gap({ px }: { px: number }) {
  return px === 0 ? null : <tr style={{ blockSize: px }} />;
}

/** Fetches the pages in sight once the list stands still, and again when something was redeemed. */
function useCodeRows(batchId: string, scroller: { current: HTMLElement | null }, count: number) {
  const client = useClient();
  const [pages] = useState(createCodePages);
  const [, redraw] = useReducer((round: number) => round + 1, 0);
  const look = useRef(() => {});

  usePush((push) => {
    if (push.topic === 'redemption.recorded' || push.topic === 'catalogue.changed') {
      pages.outdate();
      look.current();
    }
  });

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;

    async function load(page: number): Promise<void> {
      const cursor = page === 0 ? {} : { cursor: String(page * PAGE_ROWS) };
      const answer = await client.call('batches.codes', { batchId, limit: PAGE_ROWS, ...cursor });
      if (!answer.ok) return pages.giveUp(page);
      pages.put(page, answer.value.codes);
      redraw();
      // Something may have changed while the answer was on its way.
      look.current();
    }

    look.current = () => {
      const first = Math.floor(element.scrollTop / ROW_PX);
      const last = Math.min(count - 1, first + Math.ceil(element.clientHeight / ROW_PX) + OVERSCAN);
      for (const page of pages.wanted(first, last)) void load(page);
    };
    const onScroll = () => {
      clearTimeout(timer);
      timer = setTimeout(look.current, SETTLE_MS);
    };
    look.current();
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      look.current = () => {};
      clearTimeout(timer);
      element.removeEventListener('scroll', onScroll);
    };
  }, [client, batchId, count, pages, scroller]);

  return pages.row;
}
