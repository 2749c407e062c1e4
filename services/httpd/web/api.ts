/** Requests to circushttpd. */
import type { SessionInfo } from '../console-state.ts';

/** What circushttpd or circusd refused, with the reason for people. */
class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

let csrf = '';

/** Every later request that changes something carries this session's token. */
export function useSession(session: SessionInfo): void {
  csrf = session.csrf;
}

/** @throws Refusal */
export async function get<T>(path: string): Promise<T> {
  return await request<T>(path, { method: 'GET' });
}

/** @throws Refusal */
export async function post<T>(path: string, body: unknown): Promise<T> {
  return await request<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
    body: JSON.stringify(body),
  });
}

/** @throws Refusal */
export async function signOut(): Promise<void> {
  await request('api/session', { method: 'DELETE', headers: { 'x-csrf-token': csrf } });
}

/** One command of circusd. @throws Refusal */
export async function run(
  command: string,
  properties: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  return await post(`api/commands/${command}`, properties);
}

async function request<T>(path: string, options: RequestInit): Promise<T> {
  const response = await fetch(path, options).catch(() => undefined);
  if (response === undefined) throw new Refusal('unreachable', 'The console cannot be reached.');
  const body: unknown = await response.json().catch(() => ({}));
  if (response.ok) return body as T;
  const { code = 'fault', message = response.statusText } = body as Partial<Refusal>;
  throw new Refusal(code, message);
}
