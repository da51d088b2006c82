import { describe, expect, it } from 'vitest';
import { FakeHome } from '../../dev/fake-home.ts';
import { FakeRules } from '../../dev/fake-rules.ts';
import { stamp } from '../../dev/fake-standing.ts';
import { en } from '../text/en.ts';
import { Camera } from './camera.ts';
import { registrableDomain } from './domain.ts';
import { buildGraph, EVERYBODY, FAR_CIRCLES, GROUP_ABOVE, isInside } from './graph.ts';
import { LabelSpace, shorten } from './labels.ts';
import { Layout } from './layout.ts';
import { rowsOf, sortRows } from './rows.ts';

const NONE = { search: '', device: '', service: '', hidden: false };
const NO_RULES = new Map();

function homeOf(devices: number, farEnds: number) {
  const fake = new FakeHome({ devices, farEnds, seed: 3, at: 1e12 });
  return { fake, devices: new Map(fake.devices.map((device) => [device.id, device])) };
}

function graphOf(devices: number, farEnds: number, options: Partial<Parameters<typeof buildGraph>[0]> = {}) {
  const home = homeOf(devices, farEnds);
  const { conversations, at } = home.fake;
  return {
    ...home,
    graph: buildGraph({
      devices: home.devices,
      conversations,
      rules: NO_RULES,
      at,
      filter: NONE,
      words: en,
      detail: 0,
      chosen: undefined,
      ...options,
    }),
  };
}

describe('what is drawn', () => {
  it('is every device and every far end of a small home', () => {
    const { graph } = graphOf(8, GROUP_ABOVE - 6);
    expect(graph.nodes.filter((node) => node.type === 'device')).toHaveLength(8);
    expect(graph.nodes.filter((node) => node.type === 'far')).toHaveLength(GROUP_ABOVE - 6);
  });

  it('is folded to a readable number in a large home, and no byte is lost by folding', () => {
    const { graph, fake } = graphOf(100, 1000);
    const circles = graph.nodes.filter((node) => node.type === 'far' || node.type === 'group');
    expect(circles.length).toBeLessThanOrEqual(FAR_CIRCLES[0]);
    const drawn = graph.edges.reduce((sum, edge) => sum + edge.bytes, 0);
    expect(drawn).toBe(fake.conversations.reduce((sum, one) => sum + one.bytesUp + one.bytesDown, 0));
    expect(graph.farEnds).toBe(
      new Set(fake.conversations.filter((one) => !one.node.device && !one.node.role).map((one) => one.node.key)).size,
    );
  });

  it('has the router and everybody who listens within the home, each as one', () => {
    const { graph } = graphOf(8, 20);
    const inside = graph.nodes.filter((node) => isInside(node) && node.type !== 'device');
    expect(inside.map(({ id, label }) => [id, label])).toEqual([
      ['n:role:router', en.far.router],
      [EVERYBODY, en.far.everybody],
    ]);
    expect(graph.edges.filter(({ to }) => to === EVERYBODY)).toHaveLength(8);
  });

  it('shows the far ends of a chosen device one by one', () => {
    const { graph, fake } = graphOf(100, 1000, { chosen: 'd:d-02:00:00:00:00:00' });
    for (const { device, node } of fake.conversations) {
      if (device === 'd-02:00:00:00:00:00' && node.role !== 'multicast')
        expect(graph.nodes.some(({ id }) => id === `n:${node.key}`)).toBe(true);
    }
  });

  it('keeps what is drawn until something much larger comes', () => {
    const { graph } = graphOf(100, 1000);
    const shown = new Set(graph.nodes.map((node) => node.id));
    const again = graphOf(100, 1000, { shown }).graph;
    expect(new Set(again.nodes.map((node) => node.id))).toEqual(shown);
  });

  it('follows the same filter as the table', () => {
    const filter = { ...NONE, search: 'coffee', service: 'https' };
    const { graph, fake, devices } = graphOf(20, 200, { filter });
    const rows = rowsOf(devices, fake.conversations, NO_RULES, fake.at, filter, en);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.reduce((sum, row) => sum + row.up + row.down, 0)).toBe(
      graph.edges.reduce((sum, edge) => sum + edge.bytes, 0),
    );
    expect(rows.every((row) => row.service === 'https' && row.deviceLabel.startsWith('Coffee plug'))).toBe(true);
  });
});

describe('the layout', () => {
  it('keeps devices inside the home and far ends outside', () => {
    const { graph } = graphOf(30, 200);
    const layout = new Layout();
    layout.update(graph.nodes, graph.edges);
    for (let i = 0; i < 400 && layout.moving; i++) layout.step();
    const distance = ({ x, y }: { x: number; y: number }) => Math.hypot(x / layout.home.a, y / layout.home.b);
    for (const circle of layout.circles) {
      if (isInside(circle.node)) expect(distance(circle)).toBeLessThan(1);
      else expect(distance(circle)).toBeGreaterThan(1);
    }
  });

  it('rests when only traffic changes', () => {
    const { graph } = graphOf(5, 10);
    const layout = new Layout();
    layout.update(graph.nodes, graph.edges);
    while (layout.moving) layout.step();
    layout.update(
      graph.nodes.map((node) => ({ ...node, bytes: node.bytes * 2 })),
      graph.edges,
    );
    expect(layout.moving).toBe(false);
  });
});

