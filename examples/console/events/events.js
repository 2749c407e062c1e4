// Streams every event into the page (manual 5.15), and sends a command: all that a page needs that is
// added to the console. Whoever sees it is signed in, with the cookie that circushttpd has set.
const root = new URL('../../', location.href);
const list = document.querySelector('ol');
const output = document.querySelector('output');

function show({ time, watcher, name, text }) {
  const item = document.createElement('li');
  item.textContent = `${new Date(time * 1000).toLocaleTimeString()} ${watcher} ${name} ${text}`;
  list.prepend(item);
}

function listen() {
  const url = new URL('live', root);
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = new WebSocket(url);
  socket.onopen = () => socket.send('{"type": "start"}');
  socket.onclose = () => setTimeout(listen, 1000);
  socket.onmessage = ({ data }) => {
    const { type, state, delta } = JSON.parse(data);
    if (type === 'snapshot') list.replaceChildren();
    for (const event of (type === 'snapshot' ? state : delta)?.events ?? []) show(event);
  };
}

document.querySelector('#incr').onclick = async () => {
  const { csrf } = await (await fetch(new URL('api/session', root))).json();
  const { watchers } = await (await fetch(new URL('api/commands/list', root))).json();
  const answer = await fetch(new URL('api/commands/incr', root), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
    body: JSON.stringify({ name: watchers[0] }),
  });
  const { message, numprocesses } = await answer.json();
  output.textContent = message ?? `${watchers[0]} has ${numprocesses} now`;
};

listen();
