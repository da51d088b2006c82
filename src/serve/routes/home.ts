import {
  ConversationView,
  DeviceView,
  EventView,
  ExposureView,
  HISTORY_SPANS,
  HistoryView,
  HomeView,
  LIMITS,
  NodeView,
  RenameBody,
  StatusView,
} from '../../contract/api.ts';
import { type TObject, Type } from '../../contract/schema.ts';
import type { Door } from '../door.ts';
import type { Stream } from '../stream.ts';
import { type Api, answers, limitOf, orUnknownDevice } from './api.ts';

/** Longer ids name no device. */
const Params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const Limit = Type.Object({ limit: Type.Optional(Type.String()) });
const Nodes = Type.Object({
  ...(Limit as TObject<{ limit: ReturnType<typeof Type.String> }>).properties,
  order: Type.Optional(Type.Union([Type.Literal('volume'), Type.Literal('new')])),
});
const History = Type.Object({
  span: Type.Union(HISTORY_SPANS.map((span) => Type.Literal(span))),
  device: Type.Optional(Type.String({ maxLength: 64 })),
});

export function homeRoutes(api: Api, door: Door, stream: Stream): void {
  api.get('/home', { schema: answers(HomeView, 'Everything the page needs to start') }, async () =>
    door.home(stream.epoch, stream.sequence),
  );
  api.get('/status', { schema: answers(StatusView, 'How SPIN itself is doing') }, async () => door.status());
  api.get(
    '/events',
    { schema: { ...answers(Type.Array(EventView), 'What happened, the newest first'), querystring: Limit } },
    async ({ query }) => door.events(limitOf(query.limit, LIMITS.events)),
  );
  api.get(
    '/history',
    { schema: { ...answers(HistoryView, 'Traffic over time'), querystring: History } },
    async ({ query }) => {
      if (query.device !== undefined) orUnknownDevice(door.device(query.device));
      return door.history(query.span, query.device);
    },
  );
  deviceRoutes(api, door);
}

function deviceRoutes(api: Api, door: Door): void {
  api.get('/devices', { schema: answers(Type.Array(DeviceView), 'All devices') }, async () => door.devices());
  api.get('/devices/:id', { schema: { ...answers(DeviceView, 'One device'), params: Params } }, async ({ params }) =>
    orUnknownDevice(door.device(params.id)),
  );
  api.patch(
    '/devices/:id',
    {
      schema: {
        ...answers(DeviceView, 'Give a device a name; an empty one takes it away'),
        params: Params,
        body: RenameBody,
      },
    },
    async ({ params, body, actor }) => orUnknownDevice(door.rename(params.id, body.name.trim(), actor!)),
  );
  api.get(
    '/devices/:id/exposure',
    { schema: { ...answers(ExposureView, 'How well a device is secured, by what was seen'), params: Params } },
    async ({ params }) => orUnknownDevice(door.exposure(params.id)),
  );
  api.get(
    '/devices/:id/nodes',
    { schema: { ...answers(Type.Array(NodeView), 'What a device talked to'), params: Params, querystring: Nodes } },
    async ({ params, query }) => {
      orUnknownDevice(door.device(params.id));
      return door.nodes(params.id, query.order ?? 'volume', limitOf(query.limit, LIMITS.nodes));
    },
  );
  api.get(
    '/devices/:id/conversations',
    { schema: { ...answers(Type.Array(ConversationView), 'What a device talks to now'), params: Params } },
    async ({ params }) => {
      orUnknownDevice(door.device(params.id));
      return door.conversations(params.id);
    },
  );
}