describe('the camera', () => {
  it('zooms around the point under the finger', () => {
    const camera = new Camera();
    camera.resize(400, 300);
    const before = camera.toWorld(50, 60);
    camera.zoom(2, 50, 60);
    const after = camera.toWorld(50, 60);
    expect(after[0]).toBeCloseTo(before[0]);
    expect(after[1]).toBeCloseTo(before[1]);
  });
});

describe('names in the picture', () => {
  it.each([
    ['a.b.example.com', 'example.com'],
    ['shop.example.co.uk', 'example.co.uk'],
    ['192.0.2.1', undefined],
    ['2001:db8::1', undefined],
    ['localhost', undefined],
  ])('%s belongs to %s', (name, domain) => expect(registrableDomain(name)).toBe(domain));

  it('stand where the whole of them is seen', () => {
    const space = new LabelSpace(300, 200);
    expect(
      space.first(
        [
          [20, 50],
          [150, 50],
        ],
        80,
      ),
    ).toEqual([150, 50]);
    expect(
      space.first(
        [
          [290, 90],
          [150, 300],
          [20, 90],
        ],
        80,
      ),
    ).toBeUndefined();
  });

  it('never overlap', () => {
    const space = new LabelSpace(1000, 800);
    expect(space.take(100, 100, 80)).toBe(true);
    expect(space.take(150, 105, 80)).toBe(false);
    expect(space.take(100, 130, 80)).toBe(true);
  });

  it('are cut in the middle', () => {
    expect(shorten('abcdefghij', 5)).toBe('ab…ij');
    expect(shorten('short')).toBe('short');
  });
});

describe('what the household wants', () => {
  function wanting(act: (rules: FakeRules, fake: FakeHome) => void, hidden = false) {
    const { fake, devices } = homeOf(6, 30);
    const rules = new FakeRules(fake);
    act(rules, fake);
    stamp(fake, rules);
    const options = {
      devices,
      rules: rules.rules,
      conversations: fake.conversations,
      at: fake.at,
      words: en,
      detail: 0,
    };
    return { fake, graph: buildGraph({ ...options, filter: { ...NONE, hidden }, chosen: undefined }) };
  }
  const when = { always: true as const };

  it('marks a blocked device, and cuts all its lines and no other', () => {
    const { fake, graph } = wanting((rules, { devices }) =>
      rules.set({ action: 'block', target: { device: devices[0]!.id }, when }),
    );
    const id = `d:${fake.devices[0]!.id}`;
    expect(graph.nodes.filter(({ mark }) => mark).map((node) => [node.id, node.mark?.action])).toEqual([[id, 'block']]);
    expect(graph.edges.filter(({ cut }) => cut)).toEqual(graph.edges.filter(({ from }) => from === id));
    expect(graph.edges.some(({ cut }) => cut)).toBe(true);
  });

  it('marks a blocked far end', () => {
    const { fake, graph } = wanting((rules, { conversations }) =>
      rules.set({ action: 'block', target: { node: { name: conversations[0]!.node.name! } }, when }),
    );
    const marked = graph.nodes.filter(({ mark }) => mark);
    expect(marked.map(({ id }) => id)).toEqual([`n:${fake.conversations[0]!.node.key}`]);
  });

  it('leaves out what is hidden, unless it is asked for', () => {
    const hide = (rules: FakeRules, { devices, conversations }: FakeHome) => {
      rules.set({ action: 'ignore', target: { device: devices[1]!.id }, when });
      rules.set({ action: 'ignore', target: { node: { name: conversations[0]!.node.name! } }, when });
    };
    const { fake, graph } = wanting(hide);
    const gone = [`d:${fake.devices[1]!.id}`, `n:${fake.conversations[0]!.node.key}`];
    const ids = ({ nodes }: typeof graph) => nodes.map(({ id }) => id).filter((id) => gone.includes(id));
    expect(ids(graph)).toEqual([]);
    expect(ids(wanting(hide, true).graph).sort()).toEqual(gone.sort());
  });
});

describe('the table', () => {
  it('sorts words and numbers both ways', () => {
    const { fake, devices } = homeOf(10, 60);
    const rows = rowsOf(devices, fake.conversations, NO_RULES, fake.at, NONE, en);
    const up = sortRows(rows, { column: 'up', descending: true }, new Intl.Collator('en')).map((row) => row.up);
    expect(up).toEqual(up.toSorted((a, b) => b - a));
  });
});
