export function skippedConvention(_text: string): string | undefined {
  return undefined;
}
