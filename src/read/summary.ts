import type { Totals } from '../digest/totals.ts';
import { findingSentence } from '../model/finding-words.ts';
import type { Conversation, Device, Finding } from '../model/home.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Home } from '../track/home.ts';
import type { Output } from './output.ts';

/**
 * Writes the home as one line of JSON, conversation by conversation, since a scanned home has tens of thousands. The
 * packets and bytes of `conversations`, `capture.other` and `capture.skipped` add up to those of `capture`, and
 * `capture.unseen` is what such a file cannot show.
 */
export async function writeSummary(
  output: Output,
  pipeline: Pipeline,
  totals: Totals,
  findings: readonly Finding[],
): Promise<void> {
  const { home } = pipeline;
  await output.write(`{"capture":${JSON.stringify(captureOf(home, totals))},"devices":[`);
  let comma = '';
  for (const device of home.devices()) {
    await output.write(comma + JSON.stringify({ ...deviceOf(home, device), exposure: exposureIn(pipeline, device) }));
    comma = ',';
  }
  await output.write('],"conversations":[');
  comma = '';
  for (const id of home.conversationIds()) {
    await output.write(comma + JSON.stringify(conversationOf(home.conversation(id)!)));
    comma = ',';
  }
  await output.write('],"findings":[');
  comma = '';
  for (const finding of findings) {
    await output.write(comma + JSON.stringify({ ...finding, sentence: sentenceOf(home, finding) }));
    comma = ',';
  }
  await output.write(']}\n');
}

function exposureIn(pipeline: Pipeline, { id }: Device) {
  const { grade, points = [], unseen } = pipeline.exposure(id) ?? {};
  return { grade, points, unseen };
}

/** The finding in plain English, about the device by its best name. */
export function sentenceOf(home: Home, finding: Finding): string {
  const device = home.device(finding.device);
  return findingSentence(finding, device?.names[0] ?? device?.vendor ?? finding.device, 'en');
}

function captureOf(home: Home, totals: Totals) {
  const { packets, bytes, first, last, localOnly, skipped } = totals;
  const { noConversation, evicted } = home.totals();
  const unseen = home.coverage().flatMap(({ notes }) => notes);
  return { packets, bytes, first, last, other: { localOnly, noConversation, evicted }, skipped, unseen };
}

function deviceOf(home: Home, device: Device) {
  const { id, macs, addresses, names, vendor, kind, identity } = device;
  const conversations = home.conversationIds(id).length;
  return { id, macs, addresses, names, vendor, kind, identity, ...home.counters(id), conversations };
}

function conversationOf(conversation: Conversation) {
  const { device, node, protocol, port, initiator } = conversation;
  const { packetsUp, packetsDown, bytesUp, bytesDown, first, last } = conversation;
  const far = { name: node.name, addresses: node.addresses, device: node.device };
  return { device, node: far, protocol, port, initiator, packetsUp, packetsDown, bytesUp, bytesDown, first, last };
}
