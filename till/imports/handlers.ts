import type { z } from 'zod';
import type { ImportRow } from '../../db/queries/imports.ts';
import { displayCode } from '../../shared/codes/display-code.ts';
import {
  type ImportSettings,
  importReportSchema,
  type importSchema,
} from '../../shared/contracts/operations/imports.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { DAY_MS } from '../../shared/kernel/instant.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { GivenCodes } from '../batches/batch-job.ts';
import type { BatchJobs } from '../batches/batch-jobs.ts';
import { codeStatus } from '../batches/code-status.ts';
import { beginJob } from '../batches/create-batch.ts';
import { type Feature, type Outcome, type SignedIn, signedIn } from '../handlers.ts';
import { field } from '../history/history-csv.ts';
import { termsOf } from '../offers/terms.ts';
import { fileNamePart } from '../printing/file-name.ts';
import type { Services } from '../services.ts';
import { guessColumns } from './guess-columns.ts';
import { FILE_KEY_BYTES, importFiles } from './import-files.ts';
import type { GoodRow } from './judge-row.ts';
import { readImport } from './read-import.ts';
import { BadTextError, type Dialect, detectDialect, readRows } from './read-rows.ts';
import type { SealedFile } from './sealed-file.ts';

type Shown = z.output<typeof importSchema>;

const PREVIEW_ROWS = 8;
const EXPORT_ROWS = 20_000;
const SEED_BYTES = 32;
const FORGOTTEN_MS = 7 * DAY_MS;

