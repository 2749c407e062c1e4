/** `hooks.NAME` of `[watcher:NAME]`: a command at that turn of a watcher's life, and what it is told. */
import assert from 'node:assert/strict';
import { readLines } from '../../system/daemon.ts';
import { until } from '../../system/until.ts';
import { familyMembers } from './documented.ts';
import { eventsCalled } from './events.ts';
import { observed, type Row, type Rows, type Sight } from './rows.ts';

/** What a hook is told of a process, by its name; the others are told of the watcher alone. */
const facts: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  before_spawn: { WID: /^1$/ },
  after_spawn: { WID: /^1$/, PID: /^\d+$/ },
  before_signal: { PID: /^\d+$/, SIGNUM: /^15$/ },
  after_signal: { PID: /^\d+$/, SIGNUM: /^15$/ },
  before_reap: { PID: /^\d+$/ },
  after_reap: { PID: /^\d+$/, EXIT_CODE: /^-15$/ },
};

/** What the row's hook has found in its environment, without the prefix. */
async function toldTo({ daemon, name }: Sight): Promise<Readonly<Record<string, string>>> {
  const lines = await until(`${name} is asked`, () => readLines(daemon.folder, name), isWhole);
  return Object.fromEntries(lines.map((line) => line.replace('CIRCUS_HOOK_', '').split('=', 2)));
}

/** Its lines are written one by one. */
function isWhole(lines: readonly string[]): boolean {
  return lines.at(-1) === 'END=';
}

function hookRow(option: string): [string, Row] {
  const hook = option.replace('hooks.', '');
  const known = Object.keys(facts[hook] ?? {});
  const seen = ['WATCHER', ...known].map((name) => `CIRCUS_HOOK_${name}`).join(', ');
  const tried = `cmd = sleep 600\n${option} = exec:sh -c '{ env | grep ^CIRCUS_HOOK_; echo END=; } > OUT/${option}'`;
  const look = async (sight: Sight): Promise<void> => {
    const [pid] = await sight.daemon.running(sight.name, 1);
    await sight.daemon.call('stop', { name: sight.name, match: 'simple', waiting: true });
    const told = await toldTo(sight);
    assert.deepEqual([told['NAME'], told['WATCHER']], [hook, sight.name]);
    for (const [name, isRight] of Object.entries(facts[hook] ?? {})) {
      assert.match(told[name] ?? '', isRight, name);
    }
    if (known.includes('PID')) assert.equal(told['PID'], String(pid));
    const [success] = await eventsCalled(sight, 'hook_success', 1);
    assert.equal(success?.['name'], hook);
  };
  return [option, observed(tried, `the command is run, with ${seen}; \`hook_success\``, look)];
}

const extendedStats: Row = observed(
  `cmd = sleep 600\nhooks.extended_stats = exec:echo '{"queue": 7}'`,
  '`stats` with `extended`: queue is 7',
  async (sight) => {
    const [pid = 0] = await sight.daemon.running(sight.name, 1);
    const asked = { name: sight.name, process: pid, extended: true };
    assert.equal(Object((await sight.daemon.call('stats', asked))['info'])['queue'], 7);
  },
);

/** Every hook; what it tries becomes the section of a watcher of its name. */
export const hookObservations: Rows = {
  ...Object.fromEntries(familyMembers('hooks.NAME').map(hookRow)),
  'hooks.extended_stats': extendedStats,
  hook_timeout: observed(
    'cmd = sleep 600\nhooks.before_start = exec:sleep 600, True\nhook_timeout = 0.2',
    'the command is killed, `hook_failure` tells so, and the watcher starts',
    async (sight) => {
      const [failure] = await eventsCalled(sight, 'hook_failure', 1);
      assert.match(String(failure?.['error']), /killed after 0.2 s/);
      await sight.daemon.running(sight.name, 1);
    },
  ),
};
