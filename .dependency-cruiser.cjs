/**
 * Who may import whom (docs/ARCHITECTURE.md, "Rooms"). Each rule says why. Run by `build/check-architecture.ts`,
 * which also fails when nothing was cruised.
 */
const ROOMS = 'shared|db|till|electron|web|renderer|central|build|test|bench';
/** Tests and benches stand beside the code but are not shipped. */
const TEST_FILE = '\\.(test|spec)\\.tsx?$';

/** `from` may reach, inside the repository, only what `to` lists. */
function mayOnlyReach(name, from, to, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: from, pathNot: TEST_FILE },
    to: { path: `^(${ROOMS})/`, pathNot: to },
  };
}

/** `from` may use, of npm and Node, only what `packages` lists. */
function mayOnlyUse(name, from, packages, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: from, pathNot: TEST_FILE },
    to: { dependencyTypesNot: ['local', 'localmodule', 'undetermined'], pathNot: packages },
  };
}

const NOTHING = '^$';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'A cycle means that two files are one thing in two places, or that a name is kept with one of its users. Types too.',
      severity: 'error',
      from: { pathNot: TEST_FILE },
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'An import that resolves to nothing is judged by no rule below.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    mayOnlyReach(
      'kernel-is-the-floor',
      '^shared/kernel/',
      '^shared/kernel/',
      'The kernel stands on nothing.',
    ),
    mayOnlyReach(
      'pure-cores-stand-on-the-kernel',
      '^shared/(engine|codes|redemption|chain)/',
      ['^shared/kernel/', '^shared/$1/'],
      'Engine, codes, redemption and chain are pure and independent: each may be read and tested alone.',
    ),
    mayOnlyReach(
      'contracts-know-types-only',
      '^shared/contracts/',
      ['^shared/(contracts|kernel|engine)/'],
      'Contracts describe messages; they may take the types of the engine and nothing of its behaviour.',
    ),
    {
      name: 'contracts-take-engine-types-only',
      comment: 'A schema must not run the engine.',
      severity: 'error',
      from: { path: '^shared/contracts/', pathNot: TEST_FILE },
      to: { path: '^shared/engine/', dependencyTypesNot: ['type-only'] },
    },
    mayOnlyUse(
      'signed-codes-use-cborg',
      '^shared/codes/signed/',
      '^node_modules/cborg/',
      'Signed tokens are CBOR, which a package reads strictly; they stay pure in all else.',
    ),
    mayOnlyUse(
      'shared-is-pure',
      '^shared/(kernel|engine|codes/(?!signed/)|redemption|chain)/?',
      NOTHING,
      'Pure TypeScript without Node, DOM or packages runs the same at till, centre and browser.',
    ),
    mayOnlyUse(
      'contracts-use-zod',
      '^shared/contracts/',
      '^node_modules/zod/',
      'One schema library at every boundary.',
    ),
    mayOnlyReach('db-stands-on-shared', '^db/', ['^db/', '^shared/'], 'The store knows no use case.'),
    mayOnlyReach(
      'till-stands-on-shared-and-db',
      '^till/',
      ['^till/', '^shared/', '^db/'],
      'The application core knows neither host, window nor centre.',
    ),
    {
      name: 'core-without-electron',
      comment: 'Only the Electron host may know Electron: the same core serves the web host.',
      severity: 'error',
      from: { pathNot: ['^electron/', TEST_FILE] },
      to: { path: '(^node_modules/electron/|^electron$)' },
    },
    mayOnlyReach(
      'electron-hosts-the-till',
      '^electron/',
      ['^electron/', '^till/', '^shared/(contracts|kernel)/'],
      'A host wires ports and carries messages; business lives in till and shared.',
    ),
    mayOnlyReach(
      'web-hosts-the-till',
      '^web/',
      ['^web/', '^till/', '^shared/(contracts|kernel)/'],
      'A host wires ports and carries messages; the two hosts never lean on each other.',
    ),
    mayOnlyReach(
      'renderer-sees-contracts',
      '^renderer/',
      ['^renderer/', '^shared/(contracts|kernel|codes|engine)/'],
      'The window talks to the core through the procedure map only.',
    ),
    mayOnlyReach(
      'central-stands-on-shared',
      '^central/',
      ['^central/', '^shared/'],
      'The centre shares rules with the till, never its ledger or its use cases.',
    ),
    {
      name: 'shipped-code-needs-no-tests',
      comment: 'What ships must not depend on what only tests.',
      severity: 'error',
      from: { path: '^(shared|db|till|electron|web|renderer|central)/', pathNot: TEST_FILE },
      to: { path: ['^(test|bench)/', TEST_FILE] },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|release|coverage)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css'],
    },
  },
};
