/** Configurations of a test, written to a temporary folder that goes with the test. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ConfigReading, formatFaults, readConfig } from '#libs/config';

/** Writes files, by their paths in a new folder; gives the folder. */
export function writeFiles(t: TestContext, files: Record<string, string | Uint8Array>): string {
  const folder = mkdtempSync(join(tmpdir(), 'circus-config-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Reads `circus.ini` of a new folder with these files. */
export function readFiles(
  t: TestContext,
  files: Record<string, string | Uint8Array>,
  ownEnv: Record<string, string> = {},
): ConfigReading & { folder: string } {
  const folder = writeFiles(t, files);
  return { ...readConfig(join(folder, 'circus.ini'), ownEnv), folder };
}

/** Reads one text as `circus.ini`. */
export function readText(t: TestContext, text: string | Uint8Array, ownEnv = {}): ConfigReading {
  return readFiles(t, { 'circus.ini': text }, ownEnv);
}

/** Faults or warnings as people see them, without the folder. */
export function faultLines(faults: ConfigReading['faults']): string[] {
  return faults.map((fault) => formatFaults([fault]).replaceAll(/\/\S*\/circus-config-\w+\//g, ''));
}
