import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { asRoot, outputOf, refusalOf, run, statusOf } from './children.ts';

const folder = mkdtempSync(join(tmpdir(), 'circus-credentials-'));
after(() => rmSync(folder, { recursive: true }));

const nobody = { uid: 65_534, gid: 65_534 };

/** Everything about us that a change of user could leave behind. */
function ownCredentials(): string[] {
  const lines = readFileSync('/proc/thread-self/status', 'latin1').split('\n');
  return lines.filter((line) => /^(Uid|Gid|Groups|Cap\w+):/.test(line));
}

describe('a process of another user', asRoot, () => {
  test('has that user, group and groups only, and no privilege', async () => {
    const before = ownCredentials();
    const status = await statusOf({ ...nobody, groups: [7, 9] });
    assert.equal(status['Uid'], '65534 65534 65534 65534');
    assert.equal(status['Gid'], '65534 65534 65534 65534');
    assert.equal(status['Groups'], '7 9');
    assert.deepEqual(
      [status['CapInh'], status['CapPrm'], status['CapEff']].map((set) => BigInt(`0x${set}`)),
      [0n, 0n, 0n],
    );
    assert.deepEqual(ownCredentials(), before);
  });

  test('has no supplementary groups when none are given', async () => {
    assert.equal((await statusOf(nobody))['Groups'], '');
  });

  test('keeps its name, environment, session and signals', async () => {
    const env = { A: '1', PATH: '/usr/bin:/bin' };
    const argv = ['cat', '/proc/self/cmdline', '/proc/self/environ'];
    assert.equal(
      await outputOf({ argv, env, ...nobody }),
      `${argv.join('\0')}\0A=1\0PATH=/usr/bin:/bin\0`,
    );
    const { Pid, NSsid, SigIgn } = await statusOf(nobody);
    assert.deepEqual([NSsid, BigInt(`0x${SigIgn}`)], [Pid, 0n]);
  });

  test('can have another group alone', async () => {
    const { Uid, Gid } = await statusOf({ gid: 12 });
    assert.deepEqual([Uid, Gid], ['0 0 0 0', '12 12 12 12']);
  });

  test('is refused a program or directory that the user may not use, and circusd stays root', async () => {
    const before = ownCredentials();
    const program = join(folder, 'private');
    writeFileSync(program, '#!/bin/sh\n');
    chmodSync(program, 0o700);
    chmodSync(folder, 0o755);
    for (const command of [
      { argv: [program], ...nobody },
      { argv: ['true'], workingDir: '/root', ...nobody },
    ]) {
      const error = await refusalOf(command);
      assert.equal(error.code, 'EACCES');
      assert.match(error.message, /as user 65534/);
      assert.deepEqual(ownCredentials(), before);
    }
  });

  test('cannot signal circusd while others are started as its user', async () => {
    const script = `until kill -0 ${process.pid} 2>/dev/null; do :; done`;
    const attack = run({ argv: ['sh', '-c', script], timeoutMs: 1500, ...nobody });
    const begin = performance.now();
    while (performance.now() - begin < 1500) await outputOf({ argv: ['true'], ...nobody });
    assert.equal((await attack).timedOut, true);
  });

  test('is refused for numbers that are no ids', async () => {
    assert.equal((await refusalOf({ argv: ['true'], uid: -1 })).code, 'EINVAL');
    assert.equal((await refusalOf({ argv: ['true'], gid: 2 ** 32 - 1 })).code, 'EINVAL');
  });

  test('cannot also be called other than its file', async () => {
    const error = await refusalOf({ argv: ['other'], executable: 'true', ...nobody });
    assert.equal(error.isPermanent, true);
    assert.match(error.message, /executable "true".*"other"/);
  });
});

describe("one's own user", () => {
  test('can be asked for by everybody', async () => {
    const uid = process.geteuid?.() ?? 0;
    const gid = process.getegid?.() ?? 0;
    assert.equal((await statusOf({ uid, gid }))['Uid'], Array(4).fill(uid).join(' '));
  });

  const asUser = { skip: process.geteuid?.() === 0 ? 'needs another user than root' : false };
  test('is the only one without root', asUser, async () => {
    const error = await refusalOf({ argv: ['true'], uid: 0, gid: 0 });
    assert.equal(error.code, 'EPERM');
    assert.match(error.message, /user 0: circusd runs as user/);
  });
});
