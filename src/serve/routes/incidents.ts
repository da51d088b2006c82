import {
  AnswerBody,
  CorrectionView,
  IncidentView,
  NewcomerView,
  NoticedView,
  PreferenceBody,
  PreferencesView,
  RehearsalView,
} from '../../contract/incidents.ts';
import { Type } from '../../contract/schema.ts';
import type { IncidentDoor } from '../incident-door.ts';
import { type Api, answers } from './api.ts';

const Incident = Type.Object({ id: Type.String({ maxLength: 128 }) });
const Step = Type.Object({ id: Type.String({ maxLength: 128 }), name: Type.String({ maxLength: 32 }) });
/** A detector, a device and a subject, which may be a name of 253 characters. */
const Correction = Type.Object({ id: Type.String({ maxLength: 512 }) });
const Newcomer = Type.Object({ device: Type.String({ maxLength: 64 }) });
const OfDevice = Type.Object({ device: Type.Optional(Type.String({ maxLength: 64 })) });
const Which = Type.Object({ state: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('all')])) });

export function incidentRoutes(api: Api, door: IncidentDoor): void {
  api.get(
    '/incidents',
    { schema: { ...answers(Type.Array(IncidentView), 'Incidents, the newest first'), querystring: Which } },
    async ({ query }) => door.incidents(query.state === 'all'),
  );
  api.get(
    '/incidents/:id',
    { schema: { ...answers(IncidentView, 'One incident with its story'), params: Incident } },
    async ({ params }) => door.incident(params.id),
  );
  api.post(
    '/incidents/:id/answer',
    {
      schema: { ...answers(IncidentView, 'Decide what is done about an incident'), params: Incident, body: AnswerBody },
    },
    async ({ params, body, actor }) => door.answer(params.id, body.answer, actor!),
  );
  api.post(
    '/incidents/:id/undo',
    { schema: { ...answers(IncidentView, 'It was none: everything as before, remembered'), params: Incident } },
    async ({ params, actor }) => door.undo(params.id, actor!),
  );
  api.post(
    '/incidents/:id/steps/:name',
    { schema: { ...answers(IncidentView, 'Say that a step of the clean-up is done'), params: Step } },
    async ({ params, actor }) => door.claim(params.id, params.name, actor!),
  );
  api.get(
    '/noticed',
    { schema: { ...answers(Type.Array(NoticedView), 'What was seen and is no incident'), querystring: OfDevice } },
    async ({ query }) => door.noticed(query.device),
  );
  correctionRoutes(api, door);
  preferenceRoutes(api, door);
}

function correctionRoutes(api: Api, door: IncidentDoor): void {
  api.get(
    '/corrections',
    { schema: answers(Type.Array(CorrectionView), 'What the household said is fine') },
    async () => door.corrections(),
  );
  api.delete(
    '/corrections/:id',
    { schema: { ...answers(Type.Array(CorrectionView), 'Let a claim count again'), params: Correction } },
    async ({ params, actor }) => door.uncorrect(params.id, actor!),
  );
  api.get('/newcomers', { schema: answers(Type.Array(NewcomerView), 'Devices that are not known yet') }, async () =>
    door.newcomers(),
  );
  api.post(
    '/newcomers/:device/admit',
    { schema: { ...answers(Type.Array(NewcomerView), 'Say that a device is known'), params: Newcomer } },
    async ({ params, actor }) => door.admit(params.device, actor!),
  );
}

function preferenceRoutes(api: Api, door: IncidentDoor): void {
  api.get('/preferences', { schema: answers(PreferencesView, 'How far SPIN may go by itself') }, async () =>
    door.preferences(),
  );
  api.put(
    '/preferences',
    { schema: { ...answers(PreferencesView, 'Choose for the home, a group or a device'), body: PreferenceBody } },
    async ({ body, actor }) => door.prefer(body, actor!),
  );
  api.post(
    '/preferences/preview',
    { schema: { ...answers(RehearsalView, 'What a choice would have done so far'), body: PreferenceBody } },
    async ({ body }) => door.rehearse(body),
  );
}
