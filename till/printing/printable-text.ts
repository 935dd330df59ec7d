/**
 * The PDF's standard fonts know the 218 characters of WinAnsi (Windows code page 1252, PDF 32000-1 annex D.2): all that
 * English, German, Spanish, French, Italian, Portuguese, Dutch and the Nordic languages write, and the euro sign.
 * Anything else has to be turned into those before it is drawn: the font would show other characters in its place.
 */
const beyondLatin1 = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';
const printable = new Set(beyondLatin1);
for (let code = 0x20; code <= 0x7e; code++) printable.add(String.fromCharCode(code));
for (let code = 0xa0; code <= 0xff; code++) printable.add(String.fromCharCode(code));
// Soft hyphen: a hyphen in the font, invisible in text.
printable.delete('\u00AD');

/** Latin letters that do not come apart into a base letter and an accent, and signs with a usual replacement. */
const replacements: Readonly<Record<string, string>> = {
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ħ: 'h',
  Ħ: 'H',
  ı: 'i',
  ŧ: 't',
  Ŧ: 'T',
  ŋ: 'n',
  Ŋ: 'N',
  ĸ: 'k',
  ẞ: 'SS',
  '−': '-',
  '‐': '-',
  '‑': '-',
  '≥': '>=',
  '≤': '<=',
  '→': '->',
};

const accents = /\p{M}/gu;
const spaces = /\p{Z}/u;
const words = /[\p{L}\p{N}]/u;
const marks = /\p{M}/u;
/** Stands for letters that cannot be written here: the reader sees that something is missing. */
const MISSING = '…';

/** Whether the standard fonts have all of it. */
export function isPlain(text: string): boolean {
  for (const char of text) if (!printable.has(char)) return false;
  return true;
}

/**
 * The same text in characters that the standard fonts have, or the embedded ones: accents that they lack are dropped,
 * symbols too, and a run of letters that no font has becomes an ellipsis. Empty when nothing legible is left.
 * @param hasGlyph of the embedded fonts, asked for characters that the standard ones lack
 */
export function printableText(text: string, hasGlyph: (codePoint: number) => boolean = () => false): string {
  let result = '';
  for (const char of text.normalize('NFC')) {
    const written = writtenAs(char, hasGlyph);
    if (written === MISSING && result.endsWith(MISSING)) continue;
    result += written;
  }
  result = result.replace(/ {2,}/g, ' ').trim();
  return words.test(result) || result === '' ? result : '';
}

function writtenAs(char: string, hasGlyph: (codePoint: number) => boolean): string {
  if (printable.has(char)) return char;
  if (spaces.test(char)) return ' ';
  if ((words.test(char) || marks.test(char)) && hasGlyph(char.codePointAt(0) ?? 0)) return char;
  const replacement = replacements[char];
  if (replacement !== undefined) return replacement;
  const base = char.normalize('NFKD').replace(accents, '');
  if (base !== '' && [...base].every((part) => printable.has(part))) return base;
  return words.test(char) ? MISSING : '';
}
