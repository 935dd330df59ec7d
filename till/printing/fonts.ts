import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What texts are set in that the PDF's standard fonts have no letters for: DejaVu Sans, embedded in part. */
export type WideFonts = { readonly regular: Uint8Array; readonly bold: Uint8Array };

/** As the build puts them beside the host's program. */
export const fontFiles = { regular: 'DejaVuSans.ttf', bold: 'DejaVuSans-Bold.ttf' } as const;

/** Read when a text first needs them: most shops never do. */
export function wideFontsIn(folder: string | undefined): (() => WideFonts) | undefined {
  if (folder === undefined) return undefined;
  let fonts: WideFonts | undefined;
  const read = (file: string) => Uint8Array.from(readFileSync(path.join(folder, file)));
  return () => {
    fonts ??= { regular: read(fontFiles.regular), bold: read(fontFiles.bold) };
    return fonts;
  };
}
