import type { Db } from './db.ts';

/**
 * Runs a statement of fixed text under a name: PostgreSQL parses and plans it once per connection, which costs more
 * than running it. The embedded store takes no names and plans it each time. Rows are as in `query`.
 */
export async function queryNamed<Row>(
  db: Db,
  name: string,
  text: string,
  params: readonly unknown[],
): Promise<Row[]> {
  const statement = db._.session.prepareQuery({ sql: text, params: [...params] }, undefined, name, false);
  // Both drivers answer { rows }; drizzle's common type does not say so.
  const result = (await statement.execute()) as unknown as { rows: Row[] };
  return result.rows;
}

/** The built statements of a database: writing one as SQL text costs drizzle as much as the driver needs to send it. */
const built = new WeakMap<Db, Map<string, unknown>>();

/** A statement of drizzle with placeholders, built once for each database and prepared there under its name. */
export function prepared<Statement>(
  db: Db,
  name: string,
  build: (db: Db, name: string) => Statement,
): Statement {
  let statements = built.get(db);
  if (statements === undefined) {
    statements = new Map();
    built.set(db, statements);
  }
  let statement = statements.get(name) as Statement | undefined; // each name has one builder
  if (statement === undefined) {
    statement = build(db, name);
    statements.set(name, statement);
  }
  return statement;
}
