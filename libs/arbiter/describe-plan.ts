/** A plan of `reloadconfig` as it goes over the wire. */
import type { ConfigPlan, OptionChange } from '#libs/config';
import type { JsonObject } from '#libs/protocol';

/** What a new value of a `[circus]` option does while circusd runs; others wait for its next start. */
const appliedAtOnce: ReadonlySet<string> = new Set(['check_delay', 'warmup_delay']);

/**
 * `{added: [name], removed: [key], kept: [key], changed: [{name, action, options}], circus: [...],
 * sockets: {added: [name], removed: [name], changed: [{name, options}]}}`;
 * an option is `{name, before, after}`, one of circus has `action`: `apply` or `restart circusd`.
 */
export function describePlan(plan: ConfigPlan): JsonObject {
  return {
    added: plan.added.map(({ name }) => name),
    removed: plan.removed,
    kept: plan.kept,
    changed: plan.changed.map(({ key, action, options }) => {
      return { name: key, action, options: options.map(describeChange) };
    }),
    circus: plan.circus.map((change) => {
      const action = appliedAtOnce.has(change.name) ? 'apply' : 'restart circusd';
      return { ...describeChange(change), action };
    }),
    sockets: {
      added: plan.sockets.added,
      removed: plan.sockets.removed,
      changed: plan.sockets.changed.map(({ name, options }) => {
        return { name, options: options.map(describeChange) };
      }),
    },
  };
}

function describeChange({ name, before, after }: OptionChange): JsonObject {
  return { name, before, after };
}
