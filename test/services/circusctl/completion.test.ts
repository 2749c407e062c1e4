/** Completion in bash, zsh and fish: the scripts, sourced by the real shells where they are. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { catalog } from '#libs/commands';
import { makeFolder, startDaemon } from '../../system/daemon.ts';
import { circusctl } from './run-circusctl.ts';

const run = promisify(execFile);
const nobody = 'ipc:///tmp/circusctl-nobody-is-there';

/** A live daemon, and a PATH on which circusctl is the built one. */
async function live(t: TestContext) {
  const daemon = await startDaemon(t, '[watcher:web]\ncmd = sleep 600\n', { listens: false });
  await daemon.running('web', 1);
  for (const name of ['plugin:x', 'my app']) await daemon.call('add', { name, cmd: 'sleep 5' });
  return { daemon, env: environment(t, daemon.endpoint) };
}

function environment(t: TestContext, endpoint: string): NodeJS.ProcessEnv {
  const folder = makeFolder(t);
  mkdirSync(join(folder, 'bin'));
  const program = `#!/bin/sh\nexec '${process.execPath}' '${resolve('bin/circusctl.js')}' "$@"\n`;
  writeFileSync(join(folder, 'bin', 'circusctl'), program, { mode: 0o755 });
  const path = `${join(folder, 'bin')}:${process.env['PATH']}`;
  return { PATH: path, HOME: folder, CIRCUSCTL_ENDPOINT: endpoint };
}

async function hasShell(t: TestContext, shell: string): Promise<boolean> {
  const isThere = await run(shell, ['-c', 'exit 0']).then(
    () => true,
    () => false,
  );
  if (!isThere) t.skip(`${shell} is not installed`);
  return isThere;
}

/** The words that are offered for a line. */
async function offered(line: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const { code, stdout, stderr } = await circusctl(['--complete', line], env);
  assert.deepEqual([code, stderr], [0, '']);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((row) => row.replace(/\t.*/, ''));
}

test('offers what fits: commands, watchers, options, values, flags, pids, signals', async (t) => {
  const { daemon, env } = await live(t);
  const [pid] = await daemon.pids('web');
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['circusctl stat', ['stats', 'status']],
    ['circusctl --json numw', ['numwatchers']],
    ['circusctl status ', ['my app', 'plugin:x', 'web']],
    ['circusctl status w', ['web']],
    ["circusctl status 'my", ['my app']],
    ['circusctl status web ', []],
    ['circusctl get web numproc', ['numprocesses']],
    ['circusctl get web cmd max_r', ['max_retry']],
    ['circusctl set web stop_ch', ['stop_children']],
    ['circusctl set web stop_children ', ['True', 'False']],
    ['circusctl set web stop_children True numproc', ['numprocesses']],
    ['circusctl set web numprocesses ', ['1']],
    ['circusctl kill web ', [String(pid)]],
    ['circusctl kill web --signum HU', ['HUP']],
    ['circusctl signal web rec', ['recursive']],
    ['circusctl signal web USR', ['USR1', 'USR2']],
    [`circusctl signal web ${pid} USR`, ['USR1', 'USR2']],
    ['circusctl start --mat', ['--match']],
    ['circusctl start --match ', ['glob', 'simple', 'regex']],
    ['circusctl start --wait=a', ['--wait=active']],
    ['circusctl add we', []],
    ['circusctl add new sle', []],
    ['circusctl globaloptions pub', ['pubsub_endpoint']],
    ['circusctl listen watcher.w', ['watcher.web.']],
    ['circusctl describe inc', ['incr']],
    ['circusctl --help inc', ['incr']],
    ['circusctl completion ', ['bash', 'fish', 'zsh']],
    [`circusctl --endpoint ${nobody} status `, []],
    ['circusctl zork ', []],
  ];
  for (const [line, words] of rows) {
    assert.deepEqual(await offered(line, env), words, line);
  }
});

test('every flag of every command is offered', async () => {
  const env = { CIRCUSCTL_ENDPOINT: nobody };
  const lines = catalog.map(({ name }) => `circusctl ${name} --`);
  const answers = await Promise.all(lines.map((line) => offered(line, env)));
  for (const [place, { flags }] of catalog.entries()) {
    for (const { spelling } of flags) {
      assert.ok(answers[place]?.includes(/--[\w-]+/.exec(spelling)?.[0] ?? ''), spelling);
    }
  }
});

