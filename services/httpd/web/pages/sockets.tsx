import { sockets } from '../store.ts';

const unknown = '–';

export function Sockets() {
  const rows = [...sockets.value.values()].toSorted((one, other) => one.fd - other.fd);
  return (
    <>
      <header class="page-head">
        <h1>Sockets</h1>
        <p class="faint">Bound by circusd, and inherited by workers under these numbers.</p>
      </header>
      <section class="panel">
        {rows.length === 0 ? (
          <p class="empty">This circusd holds no sockets. A [socket:NAME] section makes one.</p>
        ) : (
          <table class="rows" aria-label="Sockets">
            <thead>
              <tr>
                <th scope="col">Socket</th>
                <th scope="col" class="number">
                  Number
                </th>
                <th scope="col">Address</th>
                <th scope="col" class="number">
                  Backlog
                </th>
                <th scope="col" class="number" title="Connections that wait to be accepted">
                  Queue
                </th>
                <th scope="col" class="number">
                  Connections
                </th>
                <th
                  scope="col"
                  class="number"
                  title="In how many looks of the last second a connection was waiting"
                >
                  Hits
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.name}>
                  <td class="name">{row.name}</td>
                  <td class="number" data-label="Number">
                    {row.fd}
                  </td>
                  <td class="mono" data-label="Address">
                    {row.address}
                  </td>
                  <td class="number" data-label="Backlog">
                    {row.backlog}
                  </td>
                  <td class={(row.queue ?? 0) > 0 ? 'number warm' : 'number'} data-label="Queue">
                    {row.queue ?? unknown}
                  </td>
                  <td class="number" data-label="Connections">
                    {row.connections ?? unknown}
                  </td>
                  <td class="number" data-label="Hits">
                    {row.reads ?? unknown}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </>
  );
}
