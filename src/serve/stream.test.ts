import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HomeView, StreamMessage } from '../contract/api.ts';
import { Ring } from './ring.ts';
import { CLOSE, LINGER, MAX_CLIENTS, MAX_QUEUED_BYTES, RING_MESSAGES, Stream, type StreamSocket } from './stream.ts';

class FakeSocket implements StreamSocket {
  queued = 0;
  readonly got: StreamMessage[] = [];
  closed: number | undefined;
  send(text: string): void {
    this.got.push(JSON.parse(text) as StreamMessage);
  }
  close(code: number): void {
    this.closed = code;
  }
}

/** A home whose only state is how many devices left: a client's copy can be compared with it. */
function setUp() {
  const state = { now: 0, count: 0 };
  const home = (epoch: string, sequence: number) => ({ epoch, sequence, conversationsInAll: state.count }) as HomeView;
  const stream = new Stream({ epoch: 'e1', home, now: () => state.now });
  const happen = () => {
    state.count++;
    stream.announce({ kind: 'device-gone', at: 0, device: `d-${state.count}` });
  };
  return { state, stream, happen };
}

/** What a client knows after its messages: the count of the snapshot, and one for each message after it. */
function countOf(messages: readonly StreamMessage[]): number {
  let count = 0;
  for (const message of messages) {
    if (message.kind === 'snapshot') count = message.home.conversationsInAll;
    else if (message.kind === 'device-gone') count++;
  }
  return count;
}

describe('the stream', () => {
  test('property: wherever it is cut, a client that resumes has seen everything once', () => {
    const step = fc.constantFrom('event', 'cut', 'return', 'wait');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { state, stream, happen } = setUp();
        let socket: FakeSocket | undefined = new FakeSocket();
        const seen: StreamMessage[] = [];
        let resume = {};
        stream.connect(socket, {});
        for (const what of [...steps, 'cut', 'return']) {
          if (what === 'event') happen();
          if (what === 'wait') state.now += LINGER / 2;
          if (what === 'cut' && socket) {
            stream.disconnect(socket);
            seen.push(...socket.got);
            resume = { epoch: 'e1', after: seen.at(-1)!.sequence };
            socket = undefined;
          }
          if (what === 'return' && !socket) {
            socket = new FakeSocket();
            stream.connect(socket, resume);
          }
        }
        seen.push(...(socket?.got ?? []));
        expect(countOf(seen)).toBe(state.count);
        expect(seen.at(-1)!.sequence).toBe(stream.sequence);
        for (const [i, message] of seen.entries()) {
          const before = seen[i - 1]?.sequence ?? message.sequence;
          const fresh = message.kind === 'snapshot' || message.kind === 'resumed';
          if (!fresh) expect(message.sequence).toBe(before + 1);
          if (message.kind === 'resumed') expect(message.sequence).toBe(before);
        }
      }),
    );
  });

  test('one that was away for too long, or comes from another epoch, gets a snapshot', () => {
    const { stream, happen } = setUp();
    stream.connect(new FakeSocket(), {});
    for (let i = 0; i < RING_MESSAGES + 5; i++) happen();
    for (const resume of [
      { epoch: 'e1', after: 2 },
      { epoch: 'e0', after: stream.sequence },
      { epoch: 'e1', after: 10_000 },
    ]) {
      const socket = new FakeSocket();
      stream.connect(socket, resume);
      expect(socket.got).toMatchObject([{ kind: 'snapshot', sequence: stream.sequence }]);
    }
  });

  test('a slow client is not waited for and begins afresh when it has caught up', () => {
    const { state, stream, happen } = setUp();
    const [slow, quick] = [new FakeSocket(), new FakeSocket()];
    stream.connect(slow, {});
    stream.connect(quick, {});
    slow.queued = MAX_QUEUED_BYTES + 1;
    for (let i = 0; i < 50; i++) happen();
    expect(slow.got).toHaveLength(1);
    expect(countOf(quick.got)).toBe(50);
    slow.queued = 10;
    stream.drained(slow);
    expect(slow.got).toHaveLength(1);
    slow.queued = 0;
    stream.drained(slow);
    happen();
    expect(countOf(slow.got)).toBe(state.count);
  });

  test('clients are bounded', () => {
    const { stream } = setUp();
    for (let i = 0; i < MAX_CLIENTS; i++) stream.connect(new FakeSocket(), {});
    const oneMore = new FakeSocket();
    stream.connect(oneMore, {});
    expect(oneMore).toMatchObject({ closed: CLOSE.tooMany, got: [] });
  });

  test('a new epoch gives everyone a snapshot', () => {
    const { stream, happen } = setUp();
    const socket = new FakeSocket();
    stream.connect(socket, {});
    happen();
    stream.restart('e2');
    expect(socket.got.at(-1)).toMatchObject({ kind: 'snapshot', home: { epoch: 'e2' } });
  });
});

test('property: the ring gives exactly what came after, or nothing', () => {
  const sizes = fc.record({ most: fc.integer({ min: 1, max: 20 }), bytes: fc.integer({ min: 1, max: 60 }) });
  fc.assert(
    fc.property(
      sizes,
      fc.integer({ min: 0, max: 50 }),
      fc.integer({ min: -2, max: 60 }),
      ({ most, bytes }, count, after) => {
        const ring = new Ring(most, bytes);
        for (let i = 0; i < count; i++) ring.push(String);
        const found = ring.after(after);
        const all = Array.from({ length: count }, (_, i) => String(i + 1));
        if (after < 0 || after > count) expect(found).toBeUndefined();
        else if (found) expect(found).toEqual(all.slice(after));
        expect(ring.after(count)).toEqual([]);
        if (found) expect(found.length).toBeLessThanOrEqual(most);
      },
    ),
  );
});
