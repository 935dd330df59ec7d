import { availableParallelism } from 'node:os';
import { guardNames } from '../../shared/redemption/guards.ts';
import { proveGuards } from './prove-guards.ts';
import { openSeedPool } from './seed-pool.ts';

/** `node test/simulation/guards.ts [NAME…]`: takes each guard away and prints a seed that fails for it. */

const named = guardNames.filter((name) => process.argv.slice(2).includes(name));
const pool = openSeedPool(availableParallelism());
let unproven = 0;
try {
  await proveGuards(
    pool,
    (guard, missed) => {
      if (!missed) unproven++;
      console.log(
        missed
          ? `| \`${guard}\` | ${missed.seed} | \`${missed.invariant}\` | ${missed.detail.split('\n')[0]}`
          : `| \`${guard}\` | none | |`,
      );
    },
    named.length > 0 ? named : guardNames,
  );
} finally {
  await pool.close();
}
process.exitCode = unproven === 0 ? 0 : 1;
