import { computed, signal } from '@preact/signals';
import type { WatcherRow } from '../../console-state.ts';
import { act, changeCount, watcherActions } from '../actions.ts';
import { formatAgo, formatBytes, formatPercent, formatSpan, plural } from '../format.ts';
import { Icon } from '../parts/icon.tsx';
import { Heading, rememberedOrder, sorted } from '../parts/sorting.tsx';
import { Spark } from '../parts/spark.tsx';
import { Count, moodOf, State } from '../parts/state.tsx';
import { VirtualRows } from '../parts/virtual-rows.tsx';
import { watcherPath } from '../router.ts';
import { daemon, isAdmin, link, now, sparks, watcherList } from '../store.ts';
import { HostTiles } from './host-tiles.tsx';

const order = rememberedOrder('watchers', 'name');
const filter = signal('');
const mood = signal('');
const chosen = signal<ReadonlySet<string>>(new Set());

const columns: Readonly<Record<string, (row: WatcherRow) => string | number | null>> = {
  name: ({ name }) => name,
  state: moodOf,
  processes: ({ alive }) => alive,
  cpu: ({ cpu }) => cpu,
  memory: ({ rss }) => rss,
  uptime: ({ since }) => (since === null ? null : -since),
  restarts: ({ restarts }) => restarts,
  exit: ({ lastExit }) => lastExit?.time ?? null,
};

const shown = computed(() => {
  const text = filter.value.toLowerCase();
  const rows = watcherList.value.filter(
    (row) => row.name.includes(text) && (mood.value === '' || moodOf(row) === mood.value),
  );
  const { column } = order.value;
  // by name: one's own first, companions last
  if (column === 'name' && !order.value.isDescending) return rows;
  return sorted(rows, order.value, columns[column] ?? (() => null));
});

export function Overview() {
  if (daemon.value === undefined) return <Skeleton />;
  return (
    <>
      <header class="page-head">
        <h1>Overview</h1>
      </header>
      <HostTiles chosenMood={mood} />
      <section class="panel">
        <div class="toolbar">
          <label class="search">
            <Icon name="search" />
            <input
              type="search"
              placeholder="Filter watchers"
              aria-label="Filter watchers"
              data-focus="filter"
              value={filter.value}
              onInput={({ currentTarget }) => {
                filter.value = currentTarget.value;
              }}
            />
          </label>
          {mood.value !== '' && (
            <button
              type="button"
              class="chip"
              onClick={() => {
                mood.value = '';
              }}
            >
              only{' '}
              {mood.value === 'good'
                ? 'healthy'
                : mood.value === 'bad'
                  ? 'in trouble'
                  : mood.value === 'busy'
                    ? 'changing'
                    : 'stopped'}
              <Icon name="cross" />
            </button>
          )}
          <Chosen />
        </div>
        {shown.value.length === 0 ? <Nothing /> : <WatcherTable rows={shown.value} />}
      </section>
    </>
  );
}

