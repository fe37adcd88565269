import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { GUARDED_FIELDS } from '../../src/graphql/operation-limits';
import { VERIFICATION_PURPOSES } from '../../src/sms/purpose';
import { Reason } from '../../src/verification/reasons';
import { printedSchema } from '../../tools/write-schema';

const committed = readFileSync(join(__dirname, '../../schema.graphql'), 'utf8');
const schema = buildSchema(committed);

/** `Type.field(argument: Type): Type` of everything that clients rely on. */
const CONTRACT = `
Query.imageCaptcha(kind: CaptchaKind! = IMAGE): ImageCaptcha!
Query.verificationSettings: VerificationSettings!
Mutation.sendSmsCode(mobile: String!, imageCode: String!, uuid: String!, purpose: VerificationPurpose! = REGISTER): SmsCodeSent!
Mutation.verifySmsCode(mobile: String!, smsCode: String!, uuid: String, purpose: VerificationPurpose! = REGISTER): SmsCodeVerified!
VerificationResult.code: Int!
VerificationResult.errmsg: String!
VerificationResult.reason: VerificationReason!
VerificationResult.retryAfter: Int
ImageCaptcha.uuid: ID
ImageCaptcha.image: String
ImageCaptcha.audio: String
ImageCaptcha.expiresIn: Int
SmsCodeSent.expiresIn: Int
SmsCodeSent.smsId: ID
SmsCodeVerified.attemptsLeft: Int
SmsCodeVerified.ticket: String
`;

/** What the product adds to the contract. */
const ADDITIONS = `
SmsCodeSent.inbound: InboundChallenge
SmsCodeVerified.device: String
InboundChallenge.number: String!
InboundChallenge.text: String!
InboundChallenge.expiresIn: Int!
InboundVerificationStarted.inbound: InboundChallenge
InboundVerificationStatus.state: InboundState
InboundVerificationStatus.ticket: String
Mutation.startInboundVerification(mobile: String!, imageCode: String!, uuid: String!, purpose: VerificationPurpose! = REGISTER): InboundVerificationStarted!
Query.inboundStatus(mobile: String!, uuid: String!, purpose: VerificationPurpose! = REGISTER): InboundVerificationStatus!
VerificationSettings.inbound: Boolean!
VerificationSettings.codeLength: Int!
VerificationSettings.codeExpiresIn: Int!
VerificationSettings.cooldown: Int!
VerificationSettings.captchaLength: Int!
VerificationSettings.spokenCaptchaLength: Int!
VerificationSettings.captchaExpiresIn: Int!
VerificationSettings.captchaKinds: [CaptchaKind!]!
VerificationSettings.countries: [String!]!
VerificationSettings.callingCodes: [String!]!
VerificationSettings.purposes: [VerificationPurpose!]!
VerificationSettings.tickets: Boolean!
`;

const lines = (text: string): string[] => text.trim().split('\n');
const ownTypes = (): GraphQLNamedType[] =>
  Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));

const defaultOf = ({ defaultValue }: GraphQLArgument): string =>
  defaultValue === undefined ? '' : ` = ${defaultValue}`;

function fieldLines(type: GraphQLNamedType): string[] {
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).map(({ name, args, type: result }) => {
    const list = args.map((arg) => `${arg.name}: ${arg.type}${defaultOf(arg)}`).join(', ');
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
        .filter((line) => line.startsWith('VerificationResult.'))
        .map((line) => line.slice('VerificationResult.'.length)),
    );
    const all = ownTypes()
      .flatMap(fieldLines)
      .filter((line) => line.startsWith('VerificationResult.') || !shared.has(line.slice(line.indexOf('.') + 1)));
    expect(all.sort()).toEqual([...lines(CONTRACT), ...lines(ADDITIONS)].sort());
  });

  test.each(['ImageCaptcha', 'SmsCodeSent', 'SmsCodeVerified'])(
    '%s is a VerificationResult, with all of its fields',
    (name) => {
      const type = schema.getType(name);
      if (!isObjectType(type)) throw new Error(`${name} is no object type`);
      expect(type.getInterfaces().map(String)).toEqual(['VerificationResult']);
      expect(Object.keys(type.getFields()).slice(0, 4)).toEqual(['code', 'errmsg', 'reason', 'retryAfter']);
    },
  );

  test('the reasons are those of the contract, in its order, and those of the code', () => {
    const reason = schema.getType('VerificationReason');
    if (!isEnumType(reason)) throw new Error('VerificationReason is no enum');
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

  test('the purposes are those of the contract, in its order', () => {
    const purpose = schema.getType('VerificationPurpose');
    if (!isEnumType(purpose)) throw new Error('VerificationPurpose is no enum');
    const names = purpose.getValues().map(({ name }) => name);
    expect(names.slice(0, 6)).toEqual([
      'REGISTER',
      'LOGIN',
      'RESET_PASSWORD',
      'CHANGE_MOBILE',
      'CONFIRM_PAYMENT',
      'GENERIC',
    ]);
    expect(names).toEqual([...VERIFICATION_PURPOSES]);
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
