/**
 * GS1 application identifiers: their formats and rules as in the GS1 General Specifications §3.2 and GS1's Barcode
 * Syntax Dictionary. One line per identifier or range:
 *
 * `AI[-AI] component… [req=…] [ex=…] [key[=…]]`
 *
 * A component is a character set (N digits, X 82 characters, Y 39, Z 64) with its length, `..` for "up to", brackets
 * when it may be missing, and the names of the checks in `component-checks.ts`. `req`: one of these must be present;
 * `+` joins those that go together. `ex`: none of these may be; `n` is any digit. `key`: primary key of a Digital Link,
 * with its qualifiers in their order, alternatives apart by `|`.
 */
const DICTIONARY = `
00 N18,csum key
01 N14,csum ex=02,255,37 key=22,10,21|235
02 N14,csum req=37
03 N14,csum
10 X..20 req=01,02,03,8006,8026
11 N6,yymmd0 req=01,02,03,8006,8026
12 N6,yymmd0 req=8020
13 N6,yymmd0 req=01,02,03,8006,8026
15 N6,yymmd0 req=01,02,03,8006,8026
16 N6,yymmd0 req=01,02,03,8006,8026
17 N6,yymmd0 req=01,02,03,255,8006,8026
20 N2 req=01,02,03,8006,8026
21 X..20 req=01,03,8006 ex=235
22 X..20 req=01
235 X..28 req=01
240 X..30 req=01,02,8006,8026
241 X..30 req=01,02,8006,8026
242 N..6 req=01,02,8006,8026
243 X..20 req=01
250 X..30 req=01,8006 req=21
251 X..30 req=01,8006
253 N13,csum [X..17] key
254 X..20 req=414
255 N13,csum [N..12] ex=01,02,415,8006,8020,8026 key
30 N..8 req=01,02
310n N6 req=01,02 ex=310n
311n N6 req=01,02 ex=311n
312n N6 req=01,02 ex=312n
313n N6 req=01,02 ex=313n
314n N6 req=01,02 ex=314n
315n N6 req=01,02 ex=315n
316n N6 req=01,02 ex=316n
320n N6 req=01,02 ex=320n
321n N6 req=01,02 ex=321n
322n N6 req=01,02 ex=322n
323n N6 req=01,02 ex=323n
324n N6 req=01,02 ex=324n
325n N6 req=01,02 ex=325n
326n N6 req=01,02 ex=326n
327n N6 req=01,02 ex=327n
328n N6 req=01,02 ex=328n
329n N6 req=01,02 ex=329n
330n N6 req=00,01 ex=330n
331n N6 req=00,01 ex=331n
332n N6 req=00,01 ex=332n
333n N6 req=00,01 ex=333n
334n N6 req=00,01 ex=334n
335n N6 req=00,01 ex=335n
336n N6 req=00,01 ex=336n
337n N6 req=01 ex=337n
340n N6 req=00,01 ex=340n
341n N6 req=00,01 ex=341n
342n N6 req=00,01 ex=342n
343n N6 req=00,01 ex=343n
344n N6 req=00,01 ex=344n
345n N6 req=00,01 ex=345n
346n N6 req=00,01 ex=346n
347n N6 req=00,01 ex=347n
348n N6 req=00,01 ex=348n
349n N6 req=00,01 ex=349n
350n N6 req=01,02 ex=350n
351n N6 req=01,02 ex=351n
352n N6 req=01,02 ex=352n
353n N6 req=00,01 ex=353n
354n N6 req=00,01 ex=354n
355n N6 req=00,01 ex=355n
356n N6 req=01,02 ex=356n
357n N6 req=01,02 ex=357n
360n N6 req=01,02 ex=360n
361n N6 req=01,02 ex=361n
362n N6 req=00,01 ex=362n
363n N6 req=00,01 ex=363n
364n N6 req=01,02 ex=364n
365n N6 req=01,02 ex=365n
366n N6 req=01,02 ex=366n
367n N6 req=00,01 ex=367n
368n N6 req=00,01 ex=368n
369n N6 req=00,01 ex=369n
37 N..8 req=00 req=02,8026
3900-3909 N..15 req=255,8020 ex=390n,391n,394n,8111
3910-3919 N3,iso4217 N..15 req=8020 ex=391n
3920-3929 N..15 req=01 req=30,31nn,32nn,35nn,36nn ex=392n,393n
3930-3939 N3,iso4217 N..15 req=30,31nn,32nn,35nn,36nn ex=393n
3940-3943 N4 req=255 ex=394n,8111
3950-3955 N6 req=30,31nn,32nn,35nn,36nn ex=392n,393n,395n,8005
400 X..30
401 X..30 key
402 N17,csum key
403 X..30 req=00
410 N13,csum
411 N13,csum
412 N13,csum
413 N13,csum
414 N13,csum key=254|7040
415 N13,csum req=8020 key=8020
416 N13,csum
417 N13,csum key=7040
420 X..20 ex=421
421 N3 X..9 ex=4307
422 N3 req=01,02,8006,8026 ex=426
423 N..15,triples req=01,02 ex=426
424 N3 req=01,02 ex=426
425 N..15,triples req=01,02 ex=426
426 N3 req=01,02
427 X..3 req=01,02 req=422
4300-4301 X..35 req=00
4302 X..70 req=00
4303 X..70 req=4302
4304-4306 X..70 req=00
4307 X2 req=00
4308 X..30 req=00
4309 N20 req=00
4310-4311 X..35 req=00
4312 X..70 req=00
4313 X..70 req=4312
4314-4316 X..70 req=00
4317 X2 req=00
4318 X..20 req=00
4319 X..30 req=00
4320 X..35 req=00
4321-4323 N1,yesno req=00
4324-4325 N6,yymmd0 N4,hhmm req=00
4326 N6,yymmdd req=00
4330 N6 [X1],hyphen req=00 ex=4331
4331 N6 [X1],hyphen req=00 ex=4330
4332 N6 [X1],hyphen req=00 ex=4333
4333 N6 [X1],hyphen req=00 ex=4332
7001 N13 req=01,02,8006,8026
7002 X..30 req=01,02
7003 N6,yymmdd N4,hhmm req=01,02
7004 N..4 req=01 req=10
7005 X..12 req=01,02
7006 N6,yymmdd req=01,02
7007 N6,yymmdd [N6],yymmdd req=01,02
7008 X..3 req=01,02
7009 X..10 req=01,02
7010 X..2 req=01,02
7011 N6,yymmdd [N4],hhmm req=01,02
7020 X..20 req=01,8006 req=416
7021 X..20 req=01,8006
7022 X..20 req=7021
7023 X..30
7030-7039 N3 X..27 req=01,02
7040 N1 X3
7041 X..4 req=00
710-716 X..20 req=01
7230-7239 X2 X..28 req=01,8004
7240 X..20 req=01,8006
7241 N2 req=8017,8018
7242 X..25 req=8017,8018
7250 N8,yyyymmdd req=8018
7251 N8,yyyymmdd N4,hhmm req=8018
7252 N1 req=8018
7253-7254 X..40 req=8017,8018
7255 X..10 req=8017,8018
7256 X..90 req=8017,8018
7257 X..70 req=8018
7258 X3 req=8018
7259 X..40 req=8018
8001 N4,nonzero N5,nonzero N3,nonzero N1,winding N1 req=01
8002 X..20
8003 N1,zero N13,csum [X..16] key
8004 X..30 key=7040
8005 N6 req=01,02
8006 N14,csum N4,pieceoftotal ex=01,37 key=22,10,21
8007 X..34 req=415
8008 N8,yymmddhh [N..4],mmoptss req=01,02
8009 X..50 req=00,01
8010 Y..30 key=8011
8011 N..12,nozeroprefix req=8010
8012 X..20 req=01,8006
8013 X..25 key
8014 X..25
8017 N18,csum ex=8018 key=8019
8018 N18,csum ex=8017 key=8019
8019 N..10 req=8017,8018
8020 X..25 req=415
8026 N14,csum N4,pieceoftotal req=37 ex=02,8006
8030 Z..90 req=00,01+21,253,255,8003,8004,8006+21,8010+8011,8017,8018
8110 X..70,couponcode
8111 N4 req=255
8112 X..70,couponposoffer
8200 X..70 req=01
90 X..30
91-99 X..90
`;

