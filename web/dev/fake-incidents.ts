import type { IncidentView, NoticedView } from '../../src/contract/api.ts';
import type { FakeHome } from './fake-home.ts';
import { FakeRefusal } from './fake-rules.ts';

const MINUTE = 60_000;
const BEACON = { node: 'c2.example', port: 443, calls: 40, seconds: 130 };
const EVIDENCE = { hosts: 900, service: 'telnet', seconds: 60, attempts: 1200, answered: 3 };

/** Incidents of the made-up home, and what the household says to them. */
export class FakeIncidents {
  readonly all: IncidentView[] = [];
  readonly noticed: NoticedView[] = [];
  private readonly home: FakeHome;

  constructor(home: FakeHome) {
    this.home = home;
  }

  /** Those that are not over. */
  open(): IncidentView[] {
    return this.all.filter(({ state }) => state === 'open' || state === 'quiet');
  }

  /** A device that scans others, about which SPIN asks. */
  scan(which: number): IncidentView {
    const { at, devices } = this.home;
    const { id: device, label, kind } = devices[which]!;
    const finding = { id: 'f-1', detector: 'horizontal-scan', subject: 'tcp/23', confidence: 0.9 };
    const incident: IncidentView = {
      ...{ id: `i-${this.all.length + 1}`, device, label, ...(kind ? { kind } : {}), state: 'open' },
      ...{ opened: at - 4 * MINUTE, last: at, relapses: 0, strength: 0.9, kindred: [], wrong: ['goes-on'] },
      findings: [{ ...finding, evidence: EVIDENCE, first: at - 4 * MINUTE, last: at }],
      story: [
        { at: at - 4 * MINUTE, kind: 'first-sign' },
        { at: at - 4 * MINUTE, kind: 'finding', with: { finding: finding.id } },
        { at: at - 3 * MINUTE, kind: 'asked', with: { otherwise: 'stop' } },
      ],
      cleanUp: [
        { name: 'restart', state: 'seen', at: at - MINUTE },
        { name: 'password', state: 'open' },
      ],
      question: { asked: at - 3 * MINUTE, until: at + 30 * MINUTE, otherwise: 'stop' },
    };
    this.all.push(incident);
    return incident;
  }

  /** A device that calls home in a rhythm, which alone is no incident, and some of what is only told. */
  suspect(which: number, trackers = 0): void {
    const { at, devices } = this.home;
    const { id: device, label } = devices[which]!;
    const about = { device, label, first: at - 90 * MINUTE, last: at, until: at + 10 * MINUTE };
    this.noticed.push({
      ...{ ...about, id: 'n-1', detector: 'beacon', subject: 'c2.example', confidence: 0.6 },
      ...{ evidence: BEACON, reason: 'not-sure', sure: 'perhaps', wanted: 'likely' },
    });
    for (let i = 0; i < trackers; i++)
      this.noticed.push({
        ...{ ...about, id: `n-t${i}`, detector: 'tracker', subject: `ads-${i}.example`, confidence: 0.9 },
        ...{ evidence: { owner: '<img src=x onerror="document.title=1">' }, reason: 'not-harm' },
      });
  }

  /** `i-1/answer`, `i-1/undo` or `i-1/steps/NAME`. */
  obey(path: string, body: { answer?: IncidentView['answer'] }): IncidentView {
    const [id, deed, step] = path.split('/');
    const incident = this.all.find((one) => one.id === id);
    if (!incident) throw new FakeRefusal(404, 'unknown-incident', 'id');
    if (deed === 'undo') incident.state = 'dismissed';
    if (deed === 'answer' && body.answer) this.answer(incident, body.answer);
    if (deed === 'steps') {
      const found = incident.cleanUp.find(({ name }) => name === step);
      if (!found) throw new FakeRefusal(404, 'unknown-step', 'name');
      Object.assign(found, { state: 'claimed', at: this.home.at });
    }
    return incident;
  }

  private answer(incident: IncidentView, answer: NonNullable<IncidentView['answer']>): void {
    incident.answer = answer;
    delete incident.question;
    incident.story.push({ at: this.home.at, kind: 'answered', by: 'owner', with: { answer } });
  }
}