test('without a daemon it is silent, soon', async () => {
  const before = Date.now();
  assert.deepEqual(await offered('circusctl status ', { CIRCUSCTL_ENDPOINT: nobody }), []);
  assert.deepEqual(await offered('circusctl --endpoint zork status ', {}), []);
  assert.ok(Date.now() - before < 5000);
});

test('AUTO_COMPLETE: the names on one line, exit 1', async (t) => {
  const { env } = await live(t);
  const complete = (words: string, place: number) =>
    circusctl([], { ...env, AUTO_COMPLETE: '1', COMP_WORDS: words, COMP_CWORD: String(place) });
  const stats = { code: 1, stdout: 'start stats status stop\n', stderr: '' };
  assert.deepEqual(await complete('circusctl st', 1), stats);
  const all = catalog.map(({ name }) => name).join(' ');
  assert.deepEqual(await complete('circusctl', 1), { code: 1, stdout: `${all}\n`, stderr: '' });
  assert.deepEqual((await complete('circusctl status w', 2)).stdout, 'web\n');
  assert.deepEqual(await complete('circusctl zork w', 2), { code: 1, stdout: '', stderr: '' });
});

test('an unknown shell is refused with those that are known', async () => {
  const { code, stderr } = await circusctl(['completion', 'tcsh']);
  assert.equal(code, 1);
  assert.match(stderr, /shell should be one of bash, fish, zsh, not 'tcsh'/);
});

/** Fills in what bash does for a line, its word breaks at `:` and `=` too, and prints COMPREPLY. */
const bashTrial = `
source <(circusctl completion bash)
[[ $(complete -p circusctl) == *'-F _circusctl circusctl' ]] || exit 9
COMP_LINE=$1; COMP_POINT=\${#1}
read -ra parts <<< "$(sed -E 's/([:=])/ \\1 /g' <<< "$1")"
[[ $1 == *' ' ]] && parts+=('')
COMP_WORDS=("\${parts[@]}"); COMP_CWORD=$((\${#parts[@]} - 1))
_circusctl
printf '%s\\n' "\${COMPREPLY[@]}"`;

test('bash completes, with colons and spaces in names', async (t) => {
  if (!(await hasShell(t, 'bash'))) return;
  const { env } = await live(t);
  const rows: readonly (readonly [string, string])[] = [
    ['circusctl sta', 'start\nstats\nstatus\n'],
    ['circusctl status ', 'my\\ app\nplugin:x\nweb\n'],
    ['circusctl status plugin:', 'x\n'],
    ['circusctl status plu', 'plugin:x\n'],
    ['circusctl set web max_r', 'max_retry\n'],
    ['circusctl stop --wait=sett', 'settled\n'],
    ['circusctl zork ', '\n'],
  ];
  for (const [line, expected] of rows) {
    const { stdout } = await run('bash', ['--norc', '-c', bashTrial, 'bash', line], { env });
    assert.equal(stdout, expected, line);
  }
});

test('fish completes, with explanations', async (t) => {
  if (!(await hasShell(t, 'fish'))) return;
  const { env } = await live(t);
  const complete = async (line: string) => {
    const script = `circusctl completion fish | source; complete -C '${line}'`;
    return (await run('fish', ['--no-config', '-c', script], { env })).stdout;
  };
  assert.match(await complete('circusctl numw'), /^numwatchers\tGet the number of watchers\n$/);
  assert.equal(await complete('circusctl status '), 'my app\nplugin:x\nweb\n');
  assert.equal(await complete('circusctl stop --wait=sett'), '--wait=settled\n');
});

/** compadd is what a completion function hands its words to; here it prints them. */
const zshTrial = `
compdef() { :; }
source <(circusctl completion zsh)
compadd() { print -l -- $words_found; }
words=(\${(z)1}); [[ $1 == *' ' ]] && words+=(''); CURRENT=$#words; PREFIX=$words[-1]
_circusctl`;

test('zsh completes', async (t) => {
  if (!(await hasShell(t, 'zsh'))) return;
  const { env } = await live(t);
  const complete = async (line: string) =>
    (await run('zsh', ['-f', '-c', zshTrial, 'zsh', line], { env })).stdout;
  assert.equal(await complete('circusctl sta'), 'start\nstats\nstatus\n');
  assert.equal(await complete('circusctl status '), 'my app\nplugin:x\nweb\n');
});
