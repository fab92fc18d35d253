// Members that a newer version has added to a record survive when an older one writes it again.
import * as z from 'zod/mini';
import { identities } from './recordSchemas.ts';

/** The object of a JSON text, whole. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * A value to be written, with all that its schema does not know of what it replaces: of the record itself, and of each
 * part of it that is still the same one. What the schema knows is as the value says, also when it is not there.
 * @param schema of an object.
 * @param before as it is stored.
 */
export function withUnknown(schema: z.core.$ZodType, before: JsonObject, value: JsonObject): JsonObject {
  const partOf = partsOf(schema);
  if (!partOf) return value;
  const unknown = Object.entries(before).filter(([name]) => partOf(name) === undefined);
  const known = Object.entries(value).map(([name, after]) => {
    const part = partOf(name);
    const former = Object.hasOwn(before, name) ? before[name] : undefined;
    const isSame = part && isObject(former) && isObject(after) && isSamePart(part, former, after);
    return [name, isSame ? withUnknown(part, former, after) : after] as const;
  });
  // By fromEntries, which makes a member of any name: JSON may hold `__proto__`.
  return Object.fromEntries([...unknown, ...known]);
}

/** The schema of each member; nothing for what is not made of members that are judged. */
function partsOf(schema: z.core.$ZodType): ((name: string) => z.core.$ZodType | undefined) | undefined {
  if (schema instanceof z.ZodMiniObject) {
    const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
    return (name) => (Object.hasOwn(shape, name) ? inner(shape[name]) : undefined);
  }
  if (schema instanceof z.ZodMiniRecord) return () => schema.def.valueType;
  return undefined;
}

const inner = (schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined =>
  schema instanceof z.ZodMiniOptional ? inner(schema.def.innerType) : schema;

function isSamePart(part: z.core.$ZodType, former: JsonObject, after: JsonObject): boolean {
  const by = identities.get(part);
  return by === undefined || former[by] === after[by];
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
