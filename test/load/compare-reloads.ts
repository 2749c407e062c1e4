/** The long form: many reloads of circusd, and of PM2 and gunicorn where they are installed. */
import type { Report } from '../chaos/storm.ts';
import { type RunningDaemon, waitUntil } from '../daemon/index.ts';
import { HttpClients } from './http-clients.ts';
import { describeClients, type ReloadStormRequest, reloadUnderLoad } from './reload-storm.ts';
import { hasGunicorn, versionOfPm2, withCircus, withGunicorn, withPm2 } from './reload-subjects.ts';

/** Beside the storm: the folder with node_modules in which PM2 is. */
export interface ComparisonRequest extends ReloadStormRequest {
  readonly pm2: string | undefined;
}

/** All of them, one after the other. */
export async function compareReloads(request: ComparisonRequest): Promise<Report> {
  const { pm2 } = request;
  const reports = [
    await withCircus(async (subject, daemon) =>
      joinReports([
        await reloadUnderLoad(subject, request),
        await reloadToBrokenVersion(subject.port, daemon),
      ]),
    ),
  ];
  if (pm2 !== undefined) {
    reports.push({ figures: { 'pm2: version': versionOfPm2(pm2) }, violations: [] });
    reports.push(await tryPeer(() => withPm2(pm2, (subject) => reloadUnderLoad(subject, request))));
  }
  if (hasGunicorn()) {
    reports.push(await tryPeer(() => withGunicorn((subject) => reloadUnderLoad(subject, request))));
  }
  return joinReports(reports);
}

/** Whatever happens to a peer, our own figures are told. */
async function tryPeer(measure: () => Promise<Report>): Promise<Report> {
  try {
    return await measure();
  } catch (error) {
    return { figures: { 'could not be measured': String(error) }, violations: [] };
  }
}

/** A version that never gets ready, under load: nobody may notice, and whoever asked for it is told. */
export async function reloadToBrokenVersion(port: number, daemon: RunningDaemon): Promise<Report> {
  const { client } = daemon;
  const how = 'circus, reload to a version that never gets ready';
  const clients = new HttpClients({ port, count: 32, keepsAlive: false });
  const { pids: before } = await client.call('list', { name: 'web' });
  const { options } = await client.call('options', { name: 'web' });
  const { cmd = '' } = options as { cmd?: string };
  const broken = { cmd: `${cmd} --never-ready`, readiness_timeout: 2 };
  const reason = await client.call('set', { name: 'web', options: broken, waiting: true }).then(
    () => 'none',
    (error: Error) => error.message,
  );
  // The new ones are answered by their reason, and then they go.
  const listed = async (): Promise<string> =>
    String((await client.call('list', { name: 'web' }))['pids']);
  const isBack = async (): Promise<boolean> => (await listed()) === String(before);
  await waitUntil(isBack, { withinMs: 10_000 }, () => '').catch(() => undefined);
  const after = await listed();
  await clients.end();
  const violations: string[] = [];
  if (clients.failures.length > 0) violations.push(`${how}: ${clients.failures.length} failed`);
  if (!/did not get ready within 2 s/.test(reason)) violations.push(`${how}: reason ${reason}`);
  if (after !== String(before)) violations.push(`${how}: ${before} became ${after}`);
  return { figures: { ...describeClients(how, clients), [`${how}: reason`]: reason }, violations };
}

function joinReports(reports: readonly Report[]): Report {
  return {
    figures: Object.assign({}, ...reports.map(({ figures }) => figures)),
    violations: reports.flatMap(({ violations }) => violations),
  };
}
