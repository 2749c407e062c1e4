/**
 * THE list of rows that other parts still have to build. It only gets shorter: whoever builds one takes
 * its name away here and sees that its observation passes. The test fails as long as a row of this list
 * can be observed, and as soon as circusd no longer says at start that it does not do the part.
 */

/** What circusd says at start when it is asked for a part that it does not have. */
export const warnings = {
  discovery:
    '[circus] multicast_endpoint: answers to discovery are accepted and not run by this release',
} as const;

/** A part that is being built. */
export type Part = keyof typeof warnings;

/** Titles of tables, and of each the rows to come. */
const list: Readonly<Record<string, Partial<Record<Part, string>>>> = {
  '[circus]': {
    discovery: 'multicast_endpoint, fqdn_prefix',
  },
};

/** The rows of a table that are to come, each with the part that brings it. */
export function toComeIn(title: string): ReadonlyMap<string, Part> {
  const parts = Object.entries(list[title] ?? {}) as [Part, string][];
  return new Map(
    parts.flatMap(([part, names]) => names.split(', ').map((name) => [name, part] as const)),
  );
}
