/** The things of an ordinary household that call their makers by the clock. */
import { DAY, type Duty, duty, HOUR, MINUTE, SECOND, UDP } from './life.ts';

const NTP = 123;

export type Appliance = {
  hostname: string;
  vendorClass?: string;
  duties: Duty[];
  /** Where it asks for a new firmware. */
  updates?: string;
  /** Day on which it comes, and on which it goes for good. */
  from?: number;
  until?: number;
  /** Speaks IPv6, too. */
  speaks6?: true;
};

const clock = duty('pool.ntp.example.org', HOUR, { port: NTP, protocol: UDP, packets: 1, rotates: 4 });

export const APPLIANCES: readonly Appliance[] = [
  {
    hostname: 'garden-camera',
    vendorClass: 'udhcp 1.36.1',
    updates: 'fw.camera.example.com',
    duties: [
      duty('mqtt.camera.example.com', 5 * MINUTE, { port: 8883 }),
      duty('ingest.camera.example.com', 40 * MINUTE, { packets: 4000, upload: true, jitter: 0.9, rotates: 3 }),
      clock,
    ],
  },
  {
    hostname: 'front-doorbell',
    speaks6: true,
    updates: 'fw.doorbell.example.com',
    duties: [
      duty('api.doorbell.example.com', 2 * MINUTE),
      duty('turn.doorbell.example.com', 3 * HOUR, {
        port: 3478,
        protocol: UDP,
        packets: 900,
        upload: true,
        jitter: 0.9,
      }),
      clock,
    ],
  },
  {
    hostname: 'hall-bulb',
    duties: [duty('mqtt.light.example.com', 10 * MINUTE, { port: 8883 })],
    updates: 'ota.light.example.com',
  },
  {
    hostname: 'desk-bulb',
    duties: [duty('mqtt.light.example.com', 10 * MINUTE, { port: 8883 })],
    updates: 'ota.light.example.com',
  },
  { hostname: 'kitchen-bulb', duties: [duty('mqtt.light.example.com', 10 * MINUTE, { port: 8883 })], from: 3 },
  { hostname: 'kettle-plug', duties: [duty('mqtt.plug.example.net', 4 * MINUTE, { port: 1883 }), clock] },
  { hostname: 'smoke-alarm-landing', duties: [duty('alive.alarm.example.net', MINUTE, { packets: 4 })] },
  {
    hostname: 'thermostat',
    speaks6: true,
    updates: 'update.thermostat.example.net',
    duties: [duty('api.thermostat.example.net', 3 * MINUTE), duty('weather.example.org', HOUR, { port: 80 }), clock],
  },
  {
    hostname: 'Living-Room-TV',
    speaks6: true,
    vendorClass: 'SmartTV 7.2',
    updates: 'fota.tv.example.com',
    duties: [
      duty('telemetry.tv.example.com', 15 * MINUTE, { packets: 30 }),
      duty('ads.tracker.example.net', 30 * MINUTE, { jitter: 0.6, rotates: 6 }),
      clock,
    ],
  },
  {
    hostname: 'Bedroom-TV',
    vendorClass: 'SmartTV 7.2',
    from: 6,
    updates: 'fota.tv.example.com',
    duties: [duty('telemetry.tv.example.com', 15 * MINUTE, { packets: 30 }), clock],
  },
  {
    hostname: 'kitchen-speaker',
    speaks6: true,
    vendorClass: 'dhcpcd-6.8.2:Linux',
    updates: 'fw.speaker.example.com',
    duties: [
      duty('voice.speaker.example.com', 90 * SECOND),
      duty('radio.example.org', 5 * HOUR, { packets: 8000, jitter: 0.8, rotates: 8 }),
      clock,
    ],
  },
  {
    hostname: 'kitchen-fridge',
    vendorClass: 'udhcp 1.24.2',
    duties: [duty('api.fridge.example.com', 10 * MINUTE), clock],
  },
  {
    hostname: 'robot-vacuum',
    speaks6: true,
    duties: [duty('mqtt.vacuum.example.com', 2 * MINUTE, { port: 8883 })],
    updates: 'ota.vacuum.example.com',
  },
  {
    hostname: 'HP-LaserJet',
    duties: [duty('ink.printer.example.com', 6 * HOUR), duty('lookup.printer.example.com', DAY)],
  },
  { hostname: 'front-door-lock', duties: [duty('api.lock.example.net', 5 * MINUTE)] },
  {
    hostname: 'solar-inverter',
    duties: [duty('data.inverter.example.net', 5 * MINUTE, { port: 10_443, packets: 8 }), clock],
    updates: 'fw.inverter.example.net',
  },
  // Borrowed for a few days.
  {
    hostname: 'baby-monitor-camera',
    from: 2,
    until: 7,
    duties: [duty('p2p.monitor.example.net', MINUTE, { port: 32_100, protocol: UDP, packets: 4 })],
  },
];
