import { DeviceView, KindBody, SameBody } from '../../contract/api.ts';
import { Type } from '../../contract/schema.ts';
import type { IdentityDoor } from '../identity-door.ts';
import { type Api, answers } from './api.ts';

/** Longer ids name no device. */
const Params = Type.Object({ id: Type.String({ maxLength: 64 }) });

export function identityRoutes(api: Api, door: IdentityDoor): void {
  api.put(
    '/devices/:id/kind',
    {
      schema: {
        ...answers(DeviceView, 'Say what a device is; an empty kind leaves it to SPIN'),
        params: Params,
        body: KindBody,
      },
    },
    async ({ params, body, actor }) => door.setKind(params.id, body, actor!),
  );
  api.post(
    '/devices/:id/same',
    {
      schema: {
        ...answers(DeviceView, 'Say whether a device is one that was known before'),
        params: Params,
        body: SameBody,
      },
    },
    async ({ params, body, actor }) => door.same(params.id, body, actor!),
  );
}
