/** Sinks and chunks for tests of streams. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Chunk, LogFiles, OutputStream, planStream, type StreamPlan } from '#libs/streams';

/** A folder that is removed after the test. */
export function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'circus-streams-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function chunk(text: string | Buffer, pid = 7): Chunk {
  return { data: Buffer.from(text), pid, wid: 1 };
}

/** What a stream has reported, in words. */
export type Reports = string[];

const hosts = { start: () => assert.fail('no host is expected'), runner: [], env: {} };

export function openStream(
  texts: Readonly<Record<string, string>>,
  { now = Date.now, files = new LogFiles() }: { now?: () => number; files?: LogFiles } = {},
): { stream: OutputStream; reports: Reports; plan: StreamPlan } {
  const { plan, policy } = planStream(texts, { watcher: 'w', stream: 'stdout', files, hosts, now });
  const reports: Reports = [];
  const stream = new OutputStream(plan, policy, {
    failed: (reason) => reports.push(`failed: ${reason}`),
    resumed: (dropped) => reports.push(`resumed: ${dropped}`),
  });
  return { stream, reports, plan };
}
