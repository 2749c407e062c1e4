/** What a worker finds when it is started: told by the worker itself. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type Daemon,
  type DaemonOptions,
  fixture,
  hasComponent,
  isReadable,
  makeFolder,
  python,
  readLines,
  readReport,
  startDaemon,
} from './daemon.ts';
import { until } from './until.ts';

/** One watcher for each set of options; all run report.py, named by wid where there are more. */
async function report(
  t: TestContext,
  watchers: Readonly<Record<string, string>>,
  { more = '', ...options }: DaemonOptions & { more?: string } = {},
): Promise<{ daemon: Daemon; folder: string }> {
  const folder = makeFolder(t);
  const script = fixture(folder, 'report.py');
  const sections = Object.entries(watchers).map(([name, lines]) => {
    const cmd = /^cmd *=/m.test(lines)
      ? ''
      : `cmd = ${python} ${script} ${folder}/out/${name}.json\n`;
    return `[watcher:${name}]\n${cmd}${lines}`;
  });
  const text = `${sections.join('\n')}\n${more}`.replaceAll('REPORT', `${python} ${script}`);
  const daemon = await startDaemon(t, text.replaceAll('OUT', `${folder}/out`), {
    ...options,
    folder,
    listens: false,
  });
  return { daemon, folder };
}

const canPython = (t: TestContext): boolean => hasComponent(t, python, isReadable(python));
const canRoot = (t: TestContext): boolean => hasComponent(t, 'root', process.getuid?.() === 0);

test('gives a worker its words, quoted ones whole, and its arguments after them', async (t) => {
  if (!canPython(t)) return;
  const { folder } = await report(t, {
    words: `args = 'two words' three "fo\\"ur" \\$HOME * ;x`,
    none: '',
  });
  const { argv } = await readReport(folder, 'words');
  assert.deepEqual(argv, [
    python,
    `${folder}/report.py`,
    `${folder}/out/words.json`,
    'two words',
    'three',
    'fo"ur',
    '$HOME',
    '*',
    ...argv.slice(8),
  ]);
  assert.equal((await readReport(folder, 'none')).argv.length, 3);
});

test('gives a worker only the configured environment, unless copy_env is on', async (t) => {
  if (!canPython(t)) return;
  const { folder } = await report(
    t,
    {
      bare: '',
      plain: 'env = A=1,B=two words',
      copying: 'copy_env = True',
      'web-1': 'copy_env = yes\nenv = A=option,ONLY=option',
      ruled: 'copy_env = True\ncopy_path = True',
    },
    {
      env: { OWN: 'mine', SHADOWED: 'mine', PYTHONPATH: '/nowhere' },
      more: `[env:plain]
SECTION = yes
[env:web-*, ruled]
A = section
SHADOWED = theirs
EXPANDED = $OWN-$UNSET.
`,
    },
  );
  assert.deepEqual((await readReport(folder, 'bare')).env, {});
  assert.deepEqual((await readReport(folder, 'plain')).env, {
    A: '1',
    B: 'two words',
    SECTION: 'yes',
  });
  const copied = (await readReport(folder, 'copying')).env;
  assert.equal(copied['OWN'], 'mine');
  assert.equal(copied['PATH'], process.env['PATH']);
  assert.equal(copied['SHADOWED'], 'mine');
  assert.equal('__name__' in copied, false);
  const web = (await readReport(folder, 'web-1')).env;
  assert.deepEqual(
    [web['A'], web['ONLY'], web['SHADOWED'], web['EXPANDED'], web['OWN']],
    ['section', 'option', 'theirs', 'mine-.', 'mine'],
  );
  assert.equal((await readReport(folder, 'ruled')).env['PYTHONPATH'], '/nowhere');
  const foreign = Object.keys(copied).filter((name) => /^CIRCUS/.test(name));
  assert.deepEqual(foreign, []);
});

test('gives [env] to every watcher', async (t) => {
  if (!canPython(t)) return;
  const { folder } = await report(t, { one: '', two: '' }, { more: '[env]\nCOMMON = here\n' });
  for (const name of ['one', 'two']) {
    assert.deepEqual((await readReport(folder, name)).env, { COMMON: 'here' });
  }
});

