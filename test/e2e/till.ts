import type { Page } from '@playwright/test';
import type { Program } from './process.ts';

/** Where a till under test lives. `folder` is thrown away; `dataDir` lies in it, with key and anchor beside. */
export type TillPlace = {
  readonly folder: string;
  readonly dataDir: string;
  readonly demo: boolean;
};

/** One running host with its window. */
export type OpenTill = {
  readonly page: Page;
  /** Of the web host, with its secret. */
  readonly url?: string;
  readonly program: Program;
  /** The file that the person gets to keep by `act`: a download, or what the save dialog wrote. */
  savedFile(act: () => Promise<unknown>): Promise<{ readonly name: string; readonly path: string }>;
  close(): Promise<void>;
};
