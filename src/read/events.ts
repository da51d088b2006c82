import type { HomeEvent } from '../model/event.ts';
import type { Home } from '../track/home.ts';
import type { Output } from './output.ts';

/** Events as JSON lines; a `traffic` event lists its conversations and the counters of its devices in full. */
export function writeEvents(output: Output, home: Home, events: readonly HomeEvent[]): void {
  for (const event of events)
    output.put(`${JSON.stringify(event.kind === 'traffic' ? traffic(home, event) : event)}\n`);
}

function traffic(home: Home, event: HomeEvent & { kind: 'traffic' }) {
  const conversations = event.conversations.map((id) => home.conversation(id)).filter((one) => one !== undefined);
  const devices = event.devices.map((id) => ({ id, ...home.counters(id) }));
  return { kind: event.kind, at: event.at, devices, conversations };
}
