/** What completion scripts call back for. Never fails, never takes long. */
import { defaultEndpoint } from '#libs/client';
import { completeLine } from './complete-line.ts';
import { LiveNames } from './live-names.ts';
import { writeLine } from './output.ts';
import { readPartialLine } from './partial-line.ts';

/** Nobody waits longer after pressing a key. */
const daemonTimeoutMs = 400;

/**
 * `--complete <line up to the cursor>` prints `<word>[<tab><explanation>]` lines and gives 0. With
 * AUTO_COMPLETE it prints words on one line for COMP_WORDS and COMP_CWORD and gives 1 (protocol 9).
 */
export async function answerShell(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  if (argv[0] !== '--complete') return await answerOriginal(env);
  const found = await complete(argv[1] ?? '', env);
  for (const { word, doc } of found) writeLine(doc === undefined ? word : `${word}\t${doc}`);
  return 0;
}

async function answerOriginal(env: NodeJS.ProcessEnv): Promise<number> {
  const words = (env['COMP_WORDS'] ?? '').split(/\s+/).filter(Boolean);
  const place = Number(env['COMP_CWORD'] ?? 1);
  const before = words.slice(0, place);
  const found = await complete([...before, words[place] ?? ''].join(' '), env);
  if (found.length > 0) writeLine(found.map(({ word }) => word).join(' '));
  return 1;
}

async function complete(line: string, env: NodeJS.ProcessEnv) {
  const partial = readPartialLine(line);
  if (partial === undefined) return [];
  const [, ...words] = partial.words;
  const names = new LiveNames(endpointOf(words, env), daemonTimeoutMs);
  try {
    return await completeLine(words, partial.current, names);
  } catch {
    return [];
  } finally {
    names.close();
  }
}

/** As typed before the cursor, else as it would be used. */
function endpointOf(words: readonly string[], env: NodeJS.ProcessEnv): string {
  const flag = '--endpoint';
  const joined = words.findLast((word) => word.startsWith(`${flag}=`))?.slice(flag.length + 1);
  const place = words.lastIndexOf(flag);
  const typed = joined ?? (place === -1 ? undefined : words[place + 1]);
  return typed || env['CIRCUSCTL_ENDPOINT'] || defaultEndpoint;
}
