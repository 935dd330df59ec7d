import type { PGlite, QueryOptions, Results, Transaction } from '@electric-sql/pglite';

type Runs = Pick<Transaction, 'query' | 'exec'>;

/** What a prepared statement can be; everything else runs as it is. */
const PREPARABLE = /^\s*(select|insert|update|delete|with)\b/i;

/**
 * The same embedded PostgreSQL, with each statement planned once in a process and not each time: a simulated centre
 * runs a few hundred different statements some ten thousand times.
 */
export function withPreparedStatements(client: PGlite): PGlite {
  const names = new Map<string, string>();

  function prepared({ query, exec }: Runs): Transaction['query'] {
    return async <T>(text: string, params: unknown[] = [], options?: QueryOptions): Promise<Results<T>> => {
      const literals = params.map(literalOf);
      if (!PREPARABLE.test(text) || literals.includes(undefined)) return query<T>(text, params, options);
      let name = names.get(text);
      if (name === undefined) {
        name = `s${names.size}`;
        await exec(`PREPARE ${name} AS ${text}`);
        names.set(text, name);
      }
      const values = literals.length === 0 ? '' : `(${literals.join(', ')})`;
      // Parsers of one's own cost more than the statement; the ones given are for types that the centre does not have.
      const { rowMode } = options ?? {};
      const [result] = await exec(`EXECUTE ${name}${values}`, rowMode === undefined ? {} : { rowMode });
      // One statement has one result, of the rows that it says.
      return result as Results<T>;
    };
  }

  const whole = prepared({ query: client.query.bind(client), exec: client.exec.bind(client) });
  return new Proxy(client, {
    get(target, key) {
      if (key === 'query') return whole;
      if (key === 'transaction')
        return <T>(work: (tx: Transaction) => Promise<T>) =>
          target.transaction((tx) => work(Object.assign(Object.create(tx), { query: prepared(tx) })));
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** `undefined`: of a type that the driver must write by itself. */
function literalOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return `'${value}'`;
  if (value instanceof Uint8Array) return `'\\x${Buffer.from(value).toString('hex')}'`;
  return undefined;
}
