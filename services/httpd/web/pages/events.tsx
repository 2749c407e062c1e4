import { EventList } from './event-list.tsx';

export function Events() {
  return (
    <>
      <header class="page-head">
        <h1>Events</h1>
      </header>
      <section class="panel">
        <EventList />
      </section>
    </>
  );
}
