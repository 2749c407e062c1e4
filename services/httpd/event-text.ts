/** Events of circusd in words. */
import { type JsonObject, signalName } from '#libs/protocol';
import type { LastExit } from './console-state.ts';

/** How a process ended: `exit 1`, `SIGKILL`. */
function causeOf(exitCode: unknown): string {
  if (typeof exitCode !== 'number') return 'unknown status';
  return exitCode < 0 ? signalName(-exitCode) : `exit ${exitCode}`;
}

export function lastExit(time: number, payload: JsonObject): LastExit {
  const code = payload['exit_code'];
  return {
    time,
    pid: Number(payload['process_pid']),
    code: typeof code === 'number' ? code : null,
    cause: causeOf(code),
  };
}

/** What has happened, beyond the event's name. */
export function eventText(name: string, payload: JsonObject): string {
  const pid = payload['process_pid'];
  const reason = payload['reason'];
  const why = typeof reason === 'string' ? `: ${reason}` : '';
  switch (name) {
    case 'spawn':
      return `pid ${pid} started`;
    case 'reap': {
      const backoff = Number(payload['backoff'] ?? 0);
      const next = backoff > 0 ? `, next in ${backoff.toFixed(1)} s` : '';
      return `pid ${pid} ended: ${causeOf(payload['exit_code'])}${next}${why}`;
    }
    case 'kill':
      return `pid ${pid} was told to end`;
    case 'expired':
      return `pid ${pid} is older than max_age`;
    case 'ready':
      return `pid ${pid} is ready`;
    case 'spawn_failed':
      return `cannot be started${why}`;
    case 'reload_started':
      return `${payload['kind']} reload`;
    case 'reload_failed':
      return `rolled back${why}`;
    case 'hook_success':
      return String(payload['name']);
    case 'hook_failure':
      return `${payload['name']}: ${payload['error']}`;
    case 'stream_failed':
      return `${payload['stream']}${why}`;
    case 'stream_resumed':
      return `${payload['stream']} is written again, ${payload['dropped']} bytes dropped`;
    default:
      return typeof reason === 'string' ? reason : '';
  }
}
