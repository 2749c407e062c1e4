/**
 * A storm over 200 workers; exit code 1 when something was seen that must not be.
 *
 *     npm run chaos                                       kill storm of 3 minutes
 *     npm run chaos -- --profile commands --seconds 60
 *     npm run chaos -- --profile mixed --seed 7           the same choices again
 *     npm run chaos -- --profile sockets --kills 500 --restarts 100
 *     npm run chaos -- --profile upgrades --upgrades 100
 *     npm run chaos -- --profile reloads --reloads 50 --requests 100000
 *     npm run chaos -- --profile reloads --pm2 /where/pm2/is/installed   beside it PM2 and gunicorn
 */
import { parseArgs } from 'node:util';
import { compareReloads } from '../load/compare-reloads.ts';
import { raiseSocketStorm } from '../load/socket-storm.ts';
import { raiseUpgradeStorm } from '../load/upgrade-storm.ts';
import { profiles } from './profiles.ts';
import { type Report, raiseStorm } from './storm.ts';

const { values } = parseArgs({
  options: {
    profile: { type: 'string', default: 'kill-storm' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    seconds: { type: 'string', default: '180' },
    kills: { type: 'string', default: '500' },
    restarts: { type: 'string', default: '100' },
    upgrades: { type: 'string', default: '100' },
    reloads: { type: 'string', default: '50' },
    requests: { type: 'string', default: '100000' },
    pm2: { type: 'string' },
    node: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
  },
});

const report = await raise(values.profile);
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
else {
  for (const [what, figure] of Object.entries({ profile: values.profile, ...report.figures })) {
    process.stdout.write(`${what.padEnd(48)}${figure}\n`);
  }
  for (const violation of report.violations) process.stdout.write(`VIOLATED  ${violation}\n`);
}
process.exit(report.violations.length === 0 ? 0 : 1);

/** A storm over managed sockets counts blows, the others last for a time. */
async function raise(name: string): Promise<Report> {
  const { seed, seconds, kills, restarts, node: nodeFlags } = values;
  if (name === 'sockets') {
    return await raiseSocketStorm({ kills: Number(kills), restarts: Number(restarts), nodeFlags });
  }
  if (name === 'upgrades') {
    return await raiseUpgradeStorm({ upgrades: Number(values.upgrades), nodeFlags });
  }
  if (name === 'reloads') {
    const { reloads, requests, pm2 } = values;
    return await compareReloads({ reloads: Number(reloads), requests: Number(requests), pm2 });
  }
  const profile = profiles[name];
  if (profile === undefined) {
    throw new Error(
      `there is no profile ${name}; there are ${Object.keys(profiles)},sockets,upgrades,reloads`,
    );
  }
  return await raiseStorm({ profile, seed: Number(seed), seconds: Number(seconds), nodeFlags });
}
