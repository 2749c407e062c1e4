/**
 * A storm over 200 workers; exit code 1 when something was seen that must not be.
 *
 *     npm run chaos                                       kill storm of 3 minutes
 *     npm run chaos -- --profile commands --seconds 60
 *     npm run chaos -- --profile mixed --seed 7           the same choices again
 */
import { parseArgs } from 'node:util';
import { profiles } from './profiles.ts';
import { raiseStorm } from './storm.ts';

const { values } = parseArgs({
  options: {
    profile: { type: 'string', default: 'kill-storm' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    seconds: { type: 'string', default: '180' },
    node: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
  },
});

const profile = profiles[values.profile];
if (profile === undefined) {
  throw new Error(`there is no profile ${values.profile}; there are ${Object.keys(profiles)}`);
}
const report = await raiseStorm({
  profile,
  seed: Number(values.seed),
  seconds: Number(values.seconds),
  nodeFlags: values.node,
});
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
else {
  for (const [what, figure] of Object.entries({ profile: values.profile, ...report.figures })) {
    process.stdout.write(`${what.padEnd(24)}${figure}\n`);
  }
  for (const violation of report.violations) process.stdout.write(`VIOLATED  ${violation}\n`);
}
process.exit(report.violations.length === 0 ? 0 : 1);
