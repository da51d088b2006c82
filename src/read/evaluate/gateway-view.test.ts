import { expect, it } from 'vitest';
import { Scene, SECOND, START, stranger, type Told } from '../../detect/testing/scene.ts';
import { createPipeline } from '../../pipeline.ts';
import { GatewayView } from './gateway-view.ts';

/** What is found of a scene by a router, and how many packets of each device it counted. */
function asRouter(scene: Scene): { told: Told[]; counted: (id: string) => number } {
  const pipeline = createPipeline();
  const { home } = pipeline;
  const isRouter = (mac: string) => mac === '02:00:00:00:00:01';
  const told = scene.play(pipeline, (sink) => new GatewayView(sink, (words) => home.isHome(words), isRouter, 1));
  return { told, counted: (id) => home.counters(id).packetsUp };
}

const detectors = (told: readonly Told[]) => new Set(told.map(({ detector }) => detector));

it('a router sees scans by their SYNs and connections, and Mirai’s mark within the budget', () => {
  const scene = new Scene();
  const thing = scene.thing('camera');
  for (let i = 0; i < 2000; i++) {
    const address = stranger(i * 31);
    const sequence = address.split('.').reduce((word, octet) => (word << 8) | Number(octet), 0);
    scene.tcp(START + SECOND + i, thing, address, 23, { outcome: 'silent', sequence });
  }
  const { told, counted } = asRouter(scene);
  expect(detectors(told)).toContain('mirai-mark');
  expect(told.find(({ detector }) => detector === 'horizontal-scan')).toMatchObject({ subject: 'tcp/23' });
  expect(counted(thing.id)).toBe(2000);
});

it('a router sees floods by their counters', () => {
  const scene = new Scene();
  const thing = scene.thing();
  for (let i = 0; i < 6000; i++) scene.udp(START + SECOND + i / 2, thing, stranger(7), 1024 + i, 512);
  expect(detectors(asRouter(scene).told)).toContain('flood');
});

it('a router tells who is refused and who is answered: browsing is no scan', () => {
  const scene = new Scene();
  const thing = scene.thing();
  for (let i = 0; i < 200; i++) scene.tcp(START + SECOND + i * 100, thing, stranger(i), 8443);
  expect(detectors(asRouter(scene).told)).not.toContain('horizontal-scan');
});

it('what devices of the home say to each other passes it by', () => {
  const scene = new Scene();
  const [thing, other] = [scene.thing(), scene.thing()];
  for (let i = 0; i < 60; i++) scene.tcp(START + i * SECOND, thing, other, 22, { serverFirst: true });
  const { told, counted } = asRouter(scene);
  expect(detectors(told)).not.toContain('login-guessing');
  expect(counted(thing.id)).toBe(0);
});

it('a router knows who sent the first datagram, whatever the ports look like', () => {
  const scene = new Scene();
  const thing = scene.thing('camera');
  for (let i = 0; i < 40; i++) scene.udp(START + SECOND + i * 500, thing, stranger(i * 31), 40_000 + i, 40, 0, 8000);
  expect(detectors(asRouter(scene).told)).toContain('peer-fan-out');
});
