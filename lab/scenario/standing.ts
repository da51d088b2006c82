import { DEVICES } from '../plan.ts';
import type { Act, Line } from './scenario.ts';

/** What goes on at any hour: standing connections, the clock, updates, announcements. */
export const STANDING: readonly Line[] = [
  standing('camera', 0.3, {
    do: 'mqtt',
    broker: 'cloud.camera.example',
    tls: true,
    topic: 'camera/state',
    bytes: [60, 140],
    every: 10,
  }),
  standing('bulb', 0.4, {
    do: 'mqtt',
    broker: 'mqtt.light.example',
    tls: true,
    topic: 'home/bulb',
    bytes: [30, 60],
    every: 20,
  }),
  standing('plug', 0.6, {
    do: 'mqtt',
    broker: 'mqtt.plug.example',
    tls: false,
    topic: 'home/plug',
    bytes: [40, 90],
    every: 15,
  }),
  standing('smoke-alarm', 0.2, {
    do: 'mqtt',
    broker: 'mqtt.alarm.example',
    tls: true,
    topic: 'alarm/heartbeat',
    bytes: [24, 24],
    every: 5,
    acknowledged: true,
  }),
  standing('speaker', 1, {
    do: 'mqtt',
    broker: 'voice.speaker.example',
    tls: true,
    topic: 'speaker/wake',
    bytes: [60, 200],
    every: 12,
  }),
  repeated('fridge', 2, 25, {
    do: 'fetch',
    from: 'api.fridge.example',
    path: '/state',
    up: [300, 900],
    down: [60, 200],
  }),
  repeated('thermostat', 1.2, 18, {
    do: 'fetch',
    from: 'api.thermostat.example',
    path: '/reading',
    up: [200, 400],
    down: [80, 300],
  }),
  repeated('thermostat', 7, 120, {
    do: 'fetch',
    from: 'weather.example.net',
    path: '/today',
    plain: true,
    down: [1500, 4000],
  }),
  repeated('fridge', 12, 150, { do: 'fetch', from: 'update.vendor.example', path: '/check', down: [100, 300] }),
  repeated('phone', 0.5, 90, {
    do: 'fetch',
    from: 'check.phone.example',
    path: '/generate_204',
    plain: true,
    down: [0, 0],
  }),
  ...DEVICES.filter(({ announces, upnp }) => announces || upnp).flatMap(({ name }, i) => [
    repeated(name, 2 + i * 0.3, 110, { do: 'announce' }),
  ]),
  ...['camera', 'tv', 'fridge', 'thermostat', 'speaker', 'laptop'].map((name, i) =>
    repeated(name, 0.8 + i * 0.5, 64, { do: 'time', server: 'ntp.time.example' }),
  ),
];

function standing(device: string, from: number, act: Act): Line {
  return { device, from, act };
}

function repeated(device: string, from: number, every: number, act: Act): Line {
  return { device, from, every, jitter: 0.1, act };
}