export type Component = {
  readonly set: 'N' | 'X' | 'Y' | 'Z';
  readonly min: number;
  readonly max: number;
  readonly optional: boolean;
  readonly checks: readonly string[];
};

export type ApplicationIdentifier = {
  readonly ai: string;
  readonly components: readonly Component[];
  /** Every group must be met by one of its alternatives; what one joins must all be there. */
  readonly requires: readonly (readonly (readonly string[])[])[];
  readonly excludes: readonly string[];
  /** Sequences of qualifiers, when it is the primary key of a Digital Link. */
  readonly keyQualifiers?: readonly (readonly string[])[];
  /** Its length is known from its first two digits, so that no separator has to follow (figure 7.8.5-2). */
  readonly predefinedLength: boolean;
};

const predefinedPrefixes = /^(0[0-4]|1[1-9]|20|3[1-6]|41)/;

function parseComponent(text: string): Component {
  const match = /^(\[?)([NXYZ])(\.\.)?([0-9]+)\]?((?:,[a-z0-9]+)*)$/.exec(text);
  if (!match) throw new Error(`not a component: ${text}`);
  const [, bracket, set, upTo, length, checks = ''] = match;
  return {
    // The pattern admits these four letters only.
    set: set as Component['set'],
    min: upTo ? 1 : Number(length),
    max: Number(length),
    optional: bracket === '[',
    checks: checks === '' ? [] : checks.slice(1).split(','),
  };
}

