import type { Lease } from '../../shared/redemption/escrow.ts';
import type { SimCentre } from './sim-centre.ts';

/** Where the rights or the money of one offer are, as the centre counts them. */
export type Places = {
  readonly offer_id: string;
  readonly n: number;
  readonly pool: number;
  readonly leased: number;
  readonly reserved: number;
  readonly spent: number;
  readonly burned: number;
};

export type BookedLease = Lease & {
  readonly claimed: number;
  readonly id: string;
  readonly offer_id: string;
  readonly ledger_id: string;
  readonly incarnation: number;
};

export type BookedUses = {
  readonly offer_id: string;
  /** Null: sold by the centre. */
  readonly ledger_id: string | null;
  readonly incarnation: number | null;
  readonly at_risk: boolean;
  /** Paid by the pool, a lease or nothing: uses of a limit, or cents of a budget. */
  readonly pool: number;
  readonly lease: number;
  readonly owed: number;
};

/** One kind of what is leased. */
export type Account = {
  readonly places: readonly Places[];
  readonly leases: readonly BookedLease[];
  readonly uses: readonly BookedUses[];
};

export type Books = {
  readonly recovering: boolean;
  readonly incarnations: readonly {
    readonly ledger_id: string;
    readonly incarnation: number;
    readonly status: 'active' | 'retired';
    readonly reported_epoch: number;
  }[];
  readonly rights: Account;
  readonly money: Account;
};

export const accountNames = ['rights', 'money'] as const;

const leaseColumns = `l.id, l.offer_id, l.ledger_id, l.incarnation, l.status, l.granted, coalesce(l.claimed, 0) AS claimed,
  l.held, l.spent, l.returned, l.burned`;
const list = (query: string) => `(SELECT coalesce(json_agg(x), '[]') FROM (${query}) x)`;
const account = (places: string, leases: string, uses: string) =>
  `json_build_object('places', ${list(`SELECT * FROM ${places}`)},
     'leases', ${list(`SELECT ${leaseColumns} FROM ${leases} l`)}, 'uses', ${list(uses)})`;

/** Everything about rights and money in one statement: it is asked for after each step. */
const BOOKS = `SELECT json_build_object(
  'recovering', coalesce((SELECT recovering FROM server_state), false),
  'incarnations', ${list('SELECT ledger_id, incarnation, status, reported_epoch FROM incarnations')},
  'rights', ${account(
    'escrows',
    'leases',
    `SELECT offer_id, ledger_id, incarnation, at_risk, count(*) FILTER (WHERE paid_by = 'pool') AS pool,
       count(*) FILTER (WHERE paid_by = 'lease') AS lease, count(*) FILTER (WHERE paid_by = 'nothing') AS owed
     FROM redemptions WHERE status = 'redeemed' GROUP BY offer_id, ledger_id, incarnation, at_risk`,
  )},
  'money', ${account(
    'budgets',
    'budget_leases',
    `SELECT r.offer_id, r.ledger_id, r.incarnation, r.at_risk,
       sum(CASE WHEN s.lease_id IS NULL THEN coalesce(s.paid_minor, r.discount_minor - r.returned_minor) ELSE 0 END) AS pool,
       sum(CASE WHEN s.lease_id IS NULL THEN 0 ELSE s.paid_minor END) AS lease, sum(coalesce(s.owed_minor, 0)) AS owed
     FROM redemptions r JOIN budgets USING (offer_id) LEFT JOIN budget_spends s ON s.redemption_id = r.id
     WHERE r.status <> 'voided' AND (r.ledger_id IS NULL OR s.redemption_id IS NOT NULL)
     GROUP BY r.offer_id, r.ledger_id, r.incarnation, r.at_risk`,
  )}) AS books`;

export async function readBooks(centre: SimCentre): Promise<Books> {
  const [row] = await centre.rows<{ books: Books }>(BOOKS);
  if (!row) throw new Error('the centre has its books');
  return row.books;
}
