import type { ConversationView, DeviceView, RuleView } from '../../../src/contract/api.ts';
import { deviceMark, farMark, type Mark } from '../act/marks.ts';
import { serviceName } from '../lib/format.ts';
import { currentRate } from '../lib/home-state.ts';
import { type Kind, kindOf } from '../lib/kinds.ts';
import { deviceLabel, farLabel, type NameWords } from '../lib/labels.ts';
import { registrableDomain } from './domain.ts';
import { type Filter, Matcher } from './filter.ts';

/**
 * A circle of the picture. Ids: `d:` device, `n:` far end by key, `g:` names under one domain, `o:` the rest of one
 * device, `e:` all groups of the home and broadcasts.
 */
export type PictureNode = {
  id: string;
  type: 'device' | 'router' | 'everybody' | 'far' | 'group' | 'others';
  label: string;
  icon?: Kind | 'everybody';
  /** Bytes both ways, which size the circle, and the share of them that left the home. */
  bytes: number;
  upShare: number;
  /** Far ends that this circle stands for. */
  members: number;
  /** What the household's rules make of it. */
  mark?: Mark;
};

/** A line of the picture: always from a device. Rates in bytes per second, as that device sees them. */
export type PictureEdge = {
  id: string;
  from: string;
  to: string;
  service: string;
  bytes: number;
  up: number;
  down: number;
  /** Rules cut all of it. */
  cut: boolean;
};

export type PictureGraph = { nodes: PictureNode[]; edges: PictureEdge[]; farEnds: number };

/** Far ends under one domain are drawn as one when there are more far ends than this. */
export const GROUP_ABOVE = 36;
/** Circles outside the home by level of detail; the smaller rest of each device becomes one circle. */
export const FAR_CIRCLES = [110, 320, 1200] as const;
/** Far ends of the chosen device that are drawn one by one, whatever the level. */
export const CHOSEN_FAR_CIRCLES = 48;

export const EVERYBODY = 'e:home';

/** What is drawn within the home. */
export function isInside({ type }: Pick<PictureNode, 'type'>): boolean {
  return type === 'device' || type === 'router' || type === 'everybody';
}

export type GraphOptions = {
  devices: ReadonlyMap<string, DeviceView>;
  conversations: Iterable<ConversationView>;
  rules: ReadonlyMap<string, RuleView>;
  at: number;
  filter: Filter;
  words: NameWords;
  /** Index into FAR_CIRCLES. */
  detail: number;
  chosen: string | undefined;
  /** Circles that are drawn now. They give way only to much larger ones, so that the picture stays calm. */
  shown?: ReadonlySet<string>;
};

type FarEnd = {
  id: string;
  label: string;
  up: number;
  down: number;
  members: Set<string>;
  grouped: boolean;
  /** Of all its conversations; `undefined` where they differ. */
  mark: Mark | undefined;
};

/** How much larger a far end must be to take the place of one that is drawn. */
const STAYS = 4;

/** What to draw of the home: every matching device, the largest far ends, and the rest folded together. */
export function buildGraph(options: GraphOptions): PictureGraph {
  const matcher = new Matcher(options.filter, options.devices);
  const shown: ConversationView[] = [];
  const keys = new Set<string>();
  for (const conversation of options.conversations) {
    if (!options.devices.has(conversation.device) || !matcher.conversation(conversation)) continue;
    shown.push(conversation);
    if (!isLocal(conversation, options.devices)) keys.add(conversation.node.key);
  }
  const chosenKeys = keysToKeep(shown, options.chosen);
  const idOf = farIdentity(keys.size > GROUP_ABOVE, chosenKeys);
  const far = collectFarEnds(shown, options, idOf);
  const kept = largest(far, FAR_CIRCLES[options.detail] ?? FAR_CIRCLES[0], chosenKeys, options.shown);
  const build = new Builder(options);
  for (const device of options.devices.values()) if (matcher.device(device)) build.device(device.id);
  for (const conversation of shown) {
    if (isLocal(conversation, options.devices)) build.local(conversation);
    else build.far(conversation, far.get(idOf(conversation))!, kept);
  }
  return { ...build.done(), farEnds: keys.size };
}

