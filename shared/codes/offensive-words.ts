import { foldLookalikes } from './alphabet.ts';

/**
 * Words that no customer should find on a voucher, in the languages that shops around here speak, and numbers that
 * stand for hatred. Stems of three letters or more that are rude by themselves; longer words that hold one need no line
 * of their own. Kept short on purpose: each stem of three costs one code in three thousand, each of four one in a
 * hundred thousand (`offensive-words.test.ts` measures it).
 */
const words = [
  // English
  ...['anal', 'anus', 'arse', 'ass', 'bitch', 'boob', 'clit', 'cock', 'coon', 'crap', 'cum', 'cunt', 'damn'],
  ...[
    'dick',
    'dyke',
    'fag',
    'fart',
    'fuck',
    'fuk',
    'gook',
    'homo',
    'jizz',
    'kike',
    'kkk',
    'nazi',
    'nigg',
    'paki',
  ],
  ...['penis', 'piss', 'poop', 'porn', 'pube', 'puss', 'rape', 'sex', 'shit', 'slut', 'spic', 'suck', 'tit'],
  ...['turd', 'twat', 'vagin', 'wank', 'whore'],
  // German
  ...[
    'arsch',
    'fick',
    'fotz',
    'hure',
    'kack',
    'kanak',
    'mist',
    'moese',
    'muschi',
    'nutte',
    'schei',
    'schlamp',
  ],
  ...['schwuc', 'spast', 'titt', 'wichs', 'hitler', 'judensau', 'ss88'],
  // Spanish, Portuguese
  ...[
    'cabron',
    'cago',
    'chocho',
    'cojon',
    'culo',
    'joder',
    'marica',
    'mierd',
    'pendej',
    'polla',
    'puta',
    'puto',
  ],
  ...['verga', 'bosta', 'buceta', 'caralho', 'foder', 'merda', 'porra', 'viado'],
  // French
  ...[
    'bite',
    'chatte',
    'connar',
    'couill',
    'cul',
    'encul',
    'merde',
    'negre',
    'nique',
    'pede',
    'pute',
    'salop',
  ],
  // Italian
  ...['cazz', 'figa', 'frocio', 'minchi', 'puttan', 'stronz', 'troia'],
  // Dutch
  ...['hoer', 'klote', 'kut', 'lul', 'neuk', 'teef'],
  // Polish, Russian and Turkish as they are written in Latin letters
  ...[
    'chuj',
    'cipa',
    'dupa',
    'jeb',
    'kurw',
    'pizd',
    'blyad',
    'huj',
    'hui',
    'pidor',
    'suka',
    'amcik',
    'orospu',
    'pic',
    'sik',
  ],
  // Numbers of hatred
  ...['1488', '8814', '666'],
] as const;

/** Digits that are read as letters. */
const lookalikes: Readonly<Record<string, string>> = {
  '0': 'O',
  '1': 'I',
  '3': 'E',
  '4': 'A',
  '5': 'S',
  '7': 'T',
  '8': 'B',
  V: 'U',
  L: 'I',
};

/** As the eye takes it: 5H1T and SHLT alike are SHIT, FVCK is FUCK. */
function seen(text: string): string {
  let result = '';
  for (const char of text) result += lookalikes[char] ?? char;
  return result;
}

const isNumber = (word: string) => /^\d+$/.test(word);
const numbers = new RegExp(words.filter(isNumber).join('|'));
const letters = new RegExp(
  words
    .filter((word) => !isNumber(word))
    .map((word) => seen(word.toUpperCase()))
    .join('|'),
);

/** Whether somebody may read a rude word in a code. @param canonical upper case, without separators */
export function readsOffensive(canonical: string): boolean {
  return letters.test(seen(canonical)) || numbers.test(foldLookalikes(canonical));
}
