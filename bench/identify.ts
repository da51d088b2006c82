/** `bin/bench identify DIR`: what SPIN says that labelled devices are, from recordings of them, and how often it is right. */
import type { Kind } from '../src/model/kinds.ts';
import { type Sample, samplesBelow } from './identify/evidence.ts';
import { type Answer, type Judge, learned, rules, strictRules, vendorOnly } from './identify/judges.ts';
import { Bars, printTable } from './report.ts';

const HELP = `Usage: bin/bench identify DIR

  DIR holds a folder of captures for each device, macs.tsv (folder, hardware address) and, for products that are not of
  the IoT Sentinel data set, kinds.tsv (folder, kind). Prints, for each way of leaving something out, how often the
  kind is right, wrong and unknown, beside two baselines, and the table of confusions.

  nothing left out   the tables of signals as they are
  a capture          each capture is judged by what the others show: of the tables only signals that another capture has
  a device           … that another device has: what a product gets that nobody has seen before

Exit codes: 0 all bars held · 1 some missed · 64 wrong usage`;

type Verdict = { sample: Sample; answer: Answer };
type Split = { name: string; known: (sample: Sample, all: readonly Sample[]) => readonly Sample[] };

const SPLITS: readonly Split[] = [
  { name: 'nothing left out', known: (_, all) => all },
  { name: 'a capture left out', known: (sample, all) => all.filter((one) => one !== sample) },
  { name: 'a device left out', known: (sample, all) => all.filter(({ product }) => product !== sample.product) },
];

const isRight = ({ sample, answer }: Verdict) => answer === sample.truth;
const isWrong = (verdict: Verdict) => verdict.answer !== 'unknown' && !isRight(verdict);
const share = (part: number, all: number) => (all === 0 ? '–' : `${((100 * part) / all).toFixed(1)} %`);

const [root] = process.argv.slice(2);
if (root === undefined || root === '--help') {
  console.log(HELP);
  process.exitCode = root === undefined ? 64 : 0;
} else process.exitCode = await report(root);

async function report(folder: string): Promise<number> {
  const bars = new Bars();
  const samples = await samplesBelow(folder, (text) => bars.note(text));
  const products = new Set(samples.map(({ product }) => product));
  console.log(`\n  ${folder}: ${samples.length} captures of ${products.size} devices\n`);
  const answered = samples.map((sample) => ({ sample, answer: sample.device?.kind ?? ('unknown' as const) }));
  const judges: Record<string, Judge> = { signals: strictRules(samples), 'maker only': vendorOnly, learned };
  const rows = [['split', 'judge', 'right', 'wrong', 'unknown', 'right of all', 'right of answers']];
  const results = new Map<string, readonly Verdict[]>();
  for (const split of SPLITS)
    for (const [name, judge] of Object.entries(judges)) {
      if (split === SPLITS[0] && name !== 'signals') continue;
      const verdicts = split === SPLITS[0] ? answered : judged(samples, judge, split);
      results.set(`${split.name}, ${name}`, verdicts);
      rows.push([split.name, name, ...figures(verdicts)]);
    }
  printTable(rows);
  for (const split of SPLITS) confusion(`${split.name}, signals`, results.get(`${split.name}, signals`)!);
  perDevice(results.get('nothing left out, signals')!, results.get('a device left out, signals')!);
  const seconds = samples.flatMap((sample) => sample.seconds ?? []).sort((a, b) => a - b);
  const [median, most] = [0.5, 0.95].map((part) => seconds[Math.floor(part * seconds.length)]?.toFixed(0));
  console.log(`\n  from a device's first packet to its answer: median ${median} s, 95 % within ${most} s`);
  return check(bars, samples, results);
}

function judged(samples: readonly Sample[], judge: Judge, split: Split): Verdict[] {
  return samples.map((sample) => ({ sample, answer: judge(sample, split.known(sample, samples)) }));
}

function figures(verdicts: readonly Verdict[]): string[] {
  const right = verdicts.filter(isRight).length;
  const wrong = verdicts.filter(isWrong).length;
  const counts = [right, wrong, verdicts.length - right - wrong].map(String);
  return [...counts, share(right, verdicts.length), share(right, right + wrong)];
}

function confusion(title: string, verdicts: readonly Verdict[]): void {
  const kinds = [...new Set(verdicts.map(({ sample }) => sample.truth))].sort();
  const answers = [...new Set<Answer>([...kinds, ...verdicts.map(({ answer }) => answer)])].filter(
    (answer) => answer !== 'unknown',
  );
  console.log(`\n  ${title}: truth by row, answer by column`);
  const cell = (truth: Kind, answer: Answer) =>
    String(verdicts.filter((one) => one.sample.truth === truth && one.answer === answer).length).replace(/^0$/, '·');
  const columns: Answer[] = [...answers, 'unknown'];
  printTable([['', ...columns], ...kinds.map((truth) => [truth, ...columns.map((answer) => cell(truth, answer))])]);
}

function perDevice(asIs: readonly Verdict[], unseen: readonly Verdict[]): void {
  console.log('\n  each device: what it is said to be as the tables are, and when nothing of it was known');
  const products = [...new Set(asIs.map(({ sample }) => sample.product))];
  const rows = products.map((product) => {
    const own = asIs.filter(({ sample }) => sample.product === product);
    const identity = own.at(-1)!.sample.device?.identity;
    const model = identity?.model === undefined ? '–' : `${identity.vendor?.value ?? ''} ${identity.model.value}`;
    const never = unseen.filter(({ sample }) => sample.product === product);
    return [product, own[0]!.sample.truth, counted(own), model.trim(), counted(never)];
  });
  printTable([['device', 'truth', 'answers', 'maker and model', 'never seen'], ...rows]);
}

function counted(verdicts: readonly Verdict[]): string {
  const counts = new Map<Answer, number>();
  for (const { answer } of verdicts) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts].map(([answer, count]) => `${answer} ${count}`).join(', ');
}

function check(bars: Bars, samples: readonly Sample[], results: ReadonlyMap<string, readonly Verdict[]>): number {
  console.log('');
  const count = (name: string, of: (verdict: Verdict) => boolean) => results.get(name)!.filter(of).length;
  const [right, wrong] = [count('a capture left out, signals', isRight), count('a capture left out, signals', isWrong)];
  bars.check(
    'a capture left out: right ≥ 81.5 % (IoT Sentinel’s own figure)',
    share(right, samples.length),
    right >= 0.815 * samples.length,
  );
  bars.check('… wrong ≤ 1 %', share(wrong, samples.length), wrong <= 0.01 * samples.length);
  const byMaker = count('a capture left out, maker only', isRight);
  bars.check('… more right than by the maker only', `${right} to ${byMaker}`, right > byMaker);
  const unseenWrong = count('a device left out, signals', isWrong);
  bars.check(
    'a device left out: wrong ≤ 5 %, else unknown',
    share(unseenWrong, samples.length),
    unseenWrong <= 0.05 * samples.length,
  );
  const learnedWrong = count('a device left out, learned', isWrong);
  bars.check('… fewer wrong than learned', `${unseenWrong} to ${learnedWrong}`, unseenWrong < learnedWrong);
  const differ = samples.filter((sample) => (sample.device?.kind ?? 'unknown') !== rules(sample, samples)).length;
  bars.check('the program answers as its tables do', differ === 0 ? 'always' : `not for ${differ}`, differ === 0);
  return bars.exitCode;
}