class Builder {
  private readonly options: GraphOptions;
  private readonly nodes = new Map<string, PictureNode & { members: number }>();
  private readonly edges = new Map<string, PictureEdge & { services: Map<string, number> }>();
  private readonly folded = new Map<string, Set<string>>();

  constructor(options: GraphOptions) {
    this.options = options;
  }

  device(id: string): string {
    const key = `d:${id}`;
    const device = this.options.devices.get(id);
    if (device && !this.nodes.has(key)) {
      const bytes = device.bytesUp + device.bytesDown;
      const upShare = bytes > 0 ? device.bytesUp / bytes : 0;
      const label = deviceLabel(device, this.options.words);
      const node = { id: key, type: 'device', label, icon: kindOf(device), bytes, upShare, members: 1 } as const;
      this.nodes.set(key, withMark(node, deviceMark(device, this.options.rules)));
    }
    return key;
  }

  local(conversation: ConversationView): void {
    const { device, node } = conversation;
    const to = node.role === undefined ? this.device(node.device ?? '') : this.shared(conversation);
    this.edge(this.device(device), to, conversation);
  }

  /** The router, or everybody who listens: many devices talk to them, so they stand within the home. */
  private shared({ node, bytesUp, bytesDown }: ConversationView): string {
    const { words } = this.options;
    const router = node.role === 'router';
    const type = router ? 'router' : 'everybody';
    const id = router ? `n:${node.key}` : EVERYBODY;
    const label = router ? words.far.router : words.far.everybody;
    const known = this.nodes.get(id) ?? { id, type, label, icon: type, bytes: 0, upShare: 0, members: 1 };
    this.nodes.set(id, known);
    const up = known.upShare * known.bytes + bytesUp;
    known.bytes += bytesUp + bytesDown;
    known.upShare = known.bytes > 0 ? up / known.bytes : 0;
    return id;
  }

  far(conversation: ConversationView, end: FarEnd, kept: ReadonlySet<string>): void {
    const from = this.device(conversation.device);
    this.edge(from, kept.has(end.id) ? this.farNode(end) : this.others(conversation), conversation);
  }

  private farNode(end: FarEnd): string {
    if (!this.nodes.has(end.id)) {
      const bytes = end.up + end.down;
      const type = end.members.size > 1 ? 'group' : 'far';
      const upShare = bytes > 0 ? end.up / bytes : 0;
      const node = { id: end.id, type, label: end.label, bytes, upShare, members: end.members.size } as const;
      this.nodes.set(end.id, withMark(node, end.mark));
    }
    return end.id;
  }

  private others(conversation: ConversationView): string {
    const id = `o:${conversation.device}`;
    let node = this.nodes.get(id);
    if (!node) {
      node = { id, type: 'others', label: '', bytes: 0, upShare: 0, members: 0 };
      this.nodes.set(id, node);
      this.folded.set(id, new Set());
    }
    const up = node.upShare * node.bytes + conversation.bytesUp;
    node.bytes += conversation.bytesUp + conversation.bytesDown;
    node.upShare = node.bytes > 0 ? up / node.bytes : 0;
    node.members = this.folded.get(id)!.add(conversation.node.key).size;
    return id;
  }

  private edge(from: string, to: string, conversation: ConversationView): void {
    const id = `${from}>${to}`;
    let edge = this.edges.get(id);
    if (!edge) {
      edge = { id, from, to, service: '', bytes: 0, up: 0, down: 0, cut: true, services: new Map() };
      this.edges.set(id, edge);
    }
    const bytes = conversation.bytesUp + conversation.bytesDown;
    const rate = currentRate(conversation, this.options.at);
    const service = serviceName(conversation);
    edge.bytes += bytes;
    edge.up += rate.up;
    edge.down += rate.down;
    edge.cut &&= conversation.cutBy !== undefined;
    edge.services.set(service, (edge.services.get(service) ?? 0) + bytes);
  }

