import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSocketNames, servedSockets } from '#libs/config';
import { faultLines, readText } from './read-text.ts';

test('reads sockets sorted by name, names in lower case, options at their defaults', (t) => {
  const { config, faults } = readText(
    t,
    '[socket:Web]\nport = 0\n[socket:api]\npath = /run/api.sock\n',
  );
  assert.deepEqual(faults, []);
  assert.deepEqual(
    config.sockets.map(({ name }) => name),
    ['api', 'web'],
  );
  const [api, web] = config.sockets;
  assert.equal(api?.options.family, 'AF_UNIX');
  assert.deepEqual(web?.options, {
    host: 'localhost',
    port: 0,
    family: 'AF_INET',
    type: 'SOCK_STREAM',
    proto: 0,
    path: null,
    umask: null,
    replace: false,
    interface: null,
    so_reuseport: false,
    backlog: 2048,
    blocking: true,
  });
});

const long = `/run/${'x'.repeat(103)}`;

const faulty: [text: string, line: string][] = [
  ['prt = 1', "2: [socket:s] prt = 1: 'prt' is no option of a socket: did you mean port?"],
  ['port = 65536', '2: [socket:s] port = 65536: 65536 is too high, 65535 is the highest'],
  ['family = AF_UNIX', '1: [socket:s]: a UNIX socket needs one: write path = /run/NAME.sock'],
  [
    `path = ${long}`,
    `2: [socket:s] path = ${long.slice(0, 77)}...: has 108 bytes, and the path of a socket has at most 107: choose a shorter one`,
  ],
  ['host = ::1', '2: [socket:s] host = ::1: is an IPv6 address: write family = AF_INET6'],
  [
    'path = /a\nso_reuseport = 1',
    '3: [socket:s] so_reuseport = 1: is for AF_INET and AF_INET6: a path has one socket only',
  ],
  [
    'port = 1\n[socket:S]\nport = 2',
    '3: [socket:S]: has the name of [socket:s] (circus.ini:1), case does not count: rename one',
  ],
  [
    'port = 1\n[watcher:w]\ncmd = x $(circus.sockets.t)\nuse_sockets = 1',
    "4: [watcher:w] cmd = x $(circus.sockets.t): there is no socket 't': write [socket:t]",
  ],
  [
    'port = 1\n[watcher:w]\ncmd = x\nstdin_socket = t',
    "5: [watcher:w] stdin_socket = t: there is no socket 't': write [socket:t]",
  ],
  [
    'port = 1\n[watcher:w]\ncmd = x\non_demand = 1',
    '5: [watcher:w] on_demand = 1: waits for a connection to a managed socket: write use_sockets = True',
  ],
  [
    'port = 1\n[watcher:w]\ncmd = x\nlisten_fds = 1',
    '5: [watcher:w] listen_fds = 1: needs use_sockets = True',
  ],
];

test('tells what is wrong with a socket, or with a name of one, and where', (t) => {
  for (const [text, line] of faulty) {
    const { faults } = readText(t, `[socket:s]\n${text}\n`);
    assert.deepEqual(faultLines(faults), [`circus.ini:${line}`]);
  }
});

test('suggests the socket that was meant', (t) => {
  const { faults } = readText(
    t,
    '[socket:backend]\nport = 0\n[watcher:w]\nuse_sockets = 1\ncmd = x\nargs = ((circus.sockets.bakend))\n',
  );
  assert.match(faults[0]?.message ?? '', /did you mean backend\?/);
});

test('warns of options without effect, and of sockets that are named and not inherited', (t) => {
  const { faults, warnings } = readText(
    t,
    '[socket:s]\npath = /a\nport = 1\n[socket:t]\numask = 0\n[watcher:w]\ncmd = x $(circus.sockets.S)\n',
  );
  assert.deepEqual(faults, []);
  assert.deepEqual(faultLines(warnings), [
    'circus.ini:3: [socket:s] port = 1: has no effect on a UNIX socket: remove it',
    'circus.ini:5: [socket:t] umask = 0: has no effect without a path: remove it',
    "circus.ini:7: [watcher:w] cmd = x $(circus.sockets.S): names socket 's', which the processes do not inherit: write use_sockets = True",
  ]);
});

test('finds the sockets that a watcher names, in every form, and those that it serves', (t) => {
  const { config } = readText(
    t,
    `[socket:a]\nport = 0\n[socket:b]\nport = 0\n[socket:c]\nport = 0\n[socket:d]\nport = 0
[watcher:named]\nuse_sockets = 1\ncmd = x $(CIRCUS.sockets.A) \${socket:b}\nargs = ((circus.sockets.c))\nstdin_socket = a
[watcher:all]\nuse_sockets = 1\ncmd = x
[watcher:none]\ncmd = x
`,
  );
  const names = config.sockets.map(({ name }) => name);
  const [all, named, none] = config.watchers;
  assert.ok(all && named && none);
  assert.deepEqual(
    findSocketNames(named).map(({ option, name }) => `${option} ${name}`),
    ['cmd a', 'cmd b', 'args c', 'stdin_socket a'],
  );
  assert.deepEqual(servedSockets(named, names), ['a', 'b', 'c']);
  assert.deepEqual(servedSockets(all, names), ['a', 'b', 'c', 'd']);
  assert.deepEqual(servedSockets(none, names), []);
});
