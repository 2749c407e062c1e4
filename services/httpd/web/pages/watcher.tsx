import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { ProcessRow, WatcherRow } from '../../console-state.ts';
import {
  abortReload,
  act,
  changeCount,
  killProcess,
  sendSignal,
  watcherActions,
} from '../actions.ts';
import { formatBytes, formatPercent, formatSpan } from '../format.ts';
import { openProcesses } from '../live.ts';
import { Icon } from '../parts/icon.tsx';
import { Heading, rememberedOrder, sorted } from '../parts/sorting.tsx';
import { Count, State } from '../parts/state.tsx';
import { VirtualRows } from '../parts/virtual-rows.tsx';
import { daemon, isAdmin, now, processes, watchers } from '../store.ts';
import { EventList } from './event-list.tsx';
import { LogView } from './log-view.tsx';
import { OptionTable } from './option-table.tsx';
import { Skeleton } from './overview.tsx';
import { WatcherCharts } from './watcher-charts.tsx';

const tabs = ['processes', 'log', 'events', 'options'] as const;
type Tab = (typeof tabs)[number];

const order = rememberedOrder('processes', 'wid');
const signals = ['HUP', 'USR1', 'USR2', 'INT', 'TERM', 'KILL', 'STOP', 'CONT'];
const signalName = signal('HUP');

const columns: Readonly<Record<string, (row: ProcessRow) => string | number | null>> = {
  wid: ({ wid }) => wid,
  pid: ({ pid }) => pid,
  age: ({ started }) => (started === null ? null : -started),
  cpu: ({ cpu }) => cpu,
  memory: ({ rss }) => rss,
  fds: ({ fds }) => fds,
};

/** One watcher: `name` and, for a tab, the last part of its address. */
export function WatcherPage({
  name,
  tab,
}: {
  readonly name: string;
  readonly tab: string | undefined;
}) {
  const row = watchers.value.get(name);
  const shown: Tab = tabs.find((one) => one === tab) ?? 'processes';
  const [pid, setPid] = useState<number | undefined>();
  useEffect(() => {
    openProcesses(name);
    return () => openProcesses(null);
  }, [name]);
  if (daemon.value === undefined) return <Skeleton />;
  if (row === undefined) return <Gone name={name} />;
  return (
    <>
      <WatcherHead row={row} />
      <WatcherCharts name={name} pid={processes.value.has(pid ?? 0) ? pid : undefined} />
      <section class="panel">
        <nav class="tabs" aria-label="Parts of the watcher">
          {tabs.map((one) => (
            <a
              key={one}
              href={`watchers/${encodeURIComponent(name)}/${one}`}
              aria-current={one === shown ? 'page' : undefined}
            >
              {one[0]?.toUpperCase()}
              {one.slice(1)}
            </a>
          ))}
        </nav>
        {shown === 'processes' && <ProcessTable name={name} chosen={pid} onChoose={setPid} />}
        {shown === 'log' && <LogView name={name} />}
        {shown === 'events' && <EventList watcher={name} />}
        {shown === 'options' && <OptionTable name={name} />}
      </section>
    </>
  );
}

function WatcherHead({ row }: { readonly row: WatcherRow }) {
  const { name, status, trouble, since, restarts, lastExit, reload, wanted, cpu, rss } = row;
  return (
    <header class="page-head watcher-head">
      <div>
        <h1>{name}</h1>
        <p class="facts">
          <State row={row} /> <Count row={row} /> <span>CPU {formatPercent(cpu)}</span>{' '}
          <span>memory {formatBytes(rss)}</span>{' '}
          <span>up {formatSpan(since === null ? null : now.value - since)}</span>{' '}
          <span class={restarts > 0 ? 'warm' : ''}>{restarts} restarts</span>
          {lastExit !== null && (
            <span>
              last exit: {lastExit.cause}, {formatSpan(now.value - lastExit.time)} ago
            </span>
          )}
        </p>
        {trouble !== null && (
          <p class="notice bad">
            <Icon name="warning" />
            {trouble}
          </p>
        )}
        {reload !== null && (
          <div class="notice busy">
            <Icon name="reload" />
            <span>
              {reload.kind} reload: {reload.replaced} of {wanted} replaced
            </span>
            <progress max={Math.max(1, wanted)} value={reload.replaced} aria-label="Reload" />
            {isAdmin.value && (
              <button type="button" onClick={() => void abortReload(name)}>
                Abort
              </button>
            )}
          </div>
        )}
      </div>
      {isAdmin.value && (
        <div class="buttons">
          {status === 'stopped' ? (
            <ActionButton action={watcherActions.start} name={name} isPrimary />
          ) : (
            <>
              <ActionButton action={watcherActions.reload} name={name} isPrimary />
              <ActionButton action={watcherActions.restart} name={name} />
              <ActionButton action={watcherActions.stop} name={name} />
            </>
          )}
          <fieldset class="stepper" aria-label="Number of processes">
            <button
              type="button"
              aria-label="One process less"
              onClick={() => void changeCount(name, -1)}
            >
              <Icon name="minus" />
            </button>
            <span>{wanted}</span>
            <button
              type="button"
              aria-label="One process more"
              onClick={() => void changeCount(name, 1)}
            >
              <Icon name="add" />
            </button>
          </fieldset>
          <SignalMenu name={name} pid={undefined} />
          <ActionButton action={watcherActions.remove} name={name} />
        </div>
      )}
    </header>
  );
}

