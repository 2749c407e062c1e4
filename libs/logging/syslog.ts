/** Syslog addresses and messages: `syslog://host[:port][?facility]`, `syslog:///path[?facility]`. */
import { createSocket } from 'node:dgram';

/** Where a syslog daemon listens, and as what we speak to it. */
export interface SyslogAddress {
  /** A UNIX datagram socket, or a host and port. */
  readonly path: string | null;
  readonly host: string;
  readonly port: number;
  /** Its number. */
  readonly facility: number;
}

const facilities: readonly string[] = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron'],
  ...['authpriv', 'ftp', 'ntp', 'audit', 'alert', 'clock'],
  ...['local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
];

const defaultPort = 514;

/** Severities of syslog by pino's level numbers. */
const severities: Readonly<Record<number, number>> = { 10: 7, 20: 7, 30: 6, 40: 4, 50: 3, 60: 2 };

/** Whether a log output names a syslog daemon. */
export function isSyslog(output: string): boolean {
  return output.startsWith('syslog:');
}

/**
 * Reads an address; facility `user` and port 514 unless it says otherwise.
 *
 * @throws Error what is wrong with it and what would be right
 */
export function parseSyslogAddress(output: string): SyslogAddress {
  const [, authority, path, query] =
    /^syslog:\/\/([^/?]*)(\/[^?]*)?(?:\?(.*))?$/.exec(output) ?? [];
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(authority ?? '') ?? [];
  const facility = facilities.indexOf((query ?? 'user').toLowerCase());
  if (facility < 0) {
    throw new Error(
      `${output}: there is no facility ${query}, use one of ${facilities.join(', ')}`,
    );
  }
  if (authority === undefined || (host === '' && path === undefined)) {
    throw new Error(`${output}: write syslog://host:port?facility or syslog:///dev/log?facility`);
  }
  return {
    path: host === '' ? (path ?? null) : null,
    host,
    port: port === undefined ? defaultPort : Number(port),
    facility,
  };
}

/** One record of pino's JSON as a message of RFC 3164. */
export function syslogMessage(name: string, facility: number, json: string): string {
  const { level, time, pid, msg } = JSON.parse(json) as {
    level: number;
    time: number;
    pid: number;
    msg?: string;
  };
  const priority = facility * 8 + (severities[level] ?? 6);
  return `<${priority}>${syslogTime(new Date(time))} ${name}[${pid}]: ${msg ?? ''}`;
}

/** `Nov  3 21:00:13`, local time. */
function syslogTime(date: Date): string {
  const [, month, day, , time] = date.toString().split(' ');
  return `${month} ${String(Number(day)).padStart(2)} ${time}`;
}

/** Sends messages by UDP; what cannot be sent is lost, as syslog is. Holds up nobody's exit. */
export function udpSender({ host, port }: SyslogAddress): (message: string) => void {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.unref();
  socket.on('error', () => undefined);
  return (message) => socket.send(message, port, host, () => undefined);
}
