import type { Claim, Detector, Threshold } from '../detector.ts';
import { type Asker, DAY, type Tally, type Zone } from './book.ts';
import { isLookUpService } from './look-up-services.ts';

/**
 * Data carried in names: every message needs a name never asked for before, long, and unlike what people call things,
 * below a domain whose owner answers. Fast ones (iodine, dnscat2) show within minutes, slow ones within a day.
 */
const THRESHOLDS = {
  fastNames: {
    value: 30,
    unit: 'new names in ten minutes',
    reason:
      'iodine asks for 10 a second, dnscat2 for one a second also when idle; video sites’ servers come to about 20',
  },
  fastCharacters: {
    value: 400,
    unit: 'characters left of the domain in ten minutes',
    reason: 'the content of two small packets; short names that number things stay below',
  },
  slowNames: {
    value: 120,
    unit: 'new names in a day',
    reason: 'one message every twelve minutes; an appliance asks for some dozen names in all',
  },
  slowCharacters: {
    value: 2400,
    unit: 'characters left of the domain in a day',
    reason: 'two to three kilobytes a day is the least that commands need',
  },
  disguised: {
    value: 0.5,
    unit: 'share of names that look encoded, or of record types that no appliance asks for',
    reason: 'of tunnels nearly all; of content networks, where hashes stand in names, fewer, and few of them new',
  },
  meanCharacters: {
    value: 24,
    unit: 'characters of a name on average, where everyday types are asked for',
    reason: 'servers of video sites are numbered in 10 to 20; a name that carries no more than that carries little',
  },
  answered: {
    value: 0.1,
    unit: 'share of answers with success',
    reason: 'a tunnel’s owner answers; guessed names and floods at a name server fail',
  },
} as const satisfies Record<string, Threshold>;

const HOLD = DAY;

export const dnsTunnel: Detector = {
  name: 'dns-tunnel',
  needs: ['names'],
  start: ({ claim }) => ({
    named(news) {
      const found = news.asked ? judge(news.asker, news.zone) : undefined;
      if (found) claim(found);
    },
  }),
};

function judge(asker: Asker, zone: Zone): Claim | undefined {
  const { domain, crowd } = zone;
  if (!crowd) return undefined;
  const { spell, day } = crowd;
  const fast = carries(spell, THRESHOLDS.fastNames.value, THRESHOLDS.fastCharacters.value);
  const slow = !fast && carries(day, THRESHOLDS.slowNames.value, THRESHOLDS.slowCharacters.value);
  if ((!fast && !slow) || isLookUpService(domain)) return undefined;
  const tally = fast ? spell : day;
  const least = fast ? THRESHOLDS.fastNames.value : THRESHOLDS.slowNames.value;
  const target = { service: { protocol: 17, port: 53, initiator: 'device' as const } };
  return {
    device: asker.device,
    subject: domain,
    target,
    ...evidenceOf(tally),
    confidence: sureness(tally, least),
    hold: HOLD,
  };
}

function carries(tally: Tally, names: number, characters: number): boolean {
  if (tally.names < names || tally.characters < characters) return false;
  const { encoded, oddTypes, answered, failed } = tally;
  if (oddTypes < tally.names / 2 && tally.characters / tally.names < THRESHOLDS.meanCharacters.value) return false;
  // Unanswered questions may be a flood’s; those with types that carry much are not.
  const isAnswered =
    answered + failed > 0 ? answered / (answered + failed) >= THRESHOLDS.answered.value : oddTypes > encoded / 2;
  return Math.max(encoded, oddTypes) / tally.names >= THRESHOLDS.disguised.value && isAnswered;
}

/** From 0.7 at the threshold to 0.95 at four times as many names, all of them disguised. */
function sureness(tally: Tally, least: number): number {
  const disguised = Math.max(tally.encoded, tally.oddTypes) / tally.names;
  return Math.min(0.95, 0.6 + 0.1 * Math.min(2.5, Math.log2(tally.names / least) + 1) * disguised);
}

function evidenceOf(tally: Tally): Pick<Claim, 'evidence' | 'first'> {
  const { names, characters, oddTypes, encoded, bytesDown, since } = tally;
  return { first: since, evidence: { names, characters, encoded, oddTypes, bytesDown } };
}
