/** From the name of a plugin to its class: a built-in, a file, or a package. */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PluginClass } from '#libs/plugin';
import { traceOf } from '#libs/protocol';
import { isTypeStrippingSupported } from './type-stripping.ts';

/** What is wrong with the name of a plugin, or with what it names. */
export class PluginLoadError extends Error {
  override readonly name = 'PluginLoadError';
}

/**
 * Loads a class: `circus.plugins.flapping.Flapping` or `flapping` (a built-in), `./file.js#Name`,
 * `package/path#Name`. Without a name the default export, or the only class that can be one.
 *
 * @param builtIns - the folder of the built-in plugins' bundles
 * @throws PluginLoadError there is none, and what would be right
 */
export async function loadPlugin(use: string, builtIns: string): Promise<PluginClass> {
  const [place = '', name] = use.split('#', 2);
  const builtIn = findBuiltIn(use, builtIns);
  const file = builtIn ?? findFile(place, use, builtIns);
  const exports = await importModule(file, use);
  return pickClass(exports, builtIn === undefined ? name : undefined, use);
}

/** The file of a built-in, by its own name or the original's class path; the class alone counts. */
function findBuiltIn(use: string, folder: string): string | undefined {
  const [, className] = /^circus\.plugins\.(?:\w+\.)?(\w+)$/.exec(use) ?? [];
  const name = className === undefined ? use : kebabCase(className);
  return listBuiltIns(folder).includes(name) ? join(folder, `${name}.cjs`) : undefined;
}

function listBuiltIns(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.cjs'))
    .map((file) => file.slice(0, -'.cjs'.length))
    .sort();
}

function kebabCase(className: string): string {
  return className.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase();
}

function findFile(place: string, use: string, builtIns: string): string {
  if (/^\.{0,2}\//.test(place)) {
    const file = resolve(place);
    if (existsSync(file)) return file;
    throw new PluginLoadError(`${use}: there is no file ${file}`);
  }
  try {
    return createRequire(join(process.cwd(), 'plugin.js')).resolve(place);
  } catch {
    throw new PluginLoadError(
      `${use}: is neither a built-in (${listBuiltIns(builtIns).join(', ')}), nor a file such as ` +
        `./plugin.js#Name, nor a package that is installed in ${process.cwd()}; ` +
        'a Python plugin is run by cmd = ... and args = circus',
    );
  }
}

async function importModule(file: string, use: string): Promise<Readonly<Record<string, unknown>>> {
  if (/^\.[cm]?ts$/.test(extname(file)) && !isTypeStrippingSupported()) {
    throw new PluginLoadError(
      `${use}: Node ${process.versions.node} does not run TypeScript: compile it, or use Node 22.18 or newer`,
    );
  }
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    const why = traceOf(error);
    throw new PluginLoadError(`${use}: cannot be loaded: ${why}`, { cause: error });
  }
}

function pickClass(
  exports: Readonly<Record<string, unknown>>,
  name: string | undefined,
  use: string,
): PluginClass {
  const classes = new Map(
    Object.entries(exports).filter((entry): entry is [string, PluginClass] =>
      isPluginClass(entry[1]),
    ),
  );
  const only = new Set(classes.values()).size === 1 ? [...classes.values()][0] : undefined;
  const found = name === undefined ? (classes.get('default') ?? only) : classes.get(name);
  if (found !== undefined) return found;
  const names = [...classes.keys()].join(', ');
  const remedy = names === '' ? 'a class with handle_recv is needed' : `it has ${names}`;
  const wanted = name === undefined ? 'no single plugin' : `no plugin '${name}'`;
  throw new PluginLoadError(`${use}: exports ${wanted}: ${remedy}`);
}

function isPluginClass(value: unknown): value is PluginClass {
  return (
    typeof value === 'function' &&
    typeof (value.prototype as { handle_recv?: unknown } | undefined)?.handle_recv === 'function'
  );
}