test('leaves a worker no descriptor but 0, 1 and 2', async (t) => {
  if (!canPython(t)) return;
  const { folder } = await report(
    t,
    {
      open: '',
      closed: 'close_child_stdin = True\nclose_child_stdout = True\nclose_child_stderr = True',
      stdin: 'close_child_stdin = False',
      limited: 'rlimit_core = 0',
    },
    // Whoever starts circusd may be careless: 7 and 9 are open and not close-on-exec.
    { launcher: ['/bin/sh', '-c', 'exec 7</etc/passwd 9</etc/group; exec "$@"', 'sh'] },
  );
  for (const name of ['open', 'closed', 'stdin', 'limited']) {
    const { fds } = await readReport(folder, name);
    assert.deepEqual(Object.keys(fds).sort(), ['0', '1', '2'], name);
  }
  const open = (await readReport(folder, 'open')).fds;
  assert.equal(open['0'], '/dev/null');
  assert.match(String(open['1']), /^(pipe|socket):/);
  assert.match(String(open['2']), /^(pipe|socket):/);
  assert.deepEqual((await readReport(folder, 'closed')).fds, {
    0: '/dev/null',
    1: '/dev/null',
    2: '/dev/null',
  });
});

test('passes on what workers print, unchanged', async (t) => {
  const { daemon } = await report(t, {
    talker: `cmd = /bin/sh -c 'echo "to stdout"; echo "to stderr" >&2; exec sleep 600'`,
  });
  await until(
    'output',
    () => [daemon.program.stdout, daemon.log],
    ([out, err]) => out?.includes('to stdout\n') && err?.includes('to stderr\n'),
  );
});

test('sets the resource limits that are asked for, soft and hard, and no others', async (t) => {
  if (!canPython(t)) return;
  const { folder } = await report(
    t,
    {
      limited: 'rlimit_nofile = 77\nrlimit_core = 0\nrlimit_CPU = 1000\nrlimit_fsize = 1000000',
      plain: '',
      unlimited: 'rlimit_cpu =',
    },
    { launcher: ['prlimit', '--nofile=1000:4000', '--cpu=5000:5000'] },
  );
  const { limits } = await readReport(folder, 'limited');
  assert.deepEqual(limits['nofile'], [77, 77]);
  assert.deepEqual(limits['core'], [0, 0]);
  assert.deepEqual(limits['cpu'], [1000, 1000]);
  assert.deepEqual(limits['fsize'], [1_000_000, 1_000_000]);
  const plain = (await readReport(folder, 'plain')).limits;
  assert.equal(plain['cpu']?.[0], 5000);
  // Node raises its own soft limit; workers do not inherit that.
  assert.deepEqual(plain['nofile'], [expectedSoftLimit(), 4000]);
});

/** circusd's parent has other limits, so that of prlimit is what was set for circusd alone. */
function expectedSoftLimit(): number {
  return 4000;
}

test('starts a worker in its directory, with its umask and nice value', async (t) => {
  if (!canPython(t)) return;
  const { folder } = await report(t, {
    default: '',
    moved: 'working_dir = OUT\numask = 027\nnice = 5',
  });
  const plain = await readReport(folder, 'default');
  assert.equal(plain.cwd, folder);
  assert.equal(plain.umask, process.umask());
  assert.equal(plain.nice, 0);
  const moved = await readReport(folder, 'moved');
  assert.deepEqual([moved.cwd, moved.umask, moved.nice], [`${folder}/out`, 0o27, 5]);
});

test('applies the umask of [circus] to the workers', async (t) => {
  if (!canPython(t)) return;
  const { folder } = await report(t, { one: '' }, { circus: 'umask = 077' });
  assert.equal((await readReport(folder, 'one')).umask, 0o77);
});

test('makes every worker the leader of a session of its own', async (t) => {
  if (!canPython(t)) return;
  const { folder } = await report(t, { one: '', limited: 'rlimit_core = 0' });
  for (const name of ['one', 'limited']) {
    const { pid, sid, pgid } = await readReport(folder, name);
    assert.deepEqual([sid, pgid], [pid, pid], name);
  }
});

test('runs a worker as user and groups asked for', async (t) => {
  if (!canPython(t) || !canRoot(t)) return;
  const { folder } = await report(t, {
    nobody: 'uid = nobody',
    number: 'uid = 65534\ngid = daemon',
    group: 'gid = daemon',
    combined: 'uid = daemon\nrlimit_nofile = 50\numask = 022\nnice = 3\nworking_dir = OUT',
  });
  const nobody = await readReport(folder, 'nobody');
  assert.deepEqual(
    [nobody.uids, nobody.gids, nobody.groups],
    [[65534, 65534, 65534], [65534, 65534, 65534], [65534]],
  );
  const number = await readReport(folder, 'number');
  assert.deepEqual(
    [number.uids, number.gids],
    [
      [65534, 65534, 65534],
      [1, 1, 1],
    ],
  );
  const group = await readReport(folder, 'group');
  assert.deepEqual(
    [group.uids, group.gids],
    [
      [0, 0, 0],
      [1, 1, 1],
    ],
  );
  const combined = await readReport(folder, 'combined');
  assert.deepEqual(combined.uids, [1, 1, 1]);
  assert.deepEqual(combined.limits['nofile'], [50, 50]);
  assert.deepEqual([combined.umask, combined.nice, combined.cwd], [0o22, 3, `${folder}/out`]);
});