  done(): { nodes: PictureNode[]; edges: PictureEdge[] } {
    const edges = [...this.edges.values()].map(({ services, ...edge }) => ({
      ...edge,
      service: mainServices(services),
    }));
    return { nodes: [...this.nodes.values()], edges };
  }
}

function withMark(node: PictureNode, mark: Mark | undefined): PictureNode {
  return mark ? { ...node, mark } : node;
}

/** The two services with most bytes, and how many more there are. */
function mainServices(services: ReadonlyMap<string, number>): string {
  const names = [...services].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  return names.length <= 2 ? names.join(', ') : `${names.slice(0, 2).join(', ')} +${names.length - 2}`;
}

/** Whether the far end is a device of this home, its router, or a group within it. */
function isLocal({ node }: ConversationView, devices: ReadonlyMap<string, DeviceView>): boolean {
  return node.role !== undefined || (node.device !== undefined && devices.has(node.device));
}

/** Far ends of what is chosen: these are drawn one by one, the largest of them when there are many. */
function keysToKeep(shown: readonly ConversationView[], chosen: string | undefined): Set<string> {
  if (chosen?.startsWith('n:')) return new Set([chosen.slice(2)]);
  if (!chosen?.startsWith('d:')) return new Set();
  const bytes = new Map<string, number>();
  for (const { device, node, bytesUp, bytesDown } of shown) {
    if (`d:${device}` === chosen) bytes.set(node.key, (bytes.get(node.key) ?? 0) + bytesUp + bytesDown);
  }
  const sorted = [...bytes].sort((a, b) => b[1] - a[1]).slice(0, CHOSEN_FAR_CIRCLES);
  return new Set(sorted.map(([key]) => key));
}

function farIdentity(grouping: boolean, single: ReadonlySet<string>): (conversation: ConversationView) => string {
  return ({ node }) => {
    const domain = grouping && !single.has(node.key) ? registrableDomain(node.key) : undefined;
    return domain ? `g:${domain}` : `n:${node.key}`;
  };
}

function collectFarEnds(
  shown: readonly ConversationView[],
  { devices, rules, words }: GraphOptions,
  idOf: (conversation: ConversationView) => string,
): Map<string, FarEnd> {
  const far = new Map<string, FarEnd>();
  for (const conversation of shown) {
    if (isLocal(conversation, devices)) continue;
    const id = idOf(conversation);
    let end = far.get(id);
    const mark = farMark(conversation, rules);
    if (!end) {
      end = { id, label: '', up: 0, down: 0, members: new Set(), grouped: id.startsWith('g:'), mark };
      far.set(id, end);
    }
    if (end.mark?.action !== mark?.action) end.mark = undefined;
    end.up += conversation.bytesUp;
    end.down += conversation.bytesDown;
    end.members.add(conversation.node.key);
    const domain = end.grouped && end.members.size > 1;
    end.label = farLabel(domain ? { key: id.slice(2) } : conversation.node, devices, words);
  }
  return far;
}

function largest(
  far: ReadonlyMap<string, FarEnd>,
  count: number,
  single: ReadonlySet<string>,
  shown: ReadonlySet<string> | undefined,
): Set<string> {
  const kept = new Set<string>();
  for (const end of far.values()) if (!end.grouped && single.has(end.id.slice(2))) kept.add(end.id);
  const weight = (end: FarEnd) => (end.up + end.down) * (shown?.has(end.id) ? STAYS : 1);
  const sorted = [...far.values()].sort((a, b) => weight(b) - weight(a) || (a.id < b.id ? -1 : 1));
  for (const end of sorted) {
    if (kept.size >= count) break;
    kept.add(end.id);
  }
  return kept;
}
