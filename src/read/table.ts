import { styleText } from 'node:util';
import type { Totals } from '../digest/totals.ts';
import type { Conversation, Device, Finding } from '../model/home.ts';
import type { CoverageCode } from '../model/observation.ts';
import { serviceName } from '../model/protocols.ts';
import { visible } from '../model/visible.ts';
import type { Home, Sum } from '../track/home.ts';
import { sentenceOf } from './summary.ts';

export type TableOptions = { title: string | undefined; width: number; color: boolean };

/** Far ends shown for each device. */
const FAR_ENDS = 5;
const NARROWEST = 60;

/** The home as text for people: devices, the most talkative first, and their top far ends. */
export function summaryTable(home: Home, totals: Totals, findings: readonly Finding[], options: TableOptions): string {
  const width = Math.max(NARROWEST, options.width);
  const bold = (text: string) => (options.color ? styleText('bold', text, { validateStream: false }) : text);
  const dim = (text: string) => (options.color ? styleText('dim', text, { validateStream: false }) : text);
  const lines: string[] = [];
  if (options.title !== undefined) lines.push(bold(shorten(visible(options.title), width)));
  lines.push(...captureLines(home, totals).map((line) => shorten(line, width)));
  const volume = (device: Device) => home.counters(device.id).bytesUp + home.counters(device.id).bytesDown;
  for (const device of home.devices().sort((a, b) => volume(b) - volume(a))) {
    const [head, about] = deviceLines(home, device);
    lines.push('', bold(shorten(head, width)), dim(shorten(about, width)));
    lines.push(...farEndLines(home, device, width));
  }
  lines.push('', ...findingLines(home, findings), '');
  return `${lines.join('\n')}\n`;
}

function findingLines(home: Home, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return ['Findings: none'];
  return ['Findings:', ...findings.map((finding) => `  ${visible(sentenceOf(home, finding))}`)];
}

function captureLines(home: Home, totals: Totals): string[] {
  const { localOnly, skipped } = totals;
  const { noConversation, evicted } = home.totals();
  const seconds = Math.max(0, (totals.last - totals.first) / 1000);
  const gateway = home.gateway();
  const lines = [
    `${count(totals.packets)} packets, ${size(totals.bytes)}, ${duration(seconds)} from ${time(totals.first)}`,
    `${count(home.devices().length)} devices, ${count(home.conversationIds().length)} conversations`,
  ];
  if (gateway.macs.length + gateway.addresses.length > 0)
    lines.push(`Gateway: ${[...gateway.macs, ...gateway.addresses].join(', ')}`);
  const rest = [
    ['on the link only', localOnly],
    ['of nobody at home', noConversation],
    ['older, folded', evicted],
    ...Object.entries(skipped),
  ] as const;
  const told = rest.filter(([, sum]) => sum.packets > 0).map(([what, sum]) => `${visible(what)} ${amount(sum)}`);
  if (told.length > 0) lines.push(`Not in a conversation: ${told.join('; ')}`);
  const unseen = home.coverage().flatMap(({ notes }) => notes.map(({ code, detail }) => UNSEEN[code]?.(detail)));
  lines.push(...new Set(unseen.filter((line) => line !== undefined)));
  return lines;
}

/** What such a file cannot show, where it is a file that shows less than packets. */
const UNSEEN: Partial<Record<CoverageCode, (detail?: string) => string>> = {
  'headers-not-seen': () => 'Not seen: headers of packets, so that some attacks cannot be told by them',
  'flow-log': () => 'Not seen: packets and messages of devices, since this is a log of flows',
  'look-ups-not-seen': (detail) =>
    `Not seen: the names that devices looked up${detail === undefined ? '' : ` (${detail})`}`,
  'no-capture': (detail) => `Not seen: messages of devices${detail === undefined ? '' : ` (${detail})`}`,
};

function deviceLines(home: Home, device: Device): [string, string] {
  const { packetsUp, packetsDown, bytesUp, bytesDown } = home.counters(device.id);
  const name = device.names[0] ?? device.vendor ?? device.id;
  const head = `${visible(name)}   ↑ ${size(bytesUp)} (${count(packetsUp)})  ↓ ${size(bytesDown)} (${count(packetsDown)})`;
  const shown = [
    device.vendor,
    device.kind,
    device.identity?.model?.value,
    ...device.macs,
    ...device.addresses.toReversed(),
    ...device.names.slice(1),
  ];
  const about = shown.filter((part) => part !== undefined && part !== name).map((part) => visible(part!));
  return [head, `  ${about.join(' · ')}`];
}

function farEndLines(home: Home, device: Device, width: number): string[] {
  const ids = home.conversationIds(device.id);
  const all = ids.map((id) => home.conversation(id)!).sort((a, b) => bytesOf(b) - bytesOf(a));
  const shown = all.slice(0, FAR_ENDS).map((conversation) => farEndLine(conversation, width));
  if (all.length > FAR_ENDS) shown.push(`  and ${count(all.length - FAR_ENDS)} more`);
  return shown;
}

function farEndLine(conversation: Conversation, width: number): string {
  const { node, protocol, port, initiator, bytesUp, bytesDown } = conversation;
  const service = serviceName(protocol, port) ?? (port === 0 ? protocol : `${protocol}/${port}`);
  const numbers = `${size(bytesUp).padStart(9)} ↑ ${size(bytesDown).padStart(9)} ↓`;
  const room = width - numbers.length - 24;
  const name = shorten(visible(node.name ?? node.addresses.at(-1) ?? ''), room);
  const arrow = initiator === 'device' ? '→' : '←';
  return `  ${arrow} ${pad(name, room)} ${shorten(service, 18).padEnd(18)} ${numbers}`;
}

function bytesOf(conversation: Conversation): number {
  return conversation.bytesUp + conversation.bytesDown;
}

function shorten(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - [...text].length));
}

function amount(sum: Sum): string {
  return `${count(sum.packets)} (${size(sum.bytes)})`;
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

function time(at: number): string {
  return at > 0 && at < 8.64e15 ? `${new Date(at).toISOString().slice(0, 19)}Z` : 'no time';
}
