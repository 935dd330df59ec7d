// Packages the Electron host. Only what the target runs is shipped: the bundles, and the one native file of the
// database for its platform and processor.

const database = 'node_modules/better-sqlite3';

/**
 * Leaves out all native files but the target's; `${arch}` is put in by electron-builder. A list of exclusions alone
 * would mean "everything else" to it, hence the first name.
 */
const allNativesBut = (platform) => ['package.json', `!${database}/prebuilds/!(${platform}-\${arch}).node`];

/** @type {import('electron-builder').Configuration} */
export default {
  appId: 'org.counterfoil.till',
  productName: 'Counterfoil',
  directories: { output: 'release', buildResources: 'build/resources' },
  files: [
    'package.json',
    'LICENSE',
    'dist/electron/**',
    'dist/preload/**',
    'dist/renderer/**',
    '!dist/**/.built-from',
    // For packages electron-builder heeds what is left out, and adds the rest: here, what builds the database.
    `!${database}/{src,deps}/**`,
    `!${database}/{binding.gyp,README.md,index.d.ts}`,
    '!node_modules/node-addon-api/**',
  ],
  // Node-API: one binary for Node and Electron, made by its authors.
  npmRebuild: false,
  buildDependenciesFromSource: false,
  nodeGypRebuild: false,
  asar: true,
  // A worker thread and the system's loader read real files only.
  asarUnpack: [
    'dist/electron/core-worker.mjs',
    'dist/electron/chunks/**',
    'dist/electron/fonts/**',
    `${database}/**`,
  ],
  electronLanguages: ['en', 'de', 'es'],
  electronFuses: {
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    enableCookieEncryption: true,
    grantFileProtocolExtraPrivileges: false,
  },
  win: { target: [{ target: 'nsis', arch: ['x64', 'arm64'] }], files: allNativesBut('win32') },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
  mac: {
    target: [{ target: 'dmg', arch: ['x64', 'arm64'] }],
    files: allNativesBut('darwin'),
    category: 'public.app-category.business',
    hardenedRuntime: true,
  },
  linux: {
    target: [
      { target: 'AppImage', arch: ['x64', 'arm64'] },
      { target: 'deb', arch: ['x64', 'arm64'] },
    ],
    files: allNativesBut('linux'),
    category: 'Office',
    maintainer: 'Counterfoil contributors',
    synopsis: 'The coupon desk for physical shops',
  },
  publish: null,
};
