/**
 * Servers are replaced, again and again, while clients that never try again ask them; and the same is
 * done to what other process managers run, each as its manual says.
 */
import type { Report } from '../chaos/storm.ts';
import { percentile, waitUntil } from '../daemon/index.ts';
import { HttpClients } from './http-clients.ts';

const clientCount = 32;
const patienceMs = 30_000;

/** Servers that can be replaced. */
export interface ReloadSubject {
  /** Figures of it begin so. */
  readonly name: string;
  readonly port: number;
  /** Resolves when every server is a new one. */
  reload(): Promise<void>;
  /** Whether a failed request is a fault of ours. */
  readonly isOurs: boolean;
}

/** How much. */
export interface ReloadStormRequest {
  readonly reloads: number;
  /** At least so many are made, spread over all reloads. */
  readonly requests: number;
}

/** Reloads one subject under load, without and with connections that are kept. */
export async function reloadUnderLoad(
  subject: ReloadSubject,
  request: ReloadStormRequest,
): Promise<Report> {
  const figures: Record<string, number | string> = {};
  const violations: string[] = [];
  for (const keepsAlive of [false, true]) {
    const how = `${subject.name}, ${keepsAlive ? 'kept' : 'new'} connections`;
    const options = { port: subject.port, count: clientCount, keepsAlive };
    const clients = new HttpClients(options);
    try {
      const times = await reloadOften(subject, clients, request);
      figures[`${how}: median reload, ms`] = Math.round(percentile(times, 50));
    } finally {
      await clients.end();
    }
    Object.assign(figures, describeClients(how, clients));
    const { failures } = clients;
    if (failures.length > 0 && subject.isOurs) {
      violations.push(`${how}: ${failures.length} requests failed`);
    }
  }
  return { figures: { [`${subject.name}: reloads`]: request.reloads * 2, ...figures }, violations };
}

/** How many requests there were, and what became of those that failed. */
export function describeClients(how: string, clients: HttpClients): Record<string, number> {
  const codes = new Map<string, number>();
  for (const { code } of clients.failures) codes.set(code, (codes.get(code) ?? 0) + 1);
  const failed = [...codes].map(([code, count]) => [`${how}: failed with ${code}`, count] as const);
  return {
    [`${how}: requests`]: clients.total,
    [`${how}: failed`]: clients.failures.length,
    ...Object.fromEntries(failed),
  };
}

async function reloadOften(
  subject: ReloadSubject,
  clients: HttpClients,
  { reloads, requests }: ReloadStormRequest,
): Promise<number[]> {
  const times: number[] = [];
  for (let count = 1; count <= reloads; count += 1) {
    const begin = performance.now();
    await subject.reload();
    times.push(performance.now() - begin);
    await waitUntil(
      () => clients.total >= (requests * count) / reloads,
      { withinMs: patienceMs },
      () => `${subject.name}: ${clients.answered} answers, ${clients.failures.length} failures`,
    );
  }
  return times;
}
