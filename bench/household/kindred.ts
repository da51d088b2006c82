/**
 * One thing of a group does harm, then another of the group: what of the second gets out, by what the household wants to
 * happen to those that are like a device that does harm.
 */
import { PRECAUTIONS, type Precaution } from '../../src/model/preferences.ts';
import { GuardedHome } from '../../test/guarded-home.ts';
import type { Bars } from '../report.ts';
import { playRound, type Round } from './round.ts';
import { trial } from './trials.ts';

const FIRST = 'plug';
const SECOND = 'bulb';

type Pair = { setting: Precaution; first: Round; second: Round };

export async function playKindred(folder: string): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const setting of PRECAUTIONS) {
    console.error(`a scan from the ${FIRST}, then a flood from the ${SECOND}; others of its group: ${setting} …`);
    const home = await GuardedHome.start();
    try {
      const members = await Promise.all([FIRST, SECOND].map(async (name) => (await home.device(name)).id));
      await home.client.makeGroup({ name: 'Small things', members });
      await home.client.prefer({ scope: { home: true }, choice: { kindred: setting } });
      const first = await playRound(home, [trial('recorder-scan', FIRST)], folder);
      pairs.push({ setting, first, second: await playRound(home, [trial('udp-flood', SECOND)], folder) });
    } finally {
      await home.clear();
    }
  }
  return pairs;
}

export function reportKindred(pairs: readonly Pair[], bars: Bars): void {
  console.log(`A scan from the ${FIRST}, then a flood from the ${SECOND} of the same group`);
  const escaped = pairs.map(({ setting, first, second }) => {
    const [flood] = second.outcomes;
    const { others, wronged } = first;
    bars.check(`${setting}: the scan is stopped`, first.outcomes[0]!.did, first.outcomes[0]!.acted !== undefined);
    bars.check(
      `${setting}: all others go on meanwhile, the ${SECOND} among them`,
      `${others.failed} of ${others.acts} failed ${others.why.join('; ')}`.trim(),
      others.failed === 0 && wronged.length === 0,
    );
    bars.note(`${setting}: ${flood!.before + flood!.after} of ${flood!.sent} datagrams of the flood got out`);
    return flood!.before + flood!.after;
  });
  const [loose = Number.NaN, tight = Number.NaN] = escaped;
  bars.check('tight limits let less of the second out', `${tight} instead of ${loose}`, tight < loose);
}
