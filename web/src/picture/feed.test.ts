import { describe, expect, it } from 'vitest';
import { FakeHome } from '../../dev/fake-home.ts';
import { HomeState } from '../lib/home-state.ts';
import { en } from '../text/en.ts';
import { Feed } from './feed.ts';
import { EVERYBODY } from './graph.ts';

function fed(devices = 6) {
  const fake = new FakeHome({ devices, farEnds: 20, seed: 5, at: 1e12 });
  const page = new HomeState();
  page.apply({ kind: 'snapshot', sequence: 3, home: structuredClone(fake.view('e', 3)) });
  const feed = new Feed();
  feed.words = en;
  feed.apply(structuredClone(page.snapshot()!));
  return { fake, page, feed };
}

describe("the picture's own copy of the home", () => {
  it('begins with what the page knows and goes on with the stream', () => {
    const { feed, fake } = fed();
    const before = feed.build().edges.reduce((sum, edge) => sum + edge.bytes, 0);
    const { devices, conversations } = fake.step(200);
    feed.apply({
      ...{ kind: 'traffic', sequence: 4, at: fake.at, devices, conversations, gone: [], rateUp: 0, rateDown: 0 },
    });
    const after = feed.build().edges.reduce((sum, edge) => sum + edge.bytes, 0);
    expect(after).toBeGreaterThan(before);
    expect(after).toBe(fake.conversations.reduce((sum, one) => sum + one.bytesUp + one.bytesDown, 0));
  });

  it('is copied by a page that knows nothing only when there is something', () => {
    expect(new HomeState().snapshot()).toBeUndefined();
  });

  it('tells of a circle what a pointer wants to know', () => {
    const { feed, fake } = fed();
    const { devices, conversations } = fake.step(200);
    feed.apply({
      ...{ kind: 'traffic', sequence: 4, at: fake.at, devices, conversations, gone: [], rateUp: 0, rateDown: 0 },
    });
    const { edges } = feed.build();
    const own = edges.filter(({ to }) => to === EVERYBODY);
    expect(feed.tip(EVERYBODY)).toMatchObject({
      label: en.far.everybody,
      services: ['mdns'],
      up: own.reduce((sum, edge) => sum + edge.up, 0),
    });
    expect(feed.tip('n:nobody')).toBeUndefined();
  });
});
