import { describe, expect, test } from 'vitest';
import type { IncidentView } from '../contract/api.ts';
import type { Conversation, Device, Node } from '../model/home.ts';
import { Coverage, LOSS_PASSES_AFTER, verdictOf } from './coverage.ts';
import { conversationView, labelOf, nodeView } from './views.ts';

const isRouter = (address: string) => address === '192.0.2.1' || address === '2001:db8::1';
const NO_TRAFFIC = { packetsUp: 0, packetsDown: 0, bytesUp: 0, bytesDown: 0 };

function farEndOf(node: Partial<Node>) {
  const conversation: Conversation = {
    ...{ id: 1, device: 'd-1', protocol: 'udp', port: 5353, initiator: 'device', first: 0, last: 0, ...NO_TRAFFIC },
    node: { addresses: [], ...node },
  };
  return conversationView(conversation, { rateUp: 0, rateDown: 0 }, isRouter).node;
}

describe('a far end', () => {
  test('that is the router is one, whatever its address and name', () => {
    const keys = ['192.0.2.1', '2001:db8::1'].map((address) => farEndOf({ addresses: [address], name: 'router.lan' }));
    for (const node of keys) expect(node).toMatchObject({ key: 'role:router', role: 'router' });
  });

  test('that is a multicast group has its name, the same in both families', () => {
    for (const address of ['224.0.0.251', 'ff02::fb']) {
      expect(farEndOf({ addresses: [address] })).toMatchObject({ key: 'role:mDNS', role: 'multicast', group: 'mDNS' });
    }
    expect(farEndOf({ addresses: ['239.1.2.3'] })).toEqual({
      ...{ key: '239.1.2.3', role: 'multicast', addresses: ['239.1.2.3'] },
    });
  });

  test('that is everybody is a broadcast', () => {
    expect(farEndOf({ addresses: ['255.255.255.255'] })).toMatchObject({ key: 'role:broadcast', role: 'broadcast' });
  });

  test('outside is known by its name, else by its address', () => {
    const addresses = ['198.51.100.1', '198.51.100.2'];
    expect(farEndOf({ name: 'cloud.example', addresses })).toEqual({
      ...{ key: 'cloud.example', name: 'cloud.example', addresses },
    });
    expect(farEndOf({ addresses })).toEqual({ key: '198.51.100.2', addresses });
  });

  test('in the history says the same', () => {
    const known = { services: ['udp/5353'], firstSeen: 1, lastSeen: 2, ...NO_TRAFFIC };
    expect(nodeView({ name: 'ff02::fb', ...known }, isRouter)).toMatchObject({ role: 'multicast', group: 'mDNS' });
    expect(nodeView({ name: '192.0.2.1', ...known }, isRouter)).toMatchObject({ role: 'router' });
    expect(nodeView({ name: 'cloud.example', ...known }, isRouter)).not.toHaveProperty('role');
  });
});

describe('the label of a device', () => {
  const device: Device = {
    ...{ id: 'd-1', macs: ['00:00:5e:00:53:2a'], addresses: ['192.0.2.9'], names: [], services: [] },
    ...{ firstSeen: 0, lastSeen: 0 },
  };
  test.each<[Partial<Device>, string]>([
    [{ givenName: 'Door', names: ['cam'] }, 'Door'],
    [{ names: ['cam', 'other'] }, 'cam'],
    [{ vendor: 'Example', kind: 'camera' }, 'Example camera 53:2a'],
    [{ kind: 'camera' }, 'camera 53:2a'],
    [{}, 'device 53:2a'],
    [{ macs: [] }, '192.0.2.9'],
    [{ macs: [], addresses: [] }, 'd-1'],
  ])('with %j is %s', (more, label) => expect(labelOf({ ...device, ...more })).toBe(label));
});

describe('the verdict', () => {
  const verdict = (...codes: ('headers-not-seen' | 'recorded' | 'flow-offload')[]) => {
    const coverage = new Coverage();
    const notes = codes.map((code) => ({ code }));
    coverage.set({ kind: 'coverage', at: 0, source: 'test', notes, lost: { events: 0, packets: 0 } });
    return verdictOf(3, true, coverage.views(0));
  };

  test('is calm about what lies in the nature of a source', () => {
    expect(verdict('headers-not-seen', 'recorded')).toEqual({ level: 'ok', code: 'all-quiet', devices: 3 });
  });

  test('forgives a loss that did not recur, and goes on listing it', () => {
    const coverage = new Coverage();
    const lose = (at: number, packets: number) => {
      coverage.set({
        ...{ kind: 'coverage', at, source: 'test', notes: [{ code: 'packets-lost' }], lost: { events: 0, packets } },
      });
      coverage.settle(at);
    };
    const code = (at: number) => verdictOf(3, true, coverage.views(at)).code;
    lose(1_000, 5);
    lose(2_000, 6);
    lose(60_000, 6);
    expect(code(2_000 + LOSS_PASSES_AFTER - 1)).toBe('limited-view');
    expect(coverage.settle(2_000 + LOSS_PASSES_AFTER - 1)).toBe(false);
    expect(code(2_000 + LOSS_PASSES_AFTER)).toBe('all-quiet');
    expect([0, 1].map(() => coverage.settle(2_000 + LOSS_PASSES_AFTER))).toEqual([true, false]);
    expect(coverage.views(2_000 + LOSS_PASSES_AFTER)).toHaveLength(1);
    lose(3_000 + LOSS_PASSES_AFTER, 7);
    expect(code(3_000 + LOSS_PASSES_AFTER)).toBe('limited-view');
  });

  test('says so when something is missing that should be there', () => {
    expect(verdict('headers-not-seen', 'flow-offload')).toMatchObject({ level: 'attention', code: 'limited-view' });
    expect(verdictOf(3, false, [])).toMatchObject({ level: 'attention', code: 'agent-gone' });
  });
});

describe('the first screen about incidents', () => {
  const incident = (more: Partial<IncidentView>): IncidentView => ({
    ...{ id: 'i', device: 'd', label: 'Porch', state: 'open', opened: 0, last: 0, relapses: 0, strength: 0.9 },
    ...{ findings: [], kindred: [], story: [], cleanUp: [], wrong: [] },
    ...more,
  });
  const stopped = incident({
    verdict: {
      ...{ step: 'none', blocks: [], since: 0, until: 1, inForce: 'yes' },
      stopped: { packets: 0, bytes: 0 },
    },
  });
  const notEnforced = { ...stopped, verdict: { ...stopped.verdict!, inForce: 'not-enforced' as const } };
  const asked = incident({ question: { asked: 0, until: 1, otherwise: 'stop' } });
  const code = (...incidents: IncidentView[]) => verdictOf(3, true, [], incidents).code;

  test('a question comes first, then harm that passes, then harm that was stopped', () => {
    expect(code(stopped, incident({}), asked)).toBe('asks');
    expect(code(stopped, incident({}))).toBe('harm-seen');
    expect(code(stopped, notEnforced)).toBe('harm-seen');
    expect(code(stopped)).toBe('harm-stopped');
    expect(verdictOf(3, true, [], [stopped])).toMatchObject({ device: 'Porch', incidents: 1, devices: 3 });
  });

  test('what is not sure, is over, or was left alone by the household alarms nobody', () => {
    expect(code(incident({ strength: 0.6 }), incident({ state: 'quiet' }), incident({ answer: 'leave' }))).toBe(
      'all-quiet',
    );
  });
});