/** `310n` has six decimals at most, so `n` is 0 to 5. */
function expand(range: string): string[] {
  const [first = '', last] = range.split('-');
  if (first.endsWith('n')) return ['0', '1', '2', '3', '4', '5'].map((n) => first.slice(0, -1) + n);
  if (last === undefined) return [first];
  const count = Number(last) - Number(first) + 1;
  return Array.from({ length: count }, (_, i) => String(Number(first) + i).padStart(first.length, '0'));
}

function parseLine(line: string): ApplicationIdentifier[] {
  const [range = '', ...words] = line.split(' ');
  const valuesOf = (name: string) =>
    words.filter((word) => word.startsWith(`${name}=`)).map((word) => word.slice(name.length + 1));
  const keys = valuesOf('key');
  const isKey = words.includes('key') || keys.length > 0;
  const shared = {
    components: words.filter((word) => /^\[?[NXYZ]/.test(word)).map(parseComponent),
    requires: valuesOf('req').map((group) => group.split(',').map((all) => all.split('+'))),
    excludes: valuesOf('ex').flatMap((list) => list.split(',')),
    ...(isKey
      ? { keyQualifiers: keys.flatMap((key) => key.split('|').map((sequence) => sequence.split(','))) }
      : {}),
  };
  return expand(range).map((ai) => ({ ai, ...shared, predefinedLength: predefinedPrefixes.test(ai) }));
}

const identifiers: ReadonlyMap<string, ApplicationIdentifier> = new Map(
  DICTIONARY.trim()
    .split('\n')
    .flatMap(parseLine)
    .map((identifier) => [identifier.ai, identifier]),
);

const AI_LENGTHS = [2, 3, 4] as const;

export function applicationIdentifier(ai: string): ApplicationIdentifier | undefined {
  return identifiers.get(ai);
}

/** The identifier that a text begins with. No identifier is the beginning of another. */
export function leadingIdentifier(text: string): ApplicationIdentifier | undefined {
  for (const length of AI_LENGTHS) {
    const found = identifiers.get(text.slice(0, length));
    if (found) return found;
  }
  return undefined;
}
