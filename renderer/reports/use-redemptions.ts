import { useEffect, useState } from 'react';
import type { ReportFilter } from '../../shared/contracts/operations/reports.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import { useClient } from '../api/use-client.ts';

type Line = OutputOf<'reports.rows'>['redemptions'][number];
type Loaded = { readonly rows: readonly Line[]; readonly cursor: string | undefined };

const PAGE = 100;
const nothing: Loaded = { rows: [], cursor: undefined };

/** The redemptions behind the figures, read only while they are looked at, page by page. */
export function useRedemptions(filter: ReportFilter, wanted: boolean) {
  const client = useClient();
  const [loaded, setLoaded] = useState<Loaded>(nothing);
  const key = JSON.stringify(filter);

  useEffect(() => {
    if (!wanted) return;
    let current = true;
    setLoaded(nothing);
    // The key is the filter as text: objects made anew on each rendering must not ask again.
    const asked = JSON.parse(key) as ReportFilter;
    void client.call('reports.rows', { ...asked, limit: PAGE }).then((answer) => {
      if (current && answer.ok)
        setLoaded({ rows: answer.value.redemptions, cursor: answer.value.nextCursor });
    });
    return () => {
      current = false;
    };
  }, [client, key, wanted]);

  async function loadMore(cursor: string): Promise<void> {
    const answer = await client.call('reports.rows', { ...filter, limit: PAGE, cursor });
    if (!answer.ok) return;
    const { redemptions, nextCursor } = answer.value;
    setLoaded((before) => ({ rows: [...before.rows, ...redemptions], cursor: nextCursor }));
  }

  const { rows, cursor } = loaded;
  return { rows, more: cursor === undefined ? undefined : () => void loadMore(cursor) };
}
