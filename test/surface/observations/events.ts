/** Events of a row's watcher, waited for. */
import type { JsonObject } from '#libs/protocol';
import { until } from '../../system/until.ts';
import type { Sight } from './rows.ts';

/** Events of that name, waited for until there are so many. */
export async function eventsCalled(
  sight: Sight,
  name: string,
  count: number,
): Promise<JsonObject[]> {
  return await until(
    `${count} ${name} of ${sight.name}`,
    async () => (await sight.events()).filter(({ topic }) => String(topic).endsWith(`.${name}`)),
    ({ length }) => length >= count,
  );
}

/** Seconds from the first event of one name to the first of another. */
export async function secondsBetween(sight: Sight, one: string, other: string): Promise<number> {
  const [before] = await eventsCalled(sight, one, 1);
  const [after] = await eventsCalled(sight, other, 1);
  return Number(after?.['time']) - Number(before?.['time']);
}

/** Why the first process was ended. */
export async function reasonOfEnd(sight: Sight): Promise<string> {
  const [reap] = await eventsCalled(sight, 'reap', 1);
  return String(reap?.['reason']);
}
