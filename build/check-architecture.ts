import { cruise, type ICruiseOptions } from 'dependency-cruiser';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';

const ROOMS = ['shared', 'db', 'till', 'electron', 'web', 'renderer', 'central', 'build', 'test', 'bench'];

/** Far below what the house holds: a parser that silently sees nothing must not pass as "no violations". */
const MIN_MODULES = 100;

type Cruise = {
  /** The folder that holds the rooms, absolute: packages are not found from a relative one. Default: here. */
  readonly baseDir?: string;
  readonly roots?: readonly string[];
  readonly minModules?: number;
};

/** Holds the imports against `.dependency-cruiser.cjs`; returns the findings as lines, none when the house is in order. */
export async function checkArchitecture(cruised: Cruise = {}): Promise<string[]> {
  const { baseDir = process.cwd(), roots = ROOMS, minModules = MIN_MODULES } = cruised;
  const config = await extractConfig('./.dependency-cruiser.cjs');
  const options: ICruiseOptions = { ...config.options, ruleSet: config, validate: true, baseDir };
  const { output } = await cruise([...roots], options);
  if (typeof output === 'string')
    throw new Error('dependency-cruiser answered text where a result was asked for');
  const findings = output.summary.violations.map(
    (violation) => `${violation.rule.name}: ${violation.from} -> ${violation.to}`,
  );
  if (output.summary.totalCruised < minModules) {
    findings.unshift(
      `only ${output.summary.totalCruised} modules were cruised, at least ${minModules} expected`,
    );
  }
  return findings;
}

if (import.meta.main) {
  const findings = await checkArchitecture();
  for (const finding of findings) console.error(finding);
  console.log(findings.length === 0 ? 'architecture: in order' : `architecture: ${findings.length} findings`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
