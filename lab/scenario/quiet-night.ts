import type { Line, Scenario } from './scenario.ts';
import { STANDING } from './standing.ts';

const NIGHT: Line[] = [
  {
    device: 'camera',
    from: 20,
    every: 240,
    jitter: 0.8,
    act: { do: 'fetch', from: 'ingest.camera.example', path: '/motion', up: [80_000, 400_000], down: [40, 90] },
  },
  {
    device: 'tv',
    from: 30,
    every: 300,
    jitter: 0.3,
    act: { do: 'fetch', from: 'telemetry.tv-platform.example', path: '/standby', up: [300, 600], down: [40, 60] },
  },
  {
    device: 'speaker',
    from: 90,
    every: 600,
    jitter: 0.5,
    act: {
      do: 'fetch',
      from: 'downloads.update.vendor.example',
      path: '/firmware',
      plain: true,
      down: [600_000, 2_500_000],
    },
  },
  {
    device: 'phone',
    from: 15,
    every: 180,
    jitter: 0.5,
    act: { do: 'quic', from: 'push.phone.example', down: [400, 3000] },
  },
];

export const quietNight: Scenario = {
  name: 'quiet-night',
  about: 'Everybody sleeps: keep-alives, heartbeats, a little telemetry, an update.',
  lines: [...STANDING, ...NIGHT],
};
