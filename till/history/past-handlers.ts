import { createHash } from 'node:crypto';
import type { ImportRow } from '../../db/queries/imports.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { type Feature, type Outcome, type SignedIn, signedIn } from '../handlers.ts';
import { importFiles } from '../imports/import-files.ts';
import { BadTextError, type Dialect, detectDialect } from '../imports/read-rows.ts';
import type { SealedFile } from '../imports/sealed-file.ts';
import type { Services } from '../services.ts';
import type { Step } from '../works.ts';
import { digestOf } from './past-digest.ts';
import { type ReadPast, readPast } from './read-past.ts';

/** Read at once. */
const HASH_BYTES = 64 * 1_024;

type Imported = ReadPast['report'] & { readonly imported: boolean };

/** History from elsewhere: files of what another system or till redeemed, and how one is taken out again. */
export function pastFeature(services: Services): Feature {
  const { store, ports, pushes, clock } = services;
  const { read } = store;
  /** One at a time: two would not see each other's rows. */
  let busy = false;

  async function importFile(
    by: SignedIn,
    row: ImportRow,
    dryRun: boolean,
    step: Step,
  ): Promise<Outcome<Imported>> {
    const files = importFiles(ports.dataDir, row);
    const fileHash = await hashOf(files.upload);
    if (read.past.importOfFile(fileHash))
      return err(refusal('conflict', { why: 'this file was read in before' }));
    const location = services.location();
    assert(location, 'operations wait for the first run');
    const attempt = (as: Dialect) =>
      readPast(services, location, row.id, files, as, (rows) => step(rows, rows));
    const dialect = detectDialect(files.upload);
    const found = await attempt(dialect).catch((error: unknown) => {
      // It began like UTF-8 and went on otherwise: then it is what Windows programs write.
      if (!(error instanceof BadTextError) || dialect.encoding !== 'utf-8') throw error;
      return attempt({ ...dialect, encoding: 'windows-1252' });
    });
    if (!found.ok) return found;
    const { report, good } = found.value;
    if (dryRun || good.length === 0) return ok({ ...report, imported: false });
    const { id: importId, fileName } = row;
    const told = { importId, fileName, fileHash, rows: good.length, digest: digestOf(good) };
    const taken = store.transact((tx) => {
      if (tx.read.imports.byId(row.id)?.state !== 'uploaded') return false;
      const seq = tx.append('history.imported', told, services.stamp(by));
      tx.write.past.insertImport({ ...told, id: importId, seq, importedAt: clock.now() });
      for (const one of good) tx.write.past.insert(one);
      tx.write.imports.set({ ...row, state: 'done', report: null });
      return true;
    });
    if (!taken) return err(refusal('conflict', { why: 'its codes were read in meanwhile' }));
    // Killed before this, the file goes with the others that nobody went on with.
    files.upload.remove();
    pushes.send({ topic: 'catalogue.changed' });
    return ok({ ...report, imported: true });
  }

  return {
    handlers: {
      async 'history.import'(call, { importId, dryRun, workId }) {
        const row = read.imports.byId(importId);
        if (!row) return err(refusal('not_found', { what: 'import' }));
        if (busy || row.state !== 'uploaded' || importFiles(ports.dataDir, row).upload.size() === 0)
          return err(refusal('conflict', { why: 'it is not ready, or done already' }));
        busy = true;
        try {
          return await services.works.run(workId, (step) => importFile(signedIn(call), row, dryRun, step));
        } finally {
          busy = false;
        }
      },

      'history.imports': () =>
        ok({
          imports: read.past
            .imports()
            .reverse()
            .map(({ id, fileName, rows, importedAt }) => ({ importId: id, fileName, rows, at: importedAt })),
        }),

      'history.undoImport'(call, { importId }) {
        const by = signedIn(call);
        return store.transact((tx): Outcome<Record<string, never>> => {
          const row = tx.read.imports.byId(importId);
          if (row?.state === 'undone') return ok({});
          if (!row || !tx.read.past.importById(importId))
            return err(refusal('not_found', { what: 'import' }));
          tx.write.past.remove(importId);
          tx.write.imports.set({ ...row, state: 'undone' });
          tx.append('history.importUndone', { importId }, services.stamp(by));
          pushes.send({ topic: 'catalogue.changed' });
          return ok({});
        });
      },
    },
  };
}

async function hashOf(file: SealedFile): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of file.chunks(HASH_BYTES)) hash.update(bytes);
  return hash.digest('hex');
}
