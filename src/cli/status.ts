import { visible } from '../model/visible.ts';
import { Client, findRun, parseClientOptions } from './client.ts';
import { enforcementText } from './rules/words.ts';
import { bytes, EXIT, table } from './terminal.ts';

const HELP = `Usage: spin status [--json] [--run DIR]

Says what runs, what it sees, and what it cannot see.
Exit codes: 0 it runs · 1 it does not answer · 4 it does not run`;

const VERDICT: Record<string, string> = {
  'all-quiet': 'nothing that does harm is seen',
  'no-devices-yet': 'no devices seen yet',
  'limited-view': 'SPIN sees only part of the traffic',
  'agent-gone': 'the part that sees the traffic does not run',
  asks: 'a device does harm, and SPIN asks what to do: spin incidents',
  'harm-seen': 'a device does harm, and nothing stops it: spin incidents',
  'harm-stopped': 'a device did harm, and SPIN stopped it: spin incidents',
};

export async function status(args: readonly string[]): Promise<number> {
  const options = parseClientOptions('status', args, HELP);
  if (!options) return EXIT.ok;
  const { record } = findRun(options.run);
  const view = await new Client(record).status();
  if (options.json) {
    console.log(JSON.stringify({ url: record.url, pid: record.supervisor.pid, ...view }));
    return EXIT.ok;
  }
  const rows = [
    ['Address', record.url ?? ''],
    ['Guards', guarded(view.run)],
    ['Home', VERDICT[view.verdict.code] ?? view.verdict.code],
    ['Rules', `${view.rules}; ${enforcementText(view.enforcement)}`],
    ['Devices', String(view.devices)],
    ['Conversations', String(view.conversations)],
    ['Lost', `${view.lost.events} kernel events, ${view.lost.packets} packets`],
    ['Memory', `${bytes(view.memory)} (controller)`],
    ['Database', `${bytes(view.database.bytes)}, ${bytes(view.database.written)} written`],
  ];
  for (const note of view.coverage) {
    rows.push([
      note.severity === 'loss' ? 'Not seen' : 'Note',
      visible(`${note.code} (${note.source})${note.detail ? `: ${note.detail}` : ''}`),
    ]);
  }
  console.log(table(['SPIN', view.run.version], rows));
  return EXIT.ok;
}

function guarded(run: { mode: string; demo?: string }): string {
  if (run.demo === 'virtual-home') return 'a virtual home on this machine';
  if (run.demo === 'recorded-home') return 'nothing: it plays a recorded home';
  return run.mode === 'gateway'
    ? 'this router’s home'
    : run.mode === 'watch'
      ? 'nothing: it only listens'
      : 'nothing: it plays a file';
}
