import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createLogger } from '#libs/logging';
import { openDatagramSender } from '#libs/native';

const folder = mkdtempSync(join(tmpdir(), 'datagram-'));
after(() => rmSync(folder, { recursive: true }));

/** Binds a UNIX datagram socket, says so, prints the first message that comes. */
const receiver = `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound", flush=True)
print(s.recv(4096).decode(), flush=True)`;

test('a log line reaches a syslog daemon behind a path', async () => {
  const path = join(folder, 'log');
  const daemon = spawn('python3', ['-c', receiver, path]);
  try {
    const ended = once(daemon, 'exit');
    let output = '';
    daemon.stdout.on('data', (chunk) => {
      output += chunk;
    });
    await once(daemon.stdout, 'data');
    assert.ok(existsSync(path));
    const log = createLogger({
      name: 'circus',
      level: 'info',
      format: 'human',
      output: `syslog://${path}?daemon`,
      sendTo: openDatagramSender,
    });
    log.warn('low on disk');
    await ended;
    // daemon is 3, a warning is 4.
    assert.match(output, /^bound\n<28>.* circus\[\d+\]: low on disk\n$/);
  } finally {
    daemon.kill('SIGKILL');
  }
});

test('a message to nobody is lost, and nothing else happens', () => {
  openDatagramSender(join(folder, 'nobody'))('hello');
});
