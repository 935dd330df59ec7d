import type { Tx } from '../../db/store.ts';
import type { Incident } from '../../shared/contracts/incident.ts';

/** As the centre tells it; what was decided here stays decided until the centre has heard of it. */
export function keepIncident(tx: Tx, incident: Incident, waiting = false): void {
  const { id, status, createdAt } = incident;
  const known = tx.read.incidents.byId(id);
  if (known?.waiting && !waiting && status === 'open') return;
  tx.write.incidents.put({ id, status, createdAt, waiting, incident: JSON.stringify(incident) });
}
