import assert from 'node:assert/strict';
import { test } from 'node:test';
import { circusTable, socketTable, watcherTable } from '#libs/config';
import {
  checkOption,
  type OptionRow,
  type OptionTable,
  parseOption,
  printOption,
} from '#libs/options';
import type { Json } from '#libs/protocol';

/** For each row: a text that is right, its value, its console print, and a text that is wrong. */
type RowCases = Readonly<
  Record<string, [text: string, value: Json, printed: string, wrong?: string]>
>;

const watcherCases: RowCases = {
  cmd: ['sleep 1', 'sleep 1', 'sleep 1'],
  args: ['-u x.py', '-u x.py', '-u x.py'],
  numprocesses: ['3', 3, '3', '-1'],
  warmup_delay: ['0.5', 0.5, '0.5', '-0.1'],
  executable: ['/bin/x', '/bin/x', '/bin/x'],
  working_dir: ['/tmp', '/tmp', '/tmp'],
  shell: ['yes', true, 'True', 'sh'],
  shell_args: ['a b', 'a b', 'a b'],
  uid: ['33', 33, '33'],
  gid: ['staff', 'staff', 'staff'],
  copy_env: ['on', true, 'True', ''],
  copy_path: ['1', true, 'True', '2'],
  env: ['A=1', { A: '1' }, 'A=1', 'A'],
  autostart: ['False', false, 'False', 'never'],
  respawn: ['no', false, 'False', 'x'],
  send_hup: ['true', true, 'True', 'x'],
  stop_children: ['true', true, 'True', 'x'],
  on_demand: ['true', true, 'True', 'x'],
  use_sockets: ['true', true, 'True', 'x'],
  listen_fds: ['true', true, 'True', 'x'],
  singleton: ['true', true, 'True', 'x'],
  stop_signal: ['int', 2, '2', '0'],
  max_retry: ['-1', -1, '-1', '-2'],
  graceful_timeout: ['1.5', 1.5, '1.5', '-1'],
  hook_timeout: ['1.5', 1.5, '1.5', '0'],
  priority: ['-3', -3, '-3', '1.5'],
  depends_on: ['Db, m:started', ['db:ready', 'm:started'], 'db:ready, m:started', 'db:redy'],
  readiness: ['TCP', 'tcp', 'tcp', 'psychic'],
  readiness_target: ['8080', '8080', '8080'],
  readiness_timeout: ['3', 3, '3', '-1'],
  readiness_interval: ['0.5', 0.5, '0.5', '0'],
  reload_surge: ['2', 2, '2', '0'],
  liveness: ['watchdog', 'watchdog', 'watchdog', 'x'],
  liveness_target: ['8080', '8080', '8080'],
  liveness_interval: ['2', 2, '2', '0'],
  liveness_timeout: ['2', 2, '2', '0'],
  liveness_failures: ['2', 2, '2', '0'],
  max_age: ['60', 60, '60', '-1'],
  max_age_variance: ['0', 0, '0', '-1'],
  stdin_socket: ['web', 'web', 'web'],
  close_child_stdin: ['0', false, 'False', 'x'],
  close_child_stdout: ['1', true, 'True', 'x'],
  close_child_stderr: ['1', true, 'True', 'x'],
  log_ring: ['0', 0, '0', '-1'],
  virtualenv: ['/venv', '/venv', '/venv'],
  virtualenv_py_ver: ['3.11', '3.11', '3.11'],
  umask: ['022', 18, '0022', '1777'],
  nice: ['-20', -20, '-20', '20'],
  backoff_initial: ['0.2', 0.2, '0.2', '-1'],
  backoff_factor: ['1.5', 1.5, '1.5', '0.5'],
  backoff_max: ['60', 60, '60', '-1'],
  backoff_min_life: ['2', 2, '2', '-1'],
  backoff_reset: ['20', 20, '20', '-1'],
  check_flapping: ['no', false, 'False', 'x'],
  stream_backend: ['gevent', 'gevent', 'gevent', 'tokio'],
  flapping_attempts: ['2', 2, '2', 'x'],
  flapping_window: ['1.5', 1.5, '1.5', 'x'],
  retry_in: ['7', 7, '7', 'x'],
};