function ActionButton({
  action,
  name,
  isPrimary = false,
}: {
  readonly action: Parameters<typeof act>[0];
  readonly name: string;
  readonly isPrimary?: boolean;
}) {
  return (
    <button
      type="button"
      class={isPrimary ? 'primary' : ''}
      onClick={() => void act(action, [name])}
    >
      <Icon name={action.icon} />
      {action.label}
    </button>
  );
}

function SignalMenu({ name, pid }: { readonly name: string; readonly pid: number | undefined }) {
  return (
    <span class="signal-menu">
      <select
        aria-label="Signal"
        value={signalName.value}
        onChange={({ currentTarget }) => {
          signalName.value = currentTarget.value;
        }}
      >
        {signals.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <button type="button" onClick={() => void sendSignal(name, pid, signalName.value)}>
        <Icon name="signal" />
        Send
      </button>
    </span>
  );
}

function ProcessTable({
  name,
  chosen,
  onChoose,
}: {
  readonly name: string;
  readonly chosen: number | undefined;
  readonly onChoose: (pid: number | undefined) => void;
}) {
  const rows = sorted(
    [...processes.value.values()],
    order.value,
    columns[order.value.column] ?? (() => null),
  );
  if (rows.length === 0) return <p class="empty">No process is running.</p>;
  return (
    <table class="rows processes" aria-label={`Processes of ${name}`}>
      <thead>
        <tr>
          <Heading order={order} column="wid" isNumber>
            Wid
          </Heading>
          <Heading order={order} column="pid" isNumber>
            Pid
          </Heading>
          <Heading order={order} column="age" isNumber>
            Age
          </Heading>
          <Heading order={order} column="cpu" isNumber>
            CPU
          </Heading>
          <Heading order={order} column="memory" isNumber>
            Memory
          </Heading>
          <Heading order={order} column="fds" isNumber>
            Files
          </Heading>
          <th scope="col">Command</th>
          <th scope="col">
            <span class="unseen">Actions</span>
          </th>
        </tr>
      </thead>
      <VirtualRows
        rows={rows}
        columns={8}
        draw={(row) => (
          <tr key={row.pid} class={row.pid === chosen ? 'chosen' : ''}>
            <td class="number" data-label="Wid">
              {row.wid ?? '–'}
            </td>
            <td class="number name">{row.pid}</td>
            <td class="number" data-label="Age">
              {formatSpan(row.started === null ? null : now.value - row.started)}
            </td>
            <td class="number" data-label="CPU">
              {formatPercent(row.cpu)}
            </td>
            <td class="number" data-label="Memory">
              {formatBytes(row.rss)}
            </td>
            <td class="number" data-label="Files">
              {row.fds ?? '–'}
            </td>
            <td data-label="Command" class="mono">
              {row.command ?? '–'} <span class="faint">{row.user}</span>
            </td>
            <td class="actions">
              <button
                type="button"
                class="quiet"
                aria-pressed={row.pid === chosen}
                aria-label={`Chart of ${row.pid}`}
                title="Chart"
                onClick={() => onChoose(row.pid === chosen ? undefined : row.pid)}
              >
                <Icon name="chart" />
              </button>
              {isAdmin.value && (
                <>
                  <button
                    type="button"
                    class="quiet"
                    aria-label={`Send ${signalName.value} to ${row.pid}`}
                    title={`Send ${signalName.value}`}
                    onClick={() => void sendSignal(name, row.pid, signalName.value)}
                  >
                    <Icon name="signal" />
                  </button>
                  <button
                    type="button"
                    class="quiet"
                    aria-label={`Kill ${row.pid}`}
                    title="Kill"
                    onClick={() => void killProcess(name, row.pid)}
                  >
                    <Icon name="cross" />
                  </button>
                </>
              )}
            </td>
          </tr>
        )}
      />
    </table>
  );
}

function Gone({ name }: { readonly name: string }) {
  return (
    <div class="empty">
      <h1>No watcher {name}</h1>
      <p>It was removed, or never was.</p>
      <a class="button" href="./">
        Back to the overview
      </a>
    </div>
  );
}
