import { build } from '../../build/build.ts';
import { describeHost, hostKind } from './host-kind.ts';

/** Specs run what ships: the bundles, built from the sources as they are now. */
export default function globalSetup(): void {
  build(hostKind === 'web' ? ['renderer', 'web'] : ['renderer', 'electron', 'preload']);
  console.log(`host: ${describeHost()}`);
}
