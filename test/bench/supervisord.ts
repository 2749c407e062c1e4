/** The same program below supervisord, which reads its output through a pipe and rotates its file. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whether it is installed. */
export function hasSupervisord(): boolean {
  return spawnSync('supervisord', ['--version']).status === 0;
}

/** From the program's start to its end, by supervisord's own log. Milliseconds. */
export async function writeBelowSupervisord(folder: string, script: string): Promise<number> {
  const log = join(folder, 'supervisord.log');
  const file = join(folder, 'supervisord.conf');
  writeFileSync(log, '');
  writeFileSync(
    file,
    `[supervisord]
nodaemon = true
logfile = ${log}
pidfile = ${join(folder, 'supervisord.pid')}
[program:writer]
command = ${process.execPath} ${script}
autorestart = false
startsecs = 0
stdout_logfile = ${join(folder, 'supervised')}
stdout_logfile_maxbytes = 10000000
stdout_logfile_backups = 5
`,
  );
  const child = spawn('supervisord', ['-c', file], { stdio: 'ignore' });
  try {
    for (;;) {
      const text = readFileSync(log, 'utf8');
      const [began, ended] = [timeOf(text, 'spawned'), timeOf(text, 'exited')];
      if (began !== undefined && ended !== undefined) return ended - began;
      if (child.exitCode !== null) throw new Error(`supervisord has ended: ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  }
}

/** `2026-01-31 12:00:00,123 INFO exited: ...` */
function timeOf(log: string, event: string): number | undefined {
  const [, time, ms] = new RegExp(`^(\\S+ \\S+),(\\d+) INFO ${event}`, 'm').exec(log) ?? [];
  return time === undefined ? undefined : Date.parse(time.replace(' ', 'T')) + Number(ms);
}
