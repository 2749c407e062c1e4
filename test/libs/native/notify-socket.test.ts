import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { type NotifyMessage, NotifySocket } from '#libs/native';

const python = '/usr/bin/python3';

function open(t: TestContext): NotifySocket {
  const socket = new NotifySocket();
  t.after(() => socket.close());
  return socket;
}

/** Runs a line of Python that has the socket `s`, connected; gives what it prints. */
function send(socket: NotifySocket, line: string): string {
  const program = `
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect('\\0' + sys.argv[1][1:])
${line}
print(os.getpid())`;
  const { stdout, stderr } = spawnSync(python, ['-c', program, socket.address]);
  assert.equal(stderr.toString(), '');
  return stdout.toString().trim();
}

function receiveAll(socket: NotifySocket): (NotifyMessage | 'dropped')[] {
  const all: (NotifyMessage | 'dropped')[] = [];
  for (let one = socket.receive(); one !== undefined; one = socket.receive()) all.push(one);
  return all;
}

test('tells what was sent, by which process and user', (t) => {
  const socket = open(t);
  const pid = Number(send(socket, "s.send(b'READY=1\\nSTATUS=hello')"));
  const uid = process.getuid?.();
  assert.deepEqual(receiveAll(socket), [{ text: 'READY=1\nSTATUS=hello', pid, uid }]);
  assert.equal(socket.receive(), undefined);
});

test('drops what is longer than a message may be', (t) => {
  const socket = open(t);
  send(socket, "s.send(b'X' * 100_000)\ns.send(b'READY=1')");
  const [first, second] = receiveAll(socket);
  assert.equal(first, 'dropped');
  assert.equal(typeof second === 'object' && second.text, 'READY=1');
});

test('keeps no descriptor that comes along with a message', (t) => {
  const socket = open(t);
  const before = readdirSync('/proc/self/fd').length;
  // Not its output: a pipe that is on its way has not ended, and the sender's end is waited for.
  send(socket, "[socket.send_fds(s, [b'FDSTORE=1'], [0, 0, 0]) for _ in range(5)]");
  assert.equal(receiveAll(socket).length, 5);
  assert.equal(readdirSync('/proc/self/fd').length, before);
});

test('gives nothing once it is closed', (t) => {
  const socket = open(t);
  socket.close();
  assert.equal(socket.receive(), undefined);
});
