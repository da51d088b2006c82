import type { Line, Scenario } from './scenario.ts';
import { STANDING } from './standing.ts';

const PAGES = [
  'www.example.com',
  'news.example',
  'shop.example',
  'social.example',
  'search.example',
  'maps.example',
  'wiki.example.org',
  'forum.example.net',
  'recipes.example',
  'school.example',
  'travel.example',
  'www.example.org',
];
const PARTS = [
  'img.news.example',
  'img.shop.example',
  'static.social.example',
  'tiles.maps.example',
  'thumbs.recipes.example',
  'fonts.example.net',
  'scripts.example.net',
  'ads.tracker-one.example',
  'pixel.tracker-two.example',
  'stats.tracker-three.example',
];

const ACTIVE: Line[] = [
  {
    device: 'camera',
    from: 1.5,
    act: { do: 'upload', to: 'ingest.camera.example', chunk: [9_000, 22_000], every: 0.5 },
  },
  {
    device: 'tv',
    from: 3,
    every: 45,
    jitter: 0.1,
    act: { do: 'stream', from: 'segments.video.stream.example', pieces: [6, 9], bytes: [120_000, 380_000], every: 4 },
  },
  {
    device: 'tv',
    from: 4,
    every: 12,
    jitter: 0.4,
    act: { do: 'fetch', from: 'telemetry.tv-platform.example', path: '/watched', up: [600, 3000], down: [40, 120] },
  },
  {
    device: 'tv',
    from: 6,
    every: 23,
    jitter: 0.4,
    act: { do: 'fetch', from: 'ads.tracker-one.example', path: '/pixel', down: [43, 43] },
  },
  {
    device: 'speaker',
    from: 5,
    every: 70,
    jitter: 0.2,
    act: { do: 'stream', from: 'radio.example.org', pieces: [10, 14], bytes: [24_000, 32_000], every: 4 },
  },
  {
    device: 'phone',
    from: 2.5,
    every: 7,
    jitter: 0.6,
    act: { do: 'browse', pages: PAGES, parts: PARTS, quic: 0.45 },
  },
  {
    device: 'laptop',
    from: 3.5,
    every: 6,
    jitter: 0.6,
    act: { do: 'browse', pages: PAGES, parts: PARTS, quic: 0.25 },
  },
  {
    device: 'laptop',
    from: 9,
    every: 31,
    jitter: 0.4,
    act: { do: 'quic', from: 'docs.example.com', down: [4000, 90_000] },
  },
  {
    device: 'laptop',
    from: 20,
    every: 90,
    jitter: 0.3,
    act: { do: 'mail', server: 'mail.example.org', bytes: [900, 9000] },
  },
  { device: 'phone', from: 8, every: 40, jitter: 0.3, act: { do: 'discover' } },
  {
    device: 'phone',
    from: 11,
    every: 28,
    jitter: 0.3,
    act: { do: 'command', broker: 'mqtt.light.example', topic: 'home/bulb', choices: ['on', 'off', 'warm', 'dim'] },
  },
  {
    device: 'phone',
    from: 19,
    every: 75,
    jitter: 0.3,
    act: { do: 'command', broker: 'mqtt.plug.example', topic: 'home/plug', choices: ['on', 'off'] },
  },
  { device: 'phone', from: 14, every: 33, jitter: 0.3, act: { do: 'cast', to: 'tv', port: 8009, bytes: [200, 2400] } },
];

export const ordinaryEvening: Scenario = {
  name: 'ordinary-evening',
  about: 'Two people at home: a film, music, browsing, a lamp now and then, a camera that watches the garden.',
  lines: [...STANDING, ...ACTIVE],
};
