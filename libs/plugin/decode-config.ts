/** The original's `--config` word: `key:value` joined by `:::` (protocol 5.1). */

/** Items without a colon are dropped, as the original does. */
export function decodePluginConfig(text: string): Record<string, string> {
  const items = text.split(':::').flatMap((item): [string, string][] => {
    const colon = item.indexOf(':');
    return colon < 0 ? [] : [[item.slice(0, colon).trim(), item.slice(colon + 1).trim()]];
  });
  return Object.fromEntries(items);
}
