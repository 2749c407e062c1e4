/** What the web console costs with a watcher of many processes on its page: circushttpd, and the browser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { launchBrowser, visitor } from '../console/browser.ts';
import { ConsoleProgram } from '../console/console-program.ts';
import { findFreePorts, readCpuMs, withDaemon } from '../daemon/index.ts';
import { Program } from '../system/daemon.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { sleeper } from './sleepers.ts';

/** Figures have come, and charts have begun, after so long. Milliseconds. */
const settlingMs = 5_000;

export const consolePage: Benchmark = async ({ workers, rounds, idleSeconds, nodeFlags }) => {
  const [port = 0] = await findFreePorts(1);
  const sections = `[watcher:web]\ncmd = ${sleeper.join(' ')}\nnumprocesses = ${workers}`;
  const circus = `stats_endpoint = tcp://127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), 'circus-bench-'));
  try {
    return await withDaemon({ sections, circus, nodeFlags }, async ({ client }) => {
      await client.call('start', { waiting: true });
      const launch = (words: readonly string[], env: Record<string, string>) =>
        new Program(words, { env: { ...process.env, ...env } });
      const served = await ConsoleProgram.start({ endpoint: client.endpoint, folder, launch });
      try {
        return await look(served, workers, rounds, Math.max(5, idleSeconds / 3));
      } finally {
        await served.stop();
      }
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

async function look(
  served: ConsoleProgram,
  workers: number,
  rounds: number,
  seconds: number,
): Promise<Row[]> {
  const browser = await launchBrowser();
  try {
    const page = await (await visitor(browser)).newPage();
    await page.goto(await served.link());
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await sleep(settlingMs);
    const paints: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await page.goto(`${served.url}watchers/web`);
      await page.waitForSelector('td.name');
      paints.push(await page.evaluate<number>('performance.now()'));
    }
    const note = `a watcher of ${workers} processes`;
    const median = paints.sort((a, b) => a - b)[Math.floor(rounds / 2)];
    await sleep(settlingMs);
    const { server, renderer } = await atRest(page, served.program.pid, seconds);
    return [
      { what: 'console: first rows are drawn', value: median, unit: 'ms', target: 1_000, note },
      { what: 'console: circushttpd, a page open', value: server, unit: '%', target: 2, note },
      { what: 'console: renderer, at rest', value: renderer, unit: '%', target: 5, note },
      { what: 'console: a frame while scrolling', value: await scroll(page), unit: 'ms', note },
    ];
  } finally {
    await browser.close();
  }
}

/** Percent of a core. */
async function atRest(page: Page, pid: number, seconds: number) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  const taskSeconds = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  };
  const [cpu, tasks, start] = [readCpuMs(pid), await taskSeconds(), performance.now()];
  await sleep(seconds * 1_000);
  const elapsed = performance.now() - start;
  return {
    server: ((readCpuMs(pid) - cpu) / elapsed) * 100,
    renderer: (((await taskSeconds()) - tasks) * 100_000) / elapsed,
  };
}

/** The mean time from frame to frame, in milliseconds, from the first row to the last. */
async function scroll(page: Page): Promise<number> {
  return await page.evaluate<number>(`(async () => {
    const main = document.querySelector('main');
    const frames = 120;
    const start = performance.now();
    for (let frame = 0; frame < frames; frame += 1) {
      main.scrollTop = (main.scrollHeight * frame) / frames;
      await new Promise(requestAnimationFrame);
    }
    return (performance.now() - start) / frames;
  })()`);
}