export function importsFeature(services: Services, jobs: BatchJobs): Feature {
  const { store, ports, pushes, clock } = services;
  const { read } = store;
  /** Rows read so far, of the imports that are being read. */
  const reading = new Map<string, number>();
  const filesOf = (row: ImportRow) => importFiles(ports.dataDir, row);

  function shown(row: ImportRow): Shown {
    const rows = reading.get(row.id);
    const job = row.batchId === null ? undefined : read.batchJobs.of(row.batchId);
    const state = row.state === 'importing' && job?.state === 'live' ? 'done' : row.state;
    return {
      id: row.id,
      fileName: row.fileName,
      bytes: row.bytes,
      received: state === 'uploading' ? filesOf(row).upload.size() : row.bytes,
      state,
      createdAt: row.createdAt,
      ...(rows === undefined ? {} : { reading: rows }),
      ...(row.report === null ? {} : { report: importReportSchema.parse(JSON.parse(row.report)) }),
      ...(row.batchId === null ? {} : { batchId: row.batchId }),
    };
  }

  function find(importId: string): Outcome<ImportRow> {
    const row = read.imports.byId(importId);
    return row ? ok(row) : err(refusal('not_found', { what: 'import' }));
  }

  function change(row: ImportRow, to: Partial<ImportRow>): ImportRow {
    const next = { ...row, ...to };
    store.transact((tx) => tx.write.imports.set(next));
    return next;
  }

  async function readIt(
    by: SignedIn,
    row: ImportRow,
    settings: ImportSettings,
    dryRun: boolean,
  ): Promise<void> {
    const offerRow = read.offers.byId(settings.offerId);
    assert(offerRow, 'the offer was looked up before');
    const files = filesOf(row);
    const dialect = detectDialect(files.upload);
    const told = (rows: number) => {
      reading.set(row.id, rows);
      pushes.send({ topic: 'work.progress' });
    };
    const attempt = (as: Dialect) => readImport(services, files, as, settings, termsOf(offerRow), told);
    const result = await attempt(dialect).catch((error: unknown) => {
      // It began like UTF-8 and went on otherwise: then it is what Windows programs write.
      if (!(error instanceof BadTextError) || dialect.encoding !== 'utf-8') throw error;
      return attempt({ ...dialect, encoding: 'windows-1252' });
    });
    const report = JSON.stringify(result.report);
    if (dryRun || result.good.length === 0) {
      change(row, { state: 'uploaded', report });
      return;
    }
    keepGood(files.codes, result.good);
    const batchId = services.newId();
    store.transact((tx) => {
      const format = { kind: 'imported' } as const;
      const batch = { id: batchId, offerId: settings.offerId, name: settings.name, format };
      const count = result.good.length;
      tx.write.batches.insert({
        ...batch,
        count,
        origin: 'here',
        createdAt: clock.now(),
        createdBy: by.name,
        requestId: row.id,
      });
      const { offerId, name } = settings;
      tx.append('batch.created', { batchId, offerId, name, format, count }, services.stamp(by));
      beginJob(services, tx, by, batchId, 'import', new Uint8Array(SEED_BYTES));
      tx.write.imports.set({ ...row, state: 'importing', report, batchId });
    });
    reading.delete(row.id);
    pushes.send({ topic: 'catalogue.changed' });
    await jobs.begin(batchId, givenCodes(result.good));
  }

  /** The files first: killed in between, a till finishes at its next start. */
  function finish(importId: string): void {
    const row = read.imports.byId(importId);
    if (!row) return;
    const { upload, codes } = filesOf(row);
    upload.remove();
    codes.remove();
    if (row.state === 'importing') change(row, { state: 'done' });
  }

  /** Files that nobody goes on with. */
  function forget(row: ImportRow): void {
    for (const file of Object.values(filesOf(row))) file.remove();
  }

  function end(batchId: string): void {
    const row = read.imports.ofBatch(batchId);
    if (!row || row.state === 'undone') return;
    forget(row);
    change(row, { state: 'undone' });
  }

  jobs.onImport({
    async read(batchId) {
      const row = read.imports.ofBatch(batchId);
      return row && readGood(filesOf(row).codes);
    },
    done(batchId) {
      const row = read.imports.ofBatch(batchId);
      if (row) finish(row.id);
    },
    ended: end,
  });

  return {
    start() {
      for (const row of read.imports.all()) {
        if (row.state === 'reading') change(row, { state: 'uploaded' });
        const isOld = row.fileKey === null || clock.now() - row.createdAt > FORGOTTEN_MS;
        if (isOld && row.state !== 'importing') forget(row);
        if (row.state !== 'importing' || row.batchId === null) continue;
        const job = read.batchJobs.of(row.batchId);
        if (job?.state === 'live') finish(row.id);
        if (job?.state === 'removing' || job?.state === 'withdrawn') end(row.batchId);
      }
    },
    handlers: {
      'imports.begin'(call, { importId, fileName, bytes }) {
        const known = read.imports.byId(importId);
        if (known) {
          return known.bytes === bytes
            ? ok(shown(known))
            : err(refusal('conflict', { why: 'another file has this id' }));
        }
        const { operatorId } = signedIn(call);
        const fileKey = Buffer.from(ports.random.bytes(FILE_KEY_BYTES));
        const row = { id: importId, fileName, bytes, state: 'uploading' as const, operatorId, fileKey };
        store.transact((tx) => tx.write.imports.insert({ ...row, createdAt: clock.now() }));
        const made = find(importId);
        return made.ok ? ok(shown(made.value)) : made;
      },

      'imports.upload'(_call, { importId, offset, base64 }) {
        const found = find(importId);
        if (!found.ok) return found;
        const row = found.value;
        const { upload } = filesOf(row);
        const bytes = Buffer.from(base64, 'base64');
        if (row.state !== 'uploading' || offset > upload.size() || offset + bytes.length > row.bytes)
          return err(refusal('conflict', { why: 'not the next part of the file' }));
        upload.writeAt(offset, bytes);
        const isWhole = offset + bytes.length === row.bytes;
        return ok(shown(isWhole ? change(row, { state: 'uploaded' }) : row));
      },

      async 'imports.preview'(_call, { importId }) {
        const found = find(importId);
        if (!found.ok) return found;
        const { upload } = filesOf(found.value);
        if (found.value.state === 'uploading' || upload.size() === 0)
          return err(refusal('conflict', { why: 'the file is not here' }));
        const dialect = detectDialect(upload);
        const rows: string[][] = [];
        for await (const some of readRows(upload, dialect)) {
          rows.push(...some.slice(0, PREVIEW_ROWS - rows.length));
          if (rows.length >= PREVIEW_ROWS) break;
        }
        return ok({ ...dialect, rows, ...guessColumns(rows[0] ?? []) });
      },

      'imports.run'(call, { importId, settings, dryRun }) {
        const found = find(importId);
        if (!found.ok) return found;
        const row = found.value;
        if (row.state !== 'uploaded' && row.state !== 'failed')
          return err(refusal('conflict', { why: 'it is not ready, or done already' }));
        const offer = read.offers.byId(settings.offerId);
        if (!offer) return err(refusal('not_found', { what: 'offer' }));
        if (offer.status === 'archived') return err(refusal('archived'));
        if (offer.origin === 'centre')
          return err(refusal('conflict', { why: 'the centre makes codes of its offers' }));
        const started = change(row, { state: 'reading', settings: JSON.stringify(settings), report: null });
        reading.set(importId, 0);
        readIt(signedIn(call), started, settings, dryRun)
          .catch((error: unknown) => {
            ports.logger.error('an import failed', { error: String(error) });
            const now = read.imports.byId(importId);
            if (now?.state === 'reading') change(now, { state: 'failed' });
          })
          .finally(() => {
            reading.delete(importId);
            pushes.send({ topic: 'work.progress' });
          });
        return ok(shown(started));
      },

      'imports.get'(_call, { importId }) {
        const found = find(importId);
        return found.ok ? ok(shown(found.value)) : found;
      },

      'imports.faults'(_call, { importId }) {
        const found = find(importId);
        if (!found.ok) return found;
        const { faults } = filesOf(found.value);
        if (faults.size() === 0) return err(refusal('not_found', { what: 'faults' }));
        const fileName = `${fileNamePart(found.value.fileName)}-faults.csv`;
        return ok({ fileName, mime: 'text/csv' as const, base64: faults.read().toString('base64') });
      },

      async 'imports.undo'(call, { importId }) {
        const found = find(importId);
        if (!found.ok) return found;
        const { batchId } = found.value;
        const batch = batchId === null ? undefined : read.batches.byId(batchId);
        if (!batch || found.value.state === 'undone')
          return err(refusal('conflict', { why: 'nothing was imported' }));
        const undone = await jobs.cancel(signedIn(call), batch.id, 'undone');
        if (!undone.ok) return undone;
        const row = find(importId);
        return row.ok ? ok(shown(row.value)) : row;
      },

      'batches.export'(_call, { batchId, after }) {
        const batch = read.batches.byId(batchId);
        if (!batch) return err(refusal('not_found', { what: 'batch' }));
        const rows = read.coupons.ofBatch(batchId, after, EXPORT_ROWS);
        const lines = rows.map((row) => {
          return `${row.serial},${field(displayCode(row.code))},${codeStatus(read, row)},${row.used + row.usedElsewhere}`;
        });
        if (after === 0) lines.unshift('serial,code,status,uses');
        const last = rows.at(-1);
        return ok({
          fileName: `${fileNamePart(batch.name)}-codes.csv`,
          mime: 'text/csv' as const,
          base64: Buffer.from(lines.map((line) => `${line}\r\n`).join('')).toString('base64'),
          ...(rows.length === EXPORT_ROWS && last ? { next: last.serial } : {}),
        });
      },
    },
  };
}

function keepGood(file: SealedFile, good: readonly GoodRow[]): void {
  const writer = file.lines();
  for (const { code, uses } of good) writer.write(`${code}\t${uses ?? ''}`);
  writer.close();
}

function readGood(file: SealedFile): GivenCodes | undefined {
  if (file.size() === 0) return undefined;
  return givenCodes(file.read().toString('utf8').slice(0, -1).split('\n').map(goodRow));
}

function goodRow(line: string): GoodRow {
  const [code = '', uses = ''] = line.split('\t');
  return { code, uses: uses === '' ? null : Number(uses) };
}

function givenCodes(good: readonly GoodRow[]): GivenCodes {
  return { codes: good.map(({ code }) => code), maxUses: (index) => good[index]?.uses ?? null };
}