const circusCases: RowCases = {
  endpoint: ['ipc:///run/c', 'ipc:///run/c', 'ipc:///run/c'],
  endpoint_owner: ['root', 'root', 'root'],
  pubsub_endpoint: ['tcp://127.0.0.1:1', 'tcp://127.0.0.1:1', 'tcp://127.0.0.1:1'],
  log_endpoint: ['tcp://127.0.0.1:2', 'tcp://127.0.0.1:2', 'tcp://127.0.0.1:2'],
  statsd: ['1', true, 'True', 'x'],
  stats_endpoint: ['tcp://127.0.0.1:1', 'tcp://127.0.0.1:1', 'tcp://127.0.0.1:1'],
  stats_period: ['0.5', 0.5, '0.5', '0'],
  multicast_endpoint: ['udp://237.1.1.1:1', 'udp://237.1.1.1:1', 'udp://237.1.1.1:1'],
  check_delay: ['-1', -1, '-1', 'x'],
  include: ['a.ini b/*.ini', ['a.ini', 'b/*.ini'], 'a.ini b/*.ini'],
  include_dir: ['conf.d', ['conf.d'], 'conf.d'],
  stream_backend: ['Thread', 'thread', 'thread', 'tokio'],
  warmup_delay: ['0.5', 0.5, '0.5', '-1'],
  httpd: ['on', true, 'True', 'x'],
  httpd_host: ['::1', '::1', '::1'],
  httpd_port: ['0', 0, '0', '65536'],
  httpd_users_file: ['/etc/circus/users', '/etc/circus/users', '/etc/circus/users'],
  statsd_close_outputs: ['1', true, 'True', 'x'],
  httpd_close_outputs: ['1', true, 'True', 'x'],
  debug: ['1', true, 'True', 'x'],
  debug_gc: ['1', true, 'True', 'x'],
  pidfile: ['/run/c.pid', '/run/c.pid', '/run/c.pid'],
  umask: ['002', 2, '0002', '9'],
  loglevel: ['DEBUG', 'debug', 'debug', 'loud'],
  logoutput: ['-', '-', '-'],
  loggerconfig: ['log.yaml', 'log.yaml', 'log.yaml'],
  fqdn_prefix: ['a', 'a', 'a'],
};

const socketCases: RowCases = {
  host: ['::1', '::1', '::1'],
  port: ['0', 0, '0', '65536'],
  family: ['af_inet6', 'AF_INET6', 'AF_INET6', 'INET'],
  type: ['Sock_Dgram', 'SOCK_DGRAM', 'SOCK_DGRAM', 'DGRAM'],
  proto: ['udp', 'udp', 'udp', ''],
  path: ['/run/s', '/run/s', '/run/s'],
  umask: ['077', 63, '0077', '8'],
  replace: ['yes', true, 'True', 'x'],
  interface: ['lo', 'lo', 'lo'],
  so_reuseport: ['1', true, 'True', 'x'],
  backlog: ['5', 5, '5', '-1'],
  blocking: ['no', false, 'False', 'x'],
};

testTable('watcher', watcherTable, watcherCases);
testTable('circus', circusTable, circusCases);
testTable('socket', socketTable, socketCases);

function testTable(title: string, table: OptionTable, cases: RowCases): void {
  test(`${title}: every row reads, checks and prints its values`, () => {
    assert.deepEqual(
      table.map((row) => row.name),
      Object.keys(cases),
    );
    for (const row of table) testRow(row, cases[row.name] ?? ['', null, '']);
  });

  test(`${title}: every row is documented and its default is right`, () => {
    for (const row of table) {
      assert.match(row.name, /^[a-z][a-z_]*$/);
      assert.match(row.doc, /^[A-Z].*\.$/s, row.name);
      assert.match(row.manual, /^(-|5(\.\d+)+)$/, row.name);
      assert.deepEqual(checkOption(row, row.default), row.default, row.name);
    }
  });
}

function testRow(row: OptionRow, [text, value, printed, wrong]: RowCases[string]): void {
  assert.deepEqual(parseOption(row, text), value, row.name);
  assert.deepEqual(checkOption(row, value), value, row.name);
  assert.equal(printOption(row, value), printed, row.name);
  if (wrong === undefined) return;
  assert.throws(
    () => parseOption(row, wrong),
    { code: 'invalid_message' },
    `${row.name}: ${wrong}`,
  );
}
