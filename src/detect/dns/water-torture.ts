import type { Claim, Detector, Threshold } from '../detector.ts';
import { type Asker, MINUTE, type Tally, type Zone } from './book.ts';
import { isLookUpService } from './look-up-services.ts';

/**
 * A flood at the name servers of one domain through whatever resolver the device uses: ever new names below it, at a
 * rate, that do not exist or go unanswered. The flood hides among honest resolvers, so it counts who asks, not who is asked.
 */
const THRESHOLDS = {
  names: {
    value: 50,
    unit: 'new names below one domain in ten seconds',
    reason: 'Mirai asks hundreds a second; a page asks for some dozen names of different owners, and they exist',
  },
  slowNames: {
    value: 300,
    unit: 'new names below one domain in ten minutes',
    reason: 'one every two seconds: a flood of thousands of bots needs no more of each',
  },
  answered: {
    value: 0.1,
    unit: 'answers with success for each name',
    reason: 'made-up names fail; a domain that answers every name is a tunnel’s or a content network’s',
  },
} as const satisfies Record<string, Threshold>;

const HOLD = 10 * MINUTE;

export const waterTorture: Detector = {
  name: 'dns-water-torture',
  needs: ['names'],
  start: ({ claim }) => ({
    named(news) {
      const found = news.asked ? judge(news.asker, news.zone) : undefined;
      if (found) claim(found);
    },
  }),
};

function judge(asker: Asker, zone: Zone): Claim | undefined {
  const { crowd } = zone;
  if (!crowd) return undefined;
  const fast = fails(crowd.burst, THRESHOLDS.names.value);
  const slow = !fast && fails(crowd.spell, THRESHOLDS.slowNames.value) && !isLookUpService(zone.domain);
  if (!fast && !slow) return undefined;
  const { names, answered, failed, since } = fast ? crowd.burst : crowd.spell;
  if (zone.domain.endsWith('.arpa') || !zone.domain.includes('.')) return undefined;
  const seconds = Math.max(1, Math.round((asker.lastAt - since) / 1000));
  const evidence = { names, seconds, answered, failed };
  const confidence = Math.min(0.97, 0.75 + 0.05 * Math.log2(names / THRESHOLDS.names.value + 1));
  const target = { service: { protocol: 17, port: 53, initiator: 'device' as const } };
  return { device: asker.device, subject: zone.domain, target, evidence, confidence, first: since, hold: HOLD };
}

function fails(tally: Tally, least: number): boolean {
  return tally.names >= least && tally.answered <= THRESHOLDS.answered.value * tally.names;
}
