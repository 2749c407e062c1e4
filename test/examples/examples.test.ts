/** The files of examples/ do what examples/README.md says (manual 5.15). */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CircusClient, EventSubscriber } from '#libs/client';
import { readConfig } from '#libs/config';
import { copyExamples, Program, runCircusd, until } from './run-program.ts';

/** The python that Debian's packages install modules for. */
const python = '/usr/bin/python3';

test('every configuration is without fault and warning', () => {
  const files = readdirSync('examples').filter((name) => name.endsWith('.ini'));
  assert.ok(files.length >= 3);
  for (const file of files) {
    const { config, faults, warnings } = readConfig(`examples/${file}`, process.env);
    assert.deepEqual({ file, faults, warnings }, { file, faults: [], warnings: [] });
    assert.ok(config.watchers.length > 0, file);
  }
});

test('example1.ini runs five dummy and three dummy2, and ends them all', async (t) => {
  const { folder, endpoint } = copyExamples();
  const circusd = runCircusd(t, 'example1.ini', folder);
  await untilStarted(circusd);
  const pids = {
    dummy: await list(t, endpoint, 'dummy'),
    dummy2: await list(t, endpoint, 'dummy2'),
  };
  assert.equal(pids.dummy.length, 5);
  assert.equal(pids.dummy2.length, 3);
  const greeted = (): boolean =>
    [1, 2, 3].every((wid) => say(`hello from dummy2 number ${wid}`).test(circusd.output));
  await until(greeted, () => circusd.output);
  assert.equal(await circusd.stop(), 0);
  for (const pid of [...pids.dummy, ...pids.dummy2])
    assert.equal(existsSync(`/proc/${pid}`), false);
});

test('example1.ini publishes what its workers use', async (t) => {
  const { folder, endpoint, statsEndpoint } = copyExamples();
  const circusd = runCircusd(t, 'example1.ini', folder);
  await untilStarted(circusd);
  const stats = new EventSubscriber(statsEndpoint, ['stat.dummy2.']);
  t.after(() => stats.close());
  const pids = await list(t, endpoint, 'dummy2');
  for await (const { payload } of stats) {
    assert.ok(pids.includes(Number(payload['pid'])));
    assert.match(String(payload['cmdline']), /^(sh|sleep)$/);
    break;
  }
  assert.equal(await circusd.stop(), 0);
});

test('example1.ini prints a link that signs in to its console', async (t) => {
  const { folder } = copyExamples();
  const circusd = runCircusd(t, 'example1.ini', folder);
  const pattern = /Sign in, once, with (http:\S+)#sign-in=(\S+)/;
  await until(
    () => pattern.test(circusd.output),
    () => circusd.output,
  );
  const [, url = '', link = ''] = pattern.exec(circusd.output) ?? [];
  const answer = await fetch(`${url}api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ link }),
  });
  assert.equal(answer.status, 200);
  assert.equal(await circusd.stop(), 0);
});

test('npm start runs example1.ini in examples/', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    scripts: Record<string, string>;
  };
  assert.equal(scripts['start'], 'cd examples && exec node ../bin/circusd.js example1.ini');
});

test('running.ini runs five myprogram and two anotherprogram', async (t) => {
  const { folder, endpoint } = copyExamples();
  const circusd = runCircusd(t, 'running.ini', folder);
  await untilStarted(circusd);
  assert.equal((await list(t, endpoint, 'myprogram')).length, 5);
  assert.equal((await list(t, endpoint, 'anotherprogram')).length, 2);
  for (const wid of [1, 2, 3, 4, 5]) {
    assert.match(circusd.output, say(`hello from myprogram number ${wid}`));
  }
  assert.equal(await circusd.stop(), 0);
});

test('configuration.ini includes enabled files, sets the environment, and lets workers say goodbye', async (t) => {
  const { folder, endpoint } = copyExamples();
  const circusd = runCircusd(t, 'configuration.ini', folder);
  await untilStarted(circusd);
  const client = connect(t, endpoint);
  const { watchers } = await client.call('list');
  assert.deepEqual(watchers, ['anotherprogram', 'myprogram']);
  const greeted = (): boolean =>
    [1, 2, 3, 4, 5].every((wid) => say(`hello from myprogram number ${wid}`).test(circusd.output));
  await until(greeted, () => circusd.output);
  assert.equal(await circusd.stop(), 0);
  assert.match(circusd.output, say('goodbye from myprogram number 5'));
});

for (const [file, interpreter] of [
  ['listener.js', process.execPath],
  ['listener.py', python],
] as const) {
  test(`${file} prints what happens when a worker is killed`, async (t) => {
    if (interpreter === python && !hasPyzmq(t)) return;
    const { folder, endpoint, pubsubEndpoint } = copyExamples();
    const circusd = runCircusd(t, 'example1.ini', folder);
    await untilStarted(circusd);
    const words = [interpreter, resolve('examples', file), pubsubEndpoint, 'watcher.dummy2.'];
    const listener = new Program(t, words);
    const client = connect(t, endpoint);
    const hasHeard = (event: string): boolean => listener.output.includes(`dummy2.${event}: {`);
    // A subscription takes a moment: until it is there, something is made to happen again and again.
    await until(
      () => {
        if (!hasHeard('updated')) {
          void client.call('set', { name: 'dummy2', options: { graceful_timeout: 5 } });
        }
        return hasHeard('updated');
      },
      () => listener.output,
    );
    const [victim = 0] = await list(t, endpoint, 'dummy2');
    process.kill(victim);
    await until(
      () => hasHeard('reap') && hasHeard('spawn'),
      () => listener.output,
    );
    assert.match(listener.output, new RegExp(`dummy2\\.reap: .*"process_pid": ?${victim}\\b`));
    assert.doesNotMatch(listener.output, /watcher\.dummy\./);
  });
}

/** Whether the Python listener can run here; with CI=true it has to. */
function hasPyzmq(t: TestContext): boolean {
  const { status } = spawnSync(python, ['-c', 'import zmq']);
  if (status === 0) return true;
  assert.notEqual(process.env['CI'], 'true', 'pyzmq is missing: install python3-zmq');
  t.skip('pyzmq is missing: install python3-zmq');
  return false;
}

async function untilStarted(circusd: Program): Promise<void> {
  await until(
    () => circusd.output.includes('waiting for commands'),
    () => circusd.output,
  );
}

function connect(t: TestContext, endpoint: string): CircusClient {
  const client = new CircusClient(endpoint, { timeoutMs: 10_000 });
  t.after(() => client.close());
  return client;
}

async function list(t: TestContext, endpoint: string, name: string): Promise<number[]> {
  const { pids } = await connect(t, endpoint).call('list', { name });
  assert.ok(Array.isArray(pids));
  return pids.map(Number);
}

/** A whole line of output. */
function say(line: string): RegExp {
  return new RegExp(`^${line}$`, 'm');
}
