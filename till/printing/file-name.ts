const MAX_FILE_NAME_PART = 60;

/** Letters, digits and dashes of any script: what every file system takes. */
export function fileNamePart(name: string): string {
  const safe = name
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, MAX_FILE_NAME_PART);
  return safe === '' ? 'labels' : safe;
}
