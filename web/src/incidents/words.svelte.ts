import type { IncidentView } from '../../../src/contract/api.ts';
import { adviceFor, stepSentence } from '../../../src/model/clean-up-words.ts';
import { findingSentence, findingTitle } from '../../../src/model/finding-words.ts';
import type { CleanUpName } from '../../../src/model/incident.ts';
import { storySentence, type Teller, verdictSentence } from '../../../src/model/incident-words.ts';
import { deviceName } from '../act/names.svelte.ts';
import { plainName } from '../lib/format.ts';
import { home } from '../lib/home.svelte.ts';
import { text } from '../text/text.svelte.ts';

/** Characters of a sentence that holds what the network said. */
const LONGEST = 400;
type Step = IncidentView['cleanUp'][number];

/** An incident in the words that every interface uses, made safe for a page. */
export function wordsOf(incident: IncidentView) {
  const { language } = text;
  const device = deviceName(incident.device, incident.label);
  const time = (at: number) => text.f.moment(at, home.data.at);
  const sentence = (words: string) => plainName(words, LONGEST);
  const finding = (id: string) => {
    const found = incident.findings.find((one) => one.id === id);
    return found ? findingSentence(found, device, language) : '';
  };
  const advice = (name: string) => adviceFor(name as CleanUpName, incident.kind, language);
  const teller: Teller = { language, device, time, finding, step: (name) => advice(name).title };
  return {
    device,
    title: findingTitle(incident.findings.at(-1)?.detector ?? '', language),
    verdict: sentence(verdictSentence(incident, teller)),
    story: incident.story.map((line) => ({ at: line.at, words: sentence(storySentence(line, teller)) })),
    steps: incident.cleanUp.map((step: Step) => ({
      ...step,
      ...advice(step.name),
      became: sentence(stepSentence(step, language, time)),
    })),
  };
}
