import assert from 'node:assert/strict';
import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Publisher } from 'zeromq';
import { outputOf, path, refusalOf, run, statusOf, until } from './children.ts';

const folder = mkdtempSync(join(tmpdir(), 'circus-spawn-'));
after(() => rmSync(folder, { recursive: true }));

function fileWith(name: string, text: string, mode: number): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

describe('a process that is started', () => {
  test('gets its arguments byte for byte', async () => {
    const argv = ['printf', '%s|', '', 'a b', '"\'\\$', 'ünï', '-n'];
    assert.equal(await outputOf({ argv }), '|a b|"\'\\$|ünï|-n|');
  });

  test('gets the environment that is asked for and nothing else', async () => {
    const env = { B: '2', A: 'x=y', EMPTY: '' };
    const text = await outputOf({ argv: ['cat', '/proc/self/environ'], env });
    assert.equal(text, 'B=2\0A=x=y\0EMPTY=\0');
  });

  test('can be given no environment at all', async () => {
    assert.equal(await outputOf({ argv: ['cat', '/proc/self/environ'], env: {} }), '');
  });

  test('can be called other than its file', async () => {
    const text = await outputOf({ argv: ['other', '/proc/self/cmdline'], executable: 'cat' });
    assert.equal(text, 'other\0/proc/self/cmdline\0');
  });

  test('leads a session and a group of its own', async () => {
    const { Pid, NSpgid, NSsid } = await statusOf();
    assert.deepEqual([NSpgid, NSsid], [Pid, Pid]);
  });

  test('ignores and blocks no signal, whatever circusd does with them', async () => {
    const { SigBlk, SigIgn } = await statusOf();
    assert.deepEqual([BigInt(`0x${SigBlk}`), BigInt(`0x${SigIgn}`)], [0n, 0n]);
  });

  test('starts in its directory', async () => {
    assert.equal(await outputOf({ argv: ['pwd', '-P'], workingDir: folder }), `${folder}\n`);
  });

  test('is found relative to its directory', async () => {
    fileWith('here', '#!/bin/sh\necho here\n', 0o755);
    assert.equal(await outputOf({ argv: ['./here'], workingDir: folder }), 'here\n');
    const env = { PATH: '.' };
    assert.equal(await outputOf({ argv: ['here'], workingDir: folder, env }), 'here\n');
  });

  test('is looked for in its own PATH before that of circusd', async () => {
    fileWith('cat', '#!/bin/sh\necho mine\n', 0o755);
    assert.equal(await outputOf({ argv: ['cat'], env: { PATH: folder } }), 'mine\n');
  });

  test('has the umask that is asked for, and circusd keeps its own', async () => {
    const before = process.umask();
    assert.equal((await statusOf({ umask: 0o137 }))['Umask'], '0137');
    assert.equal(process.umask(), before);
  });

  test('has the nice value that is asked for', async () => {
    assert.equal(await outputOf({ argv: ['sh', '-c', 'sleep 0.1; nice'], nice: 7 }), '7\n');
  });
});

