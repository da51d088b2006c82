import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import { ErrorView } from '../../contract/api.ts';
import type { TSchema } from '../../contract/schema.ts';
import { Refusal } from '../refusal.ts';

/** A fastify that types requests and answers after their schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** The part of a route's schema that all have. */
export function answers<View extends TSchema>(view: View, summary: string) {
  return { summary, response: { 200: view, '4xx': ErrorView, '5xx': ErrorView } };
}

/** A whole number in a query, from 1 to `most`. */
export function limitOf(text: string | undefined, most: number, field = 'limit'): number {
  if (text === undefined) return most;
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Refusal('bad-request', { message: 'not a number', field });
  return Math.min(Number(text), most);
}

export function orUnknownDevice<View>(view: View | undefined): View {
  if (view === undefined) throw new Refusal('unknown-device');
  return view;
}
