import type { StreamMessage } from '../../../src/contract/api.ts';
import { HomeState } from '../lib/home-state.ts';
import type { NameWords } from '../lib/labels.ts';
import type { Filter } from './filter.ts';
import { buildGraph, type PictureGraph, type PictureNode } from './graph.ts';

/** What a pointer over a circle is told. Rates in bytes per second, `up` leaves the home's side. */
export type Tip = Pick<PictureNode, 'label' | 'members' | 'bytes' | 'mark'> & {
  services: string[];
  up: number;
  down: number;
};

/** Services that a tip names. */
const SERVICES = 3;

/** The picture's own copy of the home, kept in its thread, and what to draw of it. */
export class Feed {
  filter: Filter = { search: '', device: '', service: '', hidden: false };
  words: NameWords | undefined;
  chosen: string | undefined;
  /** Index into FAR_CIRCLES. */
  detail = 0;
  graph: PictureGraph = { nodes: [], edges: [], farEnds: 0 };
  private readonly home = new HomeState();

  apply(message: StreamMessage): void {
    this.home.apply(message);
  }

  build(): PictureGraph {
    if (!this.words) return this.graph;
    const { devices, conversations, rules, at } = this.home;
    const { filter, words, detail, chosen } = this;
    const shown = new Set(this.graph.nodes.map((node) => node.id));
    this.graph = buildGraph({
      ...{ devices, conversations: conversations.values(), rules, at, filter, words, detail, chosen, shown },
    });
    return this.graph;
  }

  tip(id: string | undefined): Tip | undefined {
    const node = this.graph.nodes.find((one) => one.id === id);
    if (!node) return undefined;
    const own = this.graph.edges.filter((edge) => edge.from === id || edge.to === id);
    const sent = (edge: (typeof own)[number]) => edge.from === id || node.type !== 'device';
    return {
      label: node.label,
      members: node.members,
      bytes: node.bytes,
      ...(node.mark ? { mark: node.mark } : {}),
      services: node.type === 'device' ? [] : [...new Set(own.map((edge) => edge.service))].slice(0, SERVICES),
      up: own.reduce((sum, edge) => sum + (sent(edge) ? edge.up : edge.down), 0),
      down: own.reduce((sum, edge) => sum + (sent(edge) ? edge.down : edge.up), 0),
    };
  }
}
