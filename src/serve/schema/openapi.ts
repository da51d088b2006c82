import type { RouteOptions } from 'fastify';
import type { JsonSchema } from './json-schema.ts';

declare module 'fastify' {
  interface FastifySchema {
    /** One line for the OpenAPI document. */
    summary?: string;
    /** Not in that document. */
    hide?: boolean;
  }
}

/** The part of a route's schema that is told of. */
type RouteSchema = {
  summary?: string;
  hide?: boolean;
  params?: JsonSchema;
  querystring?: JsonSchema;
  body?: JsonSchema;
  response?: Readonly<Record<string, JsonSchema>>;
};

/** The OpenAPI 3.1 document of the routes that were added. */
export class OpenApi {
  readonly #version: string;
  readonly #paths: Record<string, Record<string, object>> = {};

  /** @param version of the program */
  constructor(version: string) {
    this.#version = version;
  }

  /** For fastify's hook `onRoute`. */
  add({ method, url, schema }: Pick<RouteOptions, 'method' | 'url' | 'schema'>): void {
    const told = (schema ?? {}) as RouteSchema;
    if (told.hide || method === 'HEAD') return;
    const path = url.replaceAll(/:(\w+)/g, '{$1}');
    this.#paths[path] = { ...this.#paths[path], [String(method).toLowerCase()]: operation(told) };
  }

  document(): object {
    return { openapi: '3.1.0', info: { title: 'SPIN', version: this.#version }, paths: this.#paths };
  }
}

function operation({ summary, params, querystring, body, response = {} }: RouteSchema): object {
  const parameters = [...parametersIn('query', querystring), ...parametersIn('path', params)];
  const answers = Object.entries(response).map(([status, schema]) => [
    status.toUpperCase(),
    { description: status.startsWith('2') ? 'The answer' : 'Why it was refused', content: json(schema) },
  ]);
  return {
    ...(summary !== undefined && { summary }),
    ...(body && { requestBody: { required: true, content: json(body) } }),
    ...(parameters.length > 0 && { parameters }),
    responses: answers.length > 0 ? Object.fromEntries(answers) : { 200: { description: 'The answer' } },
  };
}

function parametersIn(place: 'query' | 'path', schema: JsonSchema | undefined): object[] {
  return Object.entries(schema?.properties ?? {}).map(([name, part]) => ({
    name,
    in: place,
    required: place === 'path' || (schema!.required ?? []).includes(name),
    schema: part,
  }));
}

function json(schema: JsonSchema): object {
  return { 'application/json': { schema } };
}
