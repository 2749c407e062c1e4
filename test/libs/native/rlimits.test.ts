import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { limitNames } from '#libs/native';
import { asRoot, canRaiseLimits, outputOf, path, refusalOf, run } from './children.ts';

type Limits = Record<string, [string, string]>;

/** /proc/self/limits as the child reads it: soft and hard by the kernel's words. */
async function limitsOf(
  rlimits: { name: string; value: number | null }[],
  more = {},
): Promise<Limits> {
  const text = await outputOf({ argv: ['cat', '/proc/self/limits'], rlimits, ...more });
  const rows = text.split('\n').map((line) => /^(Max \S+(?: \S+)*?) {2,}(\S+) +(\S+)/.exec(line));
  return Object.fromEntries(rows.map((row) => [row?.[1], [row?.[2], row?.[3]]]));
}

describe('limits', () => {
  test('are set for soft and hard, in any case of the name', async () => {
    const limits = await limitsOf([
      { name: 'NOFILE', value: 123 },
      { name: 'core', value: 0 },
      { name: 'Stack', value: 4_194_304 },
      { name: 'CPU', value: 1000 },
    ]);
    assert.deepEqual(limits['Max open files'], ['123', '123']);
    assert.deepEqual(limits['Max core file size'], ['0', '0']);
    assert.deepEqual(limits['Max stack size'], ['4194304', '4194304']);
    assert.deepEqual(limits['Max cpu time'], ['1000', '1000']);
  });

  test('of files that are unlimited are the hard limit of circusd', async () => {
    const hard = (await limitsOf([]))['Max open files']?.[1];
    const limits = await limitsOf([{ name: 'nofile', value: null }]);
    assert.deepEqual(limits['Max open files'], [hard, hard]);
  });

  test('keep the name and environment of the process', async () => {
    const argv = ['cat', '/proc/self/cmdline', '/proc/self/environ'];
    const rlimits = [{ name: 'nofile', value: 99 }];
    assert.equal(
      await outputOf({ argv, rlimits, env: path }),
      `${argv.join('\0')}\0PATH=${path.PATH}\0`,
    );
  });

  test('can be combined with a user', asRoot, async () => {
    const limits = await limitsOf([{ name: 'nofile', value: 77 }], { uid: 65_534, gid: 65_534 });
    assert.deepEqual(limits['Max open files'], ['77', '77']);
  });

  const privileged = { skip: canRaiseLimits ? false : 'needs CAP_SYS_RESOURCE' };
  test('above the hard one are given by a privileged circusd', privileged, async () => {
    const limits = await limitsOf([{ name: 'memlock', value: null }]);
    assert.deepEqual(limits['Max locked memory'], ['unlimited', 'unlimited']);
  });

  const unprivileged = { skip: canRaiseLimits ? 'needs a lack of CAP_SYS_RESOURCE' : false };
  test('above the hard one are refused without privilege', unprivileged, async () => {
    const hard = Number((await limitsOf([]))['Max open files']?.[1]);
    const rlimits = [{ name: 'NOFILE', value: hard + 1 }];
    const error = await refusalOf({ argv: ['true'], rlimits });
    assert.deepEqual([error.code, error.isPermanent], ['EPERM', true]);
    assert.match(error.message, new RegExp(`rlimit_NOFILE: ${hard + 1} is above.*${hard}`));
  });

  test('of an unknown name are refused with the known names', async () => {
    const error = await refusalOf({ argv: ['true'], rlimits: [{ name: 'FOO', value: 1 }] });
    assert.deepEqual([error.code, error.isPermanent], ['EINVAL', true]);
    for (const name of limitNames) assert.ok(error.message.includes(name));
  });

  test('that are no counts are refused', async () => {
    const error = await refusalOf({ argv: ['true'], rlimits: [{ name: 'core', value: -1 }] });
    assert.equal(error.code, 'EINVAL');
  });

  test('that the kernel can never give are refused', async () => {
    const error = await refusalOf({
      argv: ['true'],
      rlimits: [{ name: 'nofile', value: 2 ** 40 }],
    });
    assert.deepEqual([error.code, error.isPermanent], ['EPERM', true]);
  });

  test('do not hide that a program is missing or a directory', async () => {
    const rlimits = [{ name: 'core', value: 0 }];
    assert.equal((await refusalOf({ argv: ['/no/such'], rlimits })).code, 'ENOENT');
    assert.equal((await refusalOf({ argv: ['/etc'], rlimits })).code, 'EACCES');
    assert.equal((await refusalOf({ argv: ['/etc/passwd'], rlimits })).code, 'EACCES');
    assert.equal((await refusalOf({ argv: ['true'], rlimits, workingDir: '/no' })).code, 'ENOENT');
  });

  test('leave a failure of the last exec to be seen, and an exit with its status alone', async () => {
    const rlimits = [{ name: 'core', value: 0 }];
    const folder = mkdtempSync(join(tmpdir(), 'circus-rlimits-'));
    const script = join(folder, 'lost');
    writeFileSync(script, '#!/no/such/interpreter\n', { mode: 0o755 });
    try {
      const lost = await run({ argv: [script], rlimits });
      assert.deepEqual([lost.exitCode, lost.failedBeforeExec], [127, true]);
      assert.match(lost.stderr, /lost/);
    } finally {
      rmSync(folder, { recursive: true });
    }
    const own = await run({ argv: ['sh', '-c', 'exit 127'], rlimits });
    assert.deepEqual([own.exitCode, own.failedBeforeExec], [127, false]);
  });
});