test('gives a worker default signal handling, whatever circusd was started with', async (t) => {
  // The shell's own words change nothing about signals; python would, and so does a fork of it.
  const cmd = `cmd = /bin/sh -c 'while read -r line; do case $line in SigBlk*|SigIgn*) echo "$line";; esac; done < /proc/$$/status > OUT/$0; exec sleep 600'`;
  const { folder } = await report(
    t,
    { plain: `${cmd}\nargs = plain`, limited: `${cmd}\nargs = limited\nrlimit_core = 0` },
    { launcher: ['/bin/sh', '-c', 'trap "" HUP PIPE USR2 QUIT; exec "$@"', 'sh'] },
  );
  for (const name of ['plain', 'limited']) {
    const lines = await until(
      `signals of ${name}`,
      () => readLines(folder, name),
      (found) => found.length === 2,
    );
    assert.deepEqual(
      lines.map((line) => line.split('\t')),
      [
        ['SigBlk:', '0000000000000000'],
        ['SigIgn:', '0000000000000000'],
      ],
    );
  }
});

test('runs the executable under the name that cmd gives it', async (t) => {
  if (!canPython(t)) return;
  const { folder } = await report(t, {
    renamed: `cmd = my-name OUT/../report.py OUT/renamed.json\nexecutable = ${python}`,
  });
  const { argv, executable } = await readReport(folder, 'renamed');
  assert.equal(argv[0], 'my-name');
  assert.match(executable, /\/python3[.\d]*$/);
});

test('hands the line to the shell as it is written with shell = True', async (t) => {
  const { folder, daemon } = await report(t, {
    piped: `cmd = A=7; echo "a;b $A $0 $1" | tr a-z A-Z > OUT/piped && exec sleep
args = 600
shell = True
shell_args = zero 'one two'`,
  });
  const lines = await until(
    'output',
    () => readLines(folder, 'piped'),
    ({ length }) => length > 0,
  );
  assert.deepEqual(lines, ['A;B 7 ZERO ONE TWO']);
  const [pid = 0] = await daemon.pids('piped');
  await until(
    'the shell has become the worker',
    () => readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
    (words) => words.split('\0').join(' ') === 'sleep 600 ',
  );
});

test('replaces variables in the command: wid, options, environment, in every form', async (t) => {
  if (!canPython(t)) return;
  const { folder, daemon } = await report(
    t,
    {
      Vars: `cmd = REPORT OUT/$(circus.wid).json $(circus.WID) ((circus.wid)) $WID $(WID)
args = $(circus.env.mine) $(circus.numprocesses) $(circus.graceful_timeout) $(circus.nope) $(circus.env.own)
numprocesses = 3
copy_env = True
env = MINE=from-env`,
    },
    { env: { OWN: 'owned' } },
  );
  await daemon.running('vars', 3);
  for (const wid of ['1', '2', '3']) {
    const { argv } = await readReport(folder, wid);
    assert.deepEqual(argv.slice(3), [
      wid,
      wid,
      wid,
      wid,
      'from-env',
      '3',
      '30',
      '$(circus.nope)',
      'owned',
    ]);
  }
});

test('replaces environment variables in options of the file', async (t) => {
  if (!canPython(t)) return;
  const { daemon } = await report(
    t,
    { one: 'numprocesses = $(circus.env.COUNT)' },
    { env: { COUNT: '2' } },
  );
  await daemon.running('one', 2);
});

test('finds the command in the PATH of the worker, then in its own', async (t) => {
  const folder = makeFolder(t);
  const daemon = await startDaemon(
    t,
    `[watcher:bare]
cmd = sleep 600
[watcher:given]
cmd = here 600
env = PATH=${join(folder, 'out')}
`,
    {
      folder,
      listens: false,
      launcher: [
        '/bin/sh',
        '-c',
        `ln -s "$(command -v sleep)" ${folder}/out/here; exec "$@"`,
        'sh',
      ],
    },
  );
  await daemon.running('bare', 1);
  await daemon.running('given', 1);
});
