// Prints every event of circusd, from now on: a subscriber is all that it takes.
//
//   node listener.js [endpoint] [topic]...
//
// Try:
//   node listener.js
//   node listener.js tcp://127.0.0.1:5556 watcher.dummy2.
import { Subscriber } from 'zeromq';

const [endpoint = 'tcp://127.0.0.1:5556', ...topics] = process.argv.slice(2);

const events = new Subscriber();
events.connect(endpoint);
// A topic is the beginning of those wanted; the empty one is the beginning of all.
if (topics.length === 0) events.subscribe('');
else events.subscribe(...topics);

for await (const [topic, json] of events) {
  console.log(`${topic}: ${json}`);
}