describe('descriptors', () => {
  const list = ['ls', '-1', '/proc/self/fd'];

  test('of circusd reach no child', async () => {
    const files = Array.from({ length: 200 }, () => openSync('/dev/null', 'r'));
    const server = createServer().listen(0, '127.0.0.1');
    const publisher = new Publisher();
    await publisher.bind('tcp://127.0.0.1:*');
    try {
      // 3 is the folder that ls reads.
      assert.equal(await outputOf({ argv: list }), '0\n1\n2\n3\n');
    } finally {
      publisher.close();
      server.close();
      files.forEach(closeSync);
    }
  });

  test('that are asked for arrive at their numbers, whatever numbers they had', async () => {
    const files = ['one', 'two', 'three'].map((text) => openSync(fileWith(text, text, 0o644), 'r'));
    const [one = 0, two = 0, three = 0] = files;
    try {
      const descriptors = [
        { source: one, target: two },
        { source: two, target: one },
        { source: three, target: three },
        { source: 'null' as const, target: 9 },
      ];
      const files = [two, one, three, 9].map((fd) => `/proc/self/fd/${fd}`);
      assert.equal(await outputOf({ argv: ['cat', ...files], descriptors }), 'onetwothree');
    } finally {
      files.forEach(closeSync);
    }
  });

  test('that are not open are refused', async () => {
    const error = await refusalOf({ argv: ['true'], descriptors: [{ source: 9999, target: 5 }] });
    assert.equal(error.code, 'EBADF');
  });

  test('cannot have one number twice', async () => {
    const descriptors = [{ source: 'null' as const, target: 1 }];
    assert.equal((await refusalOf({ argv: ['true'], descriptors })).code, 'EINVAL');
  });

  test('of circusd are all closed again, whether it starts or not', async () => {
    const openFiles = (): number => readdirSync('/proc/self/fd').length;
    await run({ argv: ['true'], input: 'x' });
    const before = openFiles();
    for (let round = 0; round < 50; round += 1) await refusalOf({ argv: [`${folder}/nobody`] });
    for (let round = 0; round < 10; round += 1) await run({ argv: ['true'], input: 'x' });
    await until(
      () => openFiles() <= before,
      () => `${openFiles()} are open, ${before} were`,
    );
  });
});

describe('a start that fails', () => {
  const cases: [string, string, () => Parameters<typeof refusalOf>[0], RegExp][] = [
    [
      'a name that is nowhere',
      'ENOENT',
      () => ({ argv: ['nosuchprogram'] }),
      /"nosuchprogram".*PATH/,
    ],
    [
      'a file that is not there',
      'ENOENT',
      () => ({ argv: ['/no/such'] }),
      /executable "\/no\/such"/,
    ],
    ['a file that is not executable', 'EACCES', () => ({ argv: ['/etc/passwd'] }), /\/etc\/passwd/],
    ['a directory as a program', 'EACCES', () => ({ argv: ['/etc'] }), /"\/etc" is a directory/],
    [
      'a file that is no program',
      'ENOEXEC',
      () => ({ argv: [fileWith('junk', 'junk', 0o755)] }),
      /junk/,
    ],
    [
      'a script without its interpreter',
      'ENOENT',
      () => ({ argv: [fileWith('lost', '#!/no/sh\n', 0o755)] }),
      /interpreter/,
    ],
    [
      'a missing directory',
      'ENOENT',
      () => ({ argv: ['true'], workingDir: '/no/dir' }),
      /working_dir "\/no\/dir"/,
    ],
    [
      'a file as a directory',
      'ENOTDIR',
      () => ({ argv: ['true'], workingDir: '/etc/passwd' }),
      /working_dir/,
    ],
    ['a NUL in an argument', 'EINVAL', () => ({ argv: ['true', 'a\0b'] }), /NUL.*a\\u0000b/],
    [
      'a NUL in the environment',
      'EINVAL',
      () => ({ argv: ['true'], env: { ...path, A: '\0' } }),
      /NUL/,
    ],
    [
      'a variable without a name',
      'EINVAL',
      () => ({ argv: ['true'], env: { ...path, '': 'x' } }),
      /variable/,
    ],
    ['no arguments', 'EINVAL', () => ({ argv: [] }), /empty/],
    ['an impossible nice value', 'EINVAL', () => ({ argv: ['true'], nice: 20 }), /nice 20/],
    ['an impossible umask', 'EINVAL', () => ({ argv: ['true'], umask: 0o1000 }), /umask/],
    ['too long arguments', 'E2BIG', () => ({ argv: ['true', 'x'.repeat(200_000)] }), /E2BIG/],
  ];
  for (const [what, code, command, message] of cases) {
    test(`says ${code} for ${what}, for good`, async () => {
      const error = await refusalOf(command());
      assert.equal(error.code, code);
      assert.equal(error.isPermanent, true);
      assert.match(error.message, message);
    });
  }
});
