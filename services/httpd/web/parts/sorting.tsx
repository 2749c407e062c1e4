/** Tables whose columns sort, and remember by which. */
import { type Signal, signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

export interface Order {
  readonly column: string;
  readonly isDescending: boolean;
}

/** The order of one table, kept in this browser. */
export function rememberedOrder(table: string, column: string): Signal<Order> {
  const key = `order of ${table}`;
  const order = signal<Order>(read(key) ?? { column, isDescending: false });
  order.subscribe((value) => localStorage.setItem(key, JSON.stringify(value)));
  return order;
}

function read(key: string): Order | undefined {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? 'null') as Order | null) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Unknown values are last, whatever the direction. */
export function sorted<T>(
  rows: readonly T[],
  { isDescending }: Order,
  keyOf: (row: T) => string | number | null,
): readonly T[] {
  const sign = isDescending ? -1 : 1;
  return rows.toSorted((one, other) => {
    const [a, b] = [keyOf(one), keyOf(other)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
    return sign * String(a).localeCompare(String(b));
  });
}

/** A heading that sorts when pressed. */
export function Heading({
  order,
  column,
  isNumber = false,
  children,
}: {
  readonly order: Signal<Order>;
  readonly column: string;
  readonly isNumber?: boolean;
  readonly children: ComponentChildren;
}) {
  const isOurs = order.value.column === column;
  const direction = order.value.isDescending ? 'descending' : 'ascending';
  const press = () => {
    const isDescending = isOurs ? !order.value.isDescending : isNumber;
    order.value = { column, isDescending };
  };
  return (
    <th
      scope="col"
      class={`c-${column}${isNumber ? ' number' : ''}`}
      aria-sort={isOurs ? direction : 'none'}
    >
      <button type="button" class="heading" onClick={press}>
        {children}
        <span class="arrow" aria-hidden="true">
          {isOurs ? (order.value.isDescending ? '↓' : '↑') : ''}
        </span>
      </button>
    </th>
  );
}
