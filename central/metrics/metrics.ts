import { monitorEventLoopDelay } from 'node:perf_hooks';
import { sql } from 'drizzle-orm';
import type { Centre } from '../centre.ts';
import { query } from '../store/db.ts';

/** Upper bounds in seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const NANOSECONDS = 1e9;

type Series = { count: number; seconds: number; readonly buckets: number[] };

/** What this process counts. Labels are route patterns and statuses: their number is bounded by the routes. */
export type Metrics = {
  answered(method: string, route: string, status: number, seconds: number): void;
  /** Prometheus text of what was counted here and what the store holds. */
  text(centre: Centre): Promise<string>;
  close(): void;
};

export function createMetrics(): Metrics {
  const series = new Map<string, Series>();
  const loop = monitorEventLoopDelay();
  loop.enable();
  return {
    answered(method, route, status, seconds) {
      const labels = `method="${method}",route="${escapeLabel(route)}",status="${status}"`;
      let one = series.get(labels);
      if (one === undefined) {
        one = { count: 0, seconds: 0, buckets: BUCKETS.map(() => 0) };
        series.set(labels, one);
      }
      one.count += 1;
      one.seconds += seconds;
      for (const [i, bound] of BUCKETS.entries())
        if (seconds <= bound) one.buckets[i] = (one.buckets[i] ?? 0) + 1;
    },
    async text(centre) {
      const lines: string[] = [];
      const family = (name: string, type: 'counter' | 'gauge' | 'histogram', help: string) =>
        lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
      family('counterfoil_http_request_duration_seconds', 'histogram', 'Answers by route and status.');
      for (const [labels, one] of series) {
        const name = 'counterfoil_http_request_duration_seconds';
        for (const [i, bound] of BUCKETS.entries())
          lines.push(`${name}_bucket{${labels},le="${bound}"} ${one.buckets[i]}`);
        lines.push(`${name}_bucket{${labels},le="+Inf"} ${one.count}`);
        lines.push(`${name}_sum{${labels}} ${one.seconds}`, `${name}_count{${labels}} ${one.count}`);
      }
      family('counterfoil_event_loop_delay_p99_seconds', 'gauge', 'How late this process wakes up.');
      lines.push(`counterfoil_event_loop_delay_p99_seconds ${loop.percentile(99) / NANOSECONDS}`);
      family('process_resident_memory_bytes', 'gauge', 'Memory of this process.');
      lines.push(`process_resident_memory_bytes ${process.memoryUsage.rss()}`);
      family('process_cpu_seconds_total', 'counter', 'Processor time of this process.');
      const cpu = process.cpuUsage();
      lines.push(`process_cpu_seconds_total ${(cpu.user + cpu.system) / 1e6}`);
      family('counterfoil_server_epoch', 'gauge', 'Epoch of the store.');
      lines.push(`counterfoil_server_epoch ${centre.store.epoch}`);
      for (const { name, help, label, rows } of await storeGauges(centre)) {
        family(name, 'gauge', help);
        for (const row of rows)
          lines.push(
            `${name}${label === undefined ? '' : `{${label}="${escapeLabel(row.label)}"}`} ${row.value}`,
          );
      }
      return `${lines.join('\n')}\n`;
    },
    close: () => loop.disable(),
  };
}

function escapeLabel(text: string): string {
  return text.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`));
}

type Gauge = {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  readonly rows: readonly { readonly label: string; readonly value: number }[];
};

/** Only what an index answers: a scrape every few seconds must cost nothing. */
async function storeGauges(centre: Centre): Promise<Gauge[]> {
  const now = centre.ports.now();
  const rows = await query<{ name: string; label: string; value: string | number }>(
    centre.db,
    sql`
      SELECT 'jobs' AS name, state AS label, count(*) AS value FROM jobs WHERE state IN ('waiting', 'running') GROUP BY state
      UNION ALL SELECT 'outbox', '', count(*) FROM outbox
      UNION ALL SELECT 'webhooks_pending', '', count(*) FROM webhook_deliveries WHERE state = 'pending'
      UNION ALL SELECT 'webhooks_late', '', coalesce(${now} - min(next_at), 0) / 1000.0
        FROM webhook_deliveries WHERE state = 'pending' AND next_at < ${now}
      UNION ALL SELECT 'reservations', '', count(*) FROM reservations WHERE status = 'reserved'
      UNION ALL SELECT 'unnumbered', '', count(*) FROM changes WHERE position IS NULL
      UNION ALL SELECT 'incidents', '', count(*) FROM incidents WHERE status = 'open'`,
  );
  const of = (name: string) =>
    rows.filter((row) => row.name === name).map(({ label, value }) => ({ label, value: Number(value) }));
  return [
    { name: 'counterfoil_jobs', help: 'Jobs that wait or run.', label: 'state', rows: of('jobs') },
    { name: 'counterfoil_outbox_events', help: 'Events that are not yet deliveries.', rows: of('outbox') },
    { name: 'counterfoil_webhooks_pending', help: 'Deliveries that wait.', rows: of('webhooks_pending') },
    {
      name: 'counterfoil_webhooks_late_seconds',
      help: 'How long the oldest one is due.',
      rows: of('webhooks_late'),
    },
    { name: 'counterfoil_reservations_open', help: 'Uses that are held.', rows: of('reservations') },
    {
      name: 'counterfoil_changes_unnumbered',
      help: 'Changes that the feed does not show yet.',
      rows: of('unnumbered'),
    },
    { name: 'counterfoil_incidents_open', help: 'What needs a person.', rows: of('incidents') },
  ];
}
