import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { createLogger } from '#libs/logging';
import { parseSyslogAddress } from '../../../libs/logging/syslog.ts';

const rows = [
  ['syslog://loghost', { path: null, host: 'loghost', port: 514, facility: 1 }],
  ['syslog://loghost:1514?daemon', { path: null, host: 'loghost', port: 1514, facility: 3 }],
  ['syslog:///dev/log?local7', { path: '/dev/log', host: '', port: 514, facility: 23 }],
] as const;

for (const [address, expected] of rows) {
  test(`reads ${address}`, () => assert.deepEqual(parseSyslogAddress(address), expected));
}

for (const wrong of ['syslog:', 'syslog://', 'syslog://host?zork']) {
  test(`refuses ${wrong} and says what would be right`, () => {
    assert.throws(() => parseSyslogAddress(wrong), /syslog:.*(write|use one of)/);
  });
}

test('sends a line to a syslog daemon with facility, severity, name and pid', async () => {
  const daemon = createSocket('udp4').bind(0, '127.0.0.1');
  try {
    await once(daemon, 'listening');
    const output = `syslog://127.0.0.1:${daemon.address().port}?local0`;
    const log = createLogger({ name: 'circus', level: 'info', format: 'human', output });
    const arrival = once(daemon, 'message');
    log.debug('too much');
    log.error('disk is full');
    const [message] = (await arrival) as [Buffer];
    // local0 is 16, error is 3.
    const form = /^<131>\w{3} [ \d]\d \d\d:\d\d:\d\d circus\[(\d+)\]: disk is full$/;
    assert.equal(form.exec(String(message))?.[1], String(process.pid));
  } finally {
    daemon.close();
  }
});
