/** For the crash test: writes until it is killed, and says on its standard output what is confirmed. */
import { MINUTE } from './levels.ts';
import { Store } from './store.ts';

const [directory = '', start = '0'] = process.argv.slice(2);
const store = new Store({ directory, now: Date.now, log: (line) => console.error(line) }).open();
const base = { macs: [], addresses: [], names: [], services: [], firstSeen: 0, lastSeen: 0 };
const counters = { packetsUp: 1, packetsDown: 1, bytesUp: 1, bytesDown: 0 };

for (let i = Number(start); ; i++) {
  const rows = Array.from({ length: 50 }, (_, n) => {
    const node = `host-${(i * 7 + n) % 500}.example`;
    return { device: `d-${n % 5}`, node, protocol: 'tcp', port: 443, initiator: 'device' as const, ...counters };
  });
  store.addMinute(i * MINUTE, rows);
  const flushed = store.flush();
  store.nameDevice({ ...base, id: `d-${i % 5}` }, `name ${i}`, 'owner');
  store.maintain(i * MINUTE);
  process.stdout.write(`${JSON.stringify({ i, flushed })}\n`);
}