function WatcherTable({ rows }: { readonly rows: readonly WatcherRow[] }) {
  const isAll = rows.every(({ name }) => chosen.value.has(name));
  return (
    <table class="rows watchers" aria-label="Watchers">
      <thead>
        <tr>
          {isAdmin.value && (
            <th scope="col" class="tick">
              <input
                type="checkbox"
                aria-label="Choose all watchers"
                checked={isAll}
                onChange={() => {
                  chosen.value = new Set(isAll ? [] : rows.map(({ name }) => name));
                }}
              />
            </th>
          )}
          <Heading order={order} column="name">
            Watcher
          </Heading>
          <Heading order={order} column="state">
            State
          </Heading>
          <Heading order={order} column="processes" isNumber>
            Processes
          </Heading>
          <Heading order={order} column="cpu" isNumber>
            CPU
          </Heading>
          <Heading order={order} column="memory" isNumber>
            Memory
          </Heading>
          <Heading order={order} column="uptime" isNumber>
            Up
          </Heading>
          <Heading order={order} column="restarts" isNumber>
            Restarts
          </Heading>
          <Heading order={order} column="exit">
            Last exit
          </Heading>
          {isAdmin.value && (
            <th scope="col" class="c-actions">
              <span class="unseen">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <VirtualRows rows={rows} columns={10} draw={(row) => <Row key={row.name} row={row} />} />
    </table>
  );
}

function Row({ row }: { readonly row: WatcherRow }) {
  const { name, since, restarts, lastExit, cpu, rss, trouble, kind } = row;
  const samples = sparks.value.get(name) ?? [];
  return (
    <tr class={chosen.value.has(name) ? 'chosen' : ''}>
      {isAdmin.value && (
        <td class="tick">
          <input
            type="checkbox"
            aria-label={`Choose ${name}`}
            checked={chosen.value.has(name)}
            onChange={() => toggle(name)}
          />
        </td>
      )}
      <td class="name">
        <a href={watcherPath(name)} title={name}>
          {name}
        </a>
        {trouble !== null && (
          <span class="trouble" title={trouble}>
            {trouble}
          </span>
        )}
        {trouble === null && kind !== 'watcher' && <span class="kind">{kind}</span>}
      </td>
      <td class="c-state" data-label="State">
        <State row={row} />
      </td>
      <td class="number c-processes" data-label="Processes">
        <Count row={row} />
      </td>
      <td class="number figure c-cpu" data-label="CPU">
        <Spark samples={samples} column={1} floor={10} label={`CPU of ${name}, last minute`} />
        <span>{formatPercent(cpu)}</span>
      </td>
      <td class="number figure c-memory" data-label="Memory">
        <Spark samples={samples} column={2} floor={1} label={`Memory of ${name}, last minute`} />
        <span>{formatBytes(rss)}</span>
      </td>
      <td class="number c-uptime" data-label="Up">
        {formatSpan(since === null ? null : now.value - since)}
      </td>
      <td class={`number c-restarts${restarts > 0 ? ' warm' : ''}`} data-label="Restarts">
        {restarts}
      </td>
      <td class="c-exit" data-label="Last exit">
        {lastExit === null ? (
          <span class="faint">–</span>
        ) : (
          <span class={lastExit.code === 0 ? '' : 'warm'}>
            {lastExit.cause} <span class="faint">{formatAgo(now.value - lastExit.time)}</span>
          </span>
        )}
      </td>
      {isAdmin.value && (
        <td class="actions">
          <RowActions row={row} />
        </td>
      )}
    </tr>
  );
}

function RowActions({ row: { name, status } }: { readonly row: WatcherRow }) {
  const main = status === 'stopped' ? watcherActions.start : watcherActions.stop;
  return (
    <>
      <IconButton
        label={`One process less of ${name}`}
        icon="minus"
        onClick={() => changeCount(name, -1)}
      />
      <IconButton
        label={`One process more of ${name}`}
        icon="add"
        onClick={() => changeCount(name, 1)}
      />
      <IconButton
        label={`Reload ${name}`}
        icon="reload"
        onClick={() => act(watcherActions.reload, [name])}
      />
      <IconButton
        label={`${main.label} ${name}`}
        icon={main.icon}
        onClick={() => act(main, [name])}
      />
    </>
  );
}

function IconButton({
  label,
  icon,
  onClick,
}: {
  readonly label: string;
  readonly icon: Parameters<typeof Icon>[0]['name'];
  readonly onClick: () => Promise<void>;
}) {
  return (
    <button
      type="button"
      class="quiet"
      title={label}
      aria-label={label}
      onClick={() => void onClick()}
    >
      <Icon name={icon} />
    </button>
  );
}

function Chosen() {
  const names = [...chosen.value].filter((name) =>
    watcherList.value.some((row) => row.name === name),
  );
  if (names.length === 0 || !isAdmin.value) return null;
  return (
    <fieldset class="chosen-bar" aria-label="Actions on the chosen watchers">
      <span>{plural(names.length, 'watcher')}</span>
      {Object.values(watcherActions).map((action) => (
        <button
          key={action.command}
          type="button"
          onClick={() => void act(action, names).then(clear)}
        >
          <Icon name={action.icon} />
          {action.label}
        </button>
      ))}
      <button type="button" class="quiet" onClick={clear}>
        Clear
      </button>
    </fieldset>
  );
}

function clear(): void {
  chosen.value = new Set();
}

function toggle(name: string): void {
  const next = new Set(chosen.value);
  if (!next.delete(name)) next.add(name);
  chosen.value = next;
}

function Nothing() {
  if (watcherList.value.length > 0) return <p class="empty">No watcher matches.</p>;
  return (
    <div class="empty">
      <p>This circusd has no watchers yet.</p>
      {isAdmin.value && (
        <a class="button primary" href="add">
          Add the first one
        </a>
      )}
    </div>
  );
}

export function Skeleton() {
  return (
    <div class="skeleton" role="status" aria-busy="true" aria-label="Loading">
      <div />
      <div />
      <div />
      {link.value === 'cut' && (
        <p class="empty">The console server does not answer. Trying again…</p>
      )}
    </div>
  );
}
