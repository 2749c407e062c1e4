/** What `reloadconfig` would do. */
interface Change {
  readonly name: string;
  readonly action?: string;
  readonly options?: readonly Difference[];
}

interface Difference {
  readonly name: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly action?: string;
}

interface Group {
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
  readonly changed?: readonly Change[];
}

const actions: Readonly<Record<string, string>> = {
  adjust: 'adjusted, its processes stay',
  reload: 'reloaded gracefully',
  apply: 'applied',
  restart: 'waits for a restart of circusd',
};

export function Plan({ plan }: { readonly plan: Record<string, unknown> }) {
  const {
    circus = [],
    kept = [],
    sockets = {},
    ...watchers
  } = plan['plan'] as Group & {
    circus?: readonly Difference[];
    kept?: readonly string[];
    sockets?: Group;
  };
  const parts = [...rowsOf(sockets, 'socket '), ...rowsOf(watchers, '')];
  if (parts.length === 0 && circus.length === 0) {
    return <p class="empty">The file and what runs are the same: nothing to do.</p>;
  }
  return (
    <ul class="plan">
      {parts}
      {circus.map((difference) => (
        <li key={difference.name} class="changed">
          <strong>[circus]</strong> {actions[difference.action ?? ''] ?? difference.action}
          <Differences options={[difference]} />
        </li>
      ))}
      {kept.length > 0 && <li class="kept">Untouched: {kept.join(', ')}</li>}
    </ul>
  );
}

function rowsOf({ added = [], removed = [], changed = [] }: Group, kind: string) {
  return [
    ...added.map((name) => (
      <li key={`+${kind}${name}`} class="added">
        {kind}
        <strong>{name}</strong> is added
      </li>
    )),
    ...removed.map((name) => (
      <li key={`-${kind}${name}`} class="removed">
        {kind}
        <strong>{name}</strong> is removed
      </li>
    )),
    ...changed.map(({ name, action = '', options = [] }) => (
      <li key={`~${kind}${name}`} class="changed">
        {kind}
        <strong>{name}</strong> is {actions[action] ?? (action || 'changed')}
        <Differences options={options} />
      </li>
    )),
  ];
}

function Differences({ options }: { readonly options: readonly Difference[] }) {
  return (
    <ul>
      {options.map(({ name, before, after }) => (
        <li key={name} class="mono">
          {name}: <del>{JSON.stringify(before ?? null)}</del>{' '}
          <ins>{JSON.stringify(after ?? null)}</ins>
        </li>
      ))}
    </ul>
  );
}
