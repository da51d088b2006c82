import type { FastifySchemaCompiler, FastifySerializerCompiler, FastifyServerOptions } from 'fastify';
import { Refusal } from '../refusal.ts';
import { faultIn } from './check.ts';
import { understood } from './json-schema.ts';
import { shaped } from './shaped.ts';

/**
 * What fastify checks requests and makes answers with. Its own compilers write a function for each schema, which costs
 * 16 MB in a process that lives on a router; here schemas are read as they are.
 */
export const schemaController = {
  compilersFactory: { buildValidator: () => validatorCompiler, buildSerializer: () => serializerCompiler },
} as unknown as NonNullable<FastifyServerOptions['schemaController']>;

const validatorCompiler: FastifySchemaCompiler<unknown> = ({ schema, httpPart = 'request' }) => {
  const known = understood(schema);
  return (value: unknown) => {
    const fault = faultIn(known, value);
    if (!fault) return { value };
    const field = fault.path.join('.').replaceAll(/\.(\d+)/g, '[$1]') || httpPart;
    return { error: new Refusal('bad-request', { message: `${httpPart} ${fault.message}`, field }) };
  };
};

const serializerCompiler: FastifySerializerCompiler<unknown> = ({ schema }) => {
  const known = understood(schema);
  return (value) => JSON.stringify(shaped(known, value));
};
