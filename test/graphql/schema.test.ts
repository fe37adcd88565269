import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { GUARDED_FIELDS } from '../../src/graphql/operation-limits';
import { Reason } from '../../src/verification/reasons';
import { printedSchema } from '../../tools/write-schema';

const committed = readFileSync(join(__dirname, '../../schema.graphql'), 'utf8');
const schema = buildSchema(committed);

/** `Type.field(argument: Type): Type` of everything that clients rely on. */
const CONTRACT = `
Query.imageCaptcha(kind: CaptchaKind!): ImageCaptcha!
Mutation.sendSmsCode(mobile: String!, imageCode: String!, uuid: String!): SmsCodeSent!
Mutation.verifySmsCode(mobile: String!, smsCode: String!): SmsCodeVerified!
Result.code: Int!
Result.errmsg: String!
Result.reason: Reason!
Result.retryAfter: Int
ImageCaptcha.uuid: ID
ImageCaptcha.image: String
ImageCaptcha.expiresIn: Int
SmsCodeSent.expiresIn: Int
SmsCodeVerified.attemptsLeft: Int
`;

/** What the product adds to the contract. */
const ADDITIONS = `
ImageCaptcha.audio: String
SmsCodeVerified.ticket: String
`;

const lines = (text: string): string[] => text.trim().split('\n');
const ownTypes = (): GraphQLNamedType[] =>
  Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));

function fieldLines(type: GraphQLNamedType): string[] {
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).map(({ name, args, type: result }) => {
    const list = args.map((arg) => `${arg.name}: ${arg.type}`).join(', ');
    return `${type.name}.${name}${list && `(${list})`}: ${result}`;
  });
}

describe('schema.graphql', () => {
  test('is what the code says: after a change, "npm run schema" writes it anew', () => {
    expect(committed).toBe(printedSchema());
  });

  test('holds the contract, and nothing else but the known additions', () => {
    const shared = new Set(
      lines(CONTRACT)
        .filter((line) => line.startsWith('Result.'))
        .map((line) => line.slice(7)),
    );
    const all = ownTypes()
      .flatMap(fieldLines)
      .filter((line) => line.startsWith('Result.') || !shared.has(line.slice(line.indexOf('.') + 1)));
    expect(all.sort()).toEqual([...lines(CONTRACT), ...lines(ADDITIONS)].sort());
  });

  test.each(['ImageCaptcha', 'SmsCodeSent', 'SmsCodeVerified'])('%s is a Result, with all of its fields', (name) => {
    const type = schema.getType(name);
    if (!isObjectType(type)) throw new Error(`${name} is no object type`);
    expect(type.getInterfaces().map(String)).toEqual(['Result']);
    expect(Object.keys(type.getFields()).slice(0, 4)).toEqual(['code', 'errmsg', 'reason', 'retryAfter']);
  });

  test('the reasons are those of the contract, in its order, and those of the code', () => {
    const reason = schema.getType('Reason');
    if (!isEnumType(reason)) throw new Error('Reason is no enum');
    const names = reason.getValues().map(({ name }) => name);
    expect(names.slice(0, 13)).toEqual([
      'OK',
      'MISSING_PARAMETER',
      'MOBILE_INVALID',
      'CAPTCHA_EXPIRED',
      'CAPTCHA_MISMATCH',
      'TOO_FREQUENT',
      'QUOTA_EXCEEDED',
      'SMS_REJECTED',
      'SMS_UNCONFIRMED',
      'SMS_CODE_EXPIRED',
      'SMS_CODE_MISMATCH',
      'SMS_CODE_LOCKED',
      'SERVICE_UNAVAILABLE',
    ]);
    expect(names).toEqual(Object.values(Reason));
  });

  test('every type, field, argument and enum value says what it is', () => {
    const mute: string[] = [];
    const check = (name: string, { description }: { description?: string | null }) => {
      if (!description || description.trim().length < 5) mute.push(name);
    };
    for (const type of ownTypes()) {
      check(type.name, type);
      if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
      if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
        for (const field of Object.values(type.getFields())) {
          check(`${type.name}.${field.name}`, field);
          if ('args' in field) for (const arg of field.args) check(`${type.name}.${field.name}(${arg.name})`, arg);
        }
      }
    }
    expect(mute).toEqual([]);
  });

  test('no directive of its own, no subscription', () => {
    expect(schema.getDirectives().map(({ name }) => name)).toEqual(expect.not.arrayContaining(['defer', 'stream']));
    expect(schema.getSubscriptionType()).toBeUndefined();
  });
});

test('Every root field may be asked for once in a request, but those that cost nothing and guess at nothing', () => {
  const free = ['verificationSettings'];
  const root = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}),
  );
  expect(root.filter((name) => !free.includes(name)).sort()).toEqual([...GUARDED_FIELDS].sort());
});
